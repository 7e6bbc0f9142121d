"""This machine's own snapshot of who is on duty: the clock process that keeps one too may run on another machine."""

from datetime import datetime, timedelta

from flask import current_app

from foundation.runtime import Runtime
from routing.service import chain_of_last_resort
from telephony.break_glass import write_snapshot
from webhooks.errors import noted_if_possible

KEPT_FOR = timedelta(seconds=60)
"""How old the snapshot may be when a call comes in; making it costs one look at the rosters."""

DUE = "switchboard.snapshot_due"


def keep_snapshot(runtime: Runtime) -> None:
    """Write down who is on duty, at most once a minute; a call goes on whatever becomes of it."""
    now = runtime.clock.now()
    due: datetime | None = current_app.extensions.get(DUE)
    if due is not None and now < due:
        return
    current_app.extensions[DUE] = now + KEPT_FOR
    with noted_if_possible("snapshot"), runtime.database.read() as session:
        people = chain_of_last_resort(session, now)
        if people:  # with nobody on duty, whoever was last is still better than nobody
            write_snapshot(runtime.settings.on_duty_file, people)
