"""The carrier's side of the door: forms signed as the carrier signs them, posted to the application on a database of its own."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from pydantic import SecretStr
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

import switchboard
from foundation.clock import FrozenClock
from foundation.db import Base
from foundation.phone import PhoneNumber
from foundation.runtime import Runtime
from foundation.settings import Settings
from intake.tables import CallRow
from oncall.tables import TechnicianRow
from routing.tables import LegRow
from simulator.signature import sign
from switchboard.apply import apply_world
from switchboard.factory import create_app
from switchboard.world import read_texts

SERVICE = "+12025550100"
CAST = {
    "dana": "+12025550111",
    "stranger": "+12025550199",
    "sam": "+12025550141",
    "kim": "+12025550142",
}
"""Those of the standing cast, switchboard/seeds/demo.toml, who call and are rung here."""

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
BASE = "https://line.example"
TOKEN = "12345"
SECOND_TOKEN = "67890"
ACCOUNT = "AC" + "0" * 32
CALL = "CA" + "1" * 32
LEG_CALL = "CA" + "2" * 32

INBOUND = "/webhooks/voice/inbound"
TURN = "/webhooks/voice/turn/{}"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request of the carrier."""

    path: str
    form: Mapping[str, str]


def from_caller(caller: str = CAST["dana"], sid: str = CALL, **more: str) -> dict[str, str]:
    """What the carrier tells with everything on a call that came in."""
    return {"CallSid": sid, "From": caller, "To": SERVICE, "Direction": "inbound", "CallStatus": "in-progress"} | more


def on_leg(phone: str, sid: str = LEG_CALL, **more: str) -> dict[str, str]:
    """What the carrier tells with everything on a call that we placed."""
    return {
        "CallSid": sid,
        "From": SERVICE,
        "To": phone,
        "Direction": "outbound-api",
        "CallStatus": "in-progress",
    } | more


@dataclass(slots=True)
class Door:
    """The application, and everything that a test may do to it or ask of it."""

    app: Flask
    clock: FrozenClock

    def post(self, path: str, form: Mapping[str, str] | None = None, token: str = TOKEN, **more: Any) -> TestResponse:  # noqa: ANN401 - the client's
        """Post a form with the carrier's signature."""
        form = form or {}
        signature = sign(token, BASE + path, form.items())
        return self.post_signed(path, form, signature, **more)

    def post_signed(self, path: str, form: Mapping[str, str], signature: str, **more: Any) -> TestResponse:  # noqa: ANN401 - the client's
        """Post a form with any signature."""
        headers = {"X-Twilio-Signature": signature} | more.pop("headers", {})
        body = {"data": urlencode(form), "content_type": "application/x-www-form-urlencoded"} | more
        return self.app.test_client().post(path, base_url=BASE, headers=headers, **body)

    def send(self, webhook: Webhook) -> TestResponse:
        return self.post(webhook.path, webhook.form)

    def send_at_once(self, webhook: Webhook, times: int) -> list[TestResponse]:
        """Deliver one webhook several times at the same instant, each on a thread of its own."""
        start = threading.Barrier(times)

        def deliver(_: int) -> TestResponse:
            start.wait()
            return self.send(webhook)

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(deliver, range(times)))

    @property
    def runtime(self) -> Runtime:
        runtime: Runtime = self.app.extensions["switchboard"]
        return runtime

    def session(self) -> Session:
        return Session(self.runtime.database.engine)

    def counts(self) -> dict[str, int]:
        """Count the rows of every table."""
        with self.session() as session:
            tables = Base.metadata.sorted_tables
            return {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}

    def call(self, sid: str = CALL) -> CallRow:
        with self.session() as session:
            return session.scalars(select(CallRow).where(CallRow.sid == sid)).one()

    def leg(self) -> LegRow:
        """The newest leg."""
        with self.session() as session:
            return session.scalars(select(LegRow).order_by(LegRow.id.desc()).limit(1)).one()

    def close(self) -> None:
        self.runtime.database.close()


def make_door(database_url: str, folder: Path, **settings: Any) -> Door:  # noqa: ANN401 - settings
    """Build the application around a database; nothing is read from it yet."""
    given: dict[str, Any] = {
        "public_base_url": BASE,
        "service_numbers": (PhoneNumber(SERVICE),),
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": SecretStr(TOKEN),
        "var_dir": folder,
        "log_level": "ERROR",
    }
    clock = FrozenClock(MONDAY)
    return Door(create_app(Settings(database_url=database_url, **given | settings), clock), clock)


def move_in(database_url: str) -> None:
    """Put the standing cast into a migrated database."""
    door = make_door(database_url, Path())
    seeds = Path(switchboard.__file__).parent / "seeds"
    world, faults = read_texts([(name, (seeds / name).read_text("utf-8")) for name in ("defaults.toml", "demo.toml")])
    with door.runtime.database.begin() as session:
        apply_world(session, world, faults)
    door.close()


STANDING = frozenset({
    "technicians", "accounts", "contracts", "contacts", "rosters", "roster_layers", "escalation_policies", "policies",
    "calendars", "service_levels",
})  # fmt: skip
"""Tables of the standing cast; whatever stands in any other was left by a call."""


def tidied(door: Door) -> Door:
    """Clear away what the test before has left; the standing cast stays."""
    door.clock.at = MONDAY
    with door.runtime.database.begin() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in STANDING:
                session.execute(delete(table))
        session.execute(update(TechnicianRow).values(texts_refused=False))
    return door


# How a call gets to where a test begins


def well(answer: TestResponse) -> TestResponse:
    """Hand on an answer that is no apology."""
    assert answer.status_code == 200
    assert "One moment" not in answer.text
    return answer


def calls(door: Door, caller: str = CAST["dana"]) -> TestResponse:
    return well(door.post(INBOUND, from_caller(caller)))


def presses(door: Door, digits: str) -> TestResponse:
    """Press keys at wherever the caller is."""
    return well(door.post(TURN.format(door.call().turn), from_caller(Digits=digits)))


def reports_outage(door: Door) -> None:
    """Call and press the emergency key: case, hunt and first leg are written."""
    calls(door)
    presses(door, "1")


def picks_up(door: Door) -> TestResponse:
    """The first technician picks up."""
    leg = door.leg()
    return well(door.post(f"/webhooks/voice/leg/{leg.token}", on_leg(leg.phone.e164)))


def technician_presses(door: Door, digits: str) -> TestResponse:
    return well(door.post(TURN.format(door.call(LEG_CALL).turn), on_leg(door.leg().phone.e164, Digits=digits)))
