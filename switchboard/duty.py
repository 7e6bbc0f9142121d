"""Who is on duty, with the handset to ring and until when: the answer to `switchboard roster who`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from foundation.clock import iso_or_none
from foundation.errors import Refused
from oncall.layers import Roster
from oncall.readiness import can_be_reached
from oncall.readiness_store import contactability
from oncall.resolver import on_duty, segments
from oncall.store import load_roster, load_rosters, load_technicians
from switchboard.opening import opened_database

FIRST_LOOK = timedelta(days=14)
LONGEST_LOOK = timedelta(days=800)
"""How far the end of a duty is looked for: two years, so that a yearly rotation still shows its handover."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody on duty; `until` is when they stop, None if no end lies within two years."""

    technician: str
    name: str | None
    phone: str | None
    until: datetime | None
    why: str
    reachable: str = ""
    """Whether this person can be reached: yes, doubtful or no, with the reason."""


def stored_roster(key: str) -> Roster:
    """Load a roster from the configured database; Refused with the known ones if there is none of that key."""
    with opened_database() as database, database.read() as session:
        return stored(session, key)


def asked(key: str, at: Callable[[Roster], datetime]) -> tuple[Roster, datetime, tuple[Duty, ...]]:
    """Answer who is on duty on a stored roster at an instant, which may be told in that roster's own wall clock."""
    with opened_database() as database, database.read() as session:
        roster = stored(session, key)
        moment = at(roster).replace(microsecond=0)
        return roster, moment, duties(session, roster, moment)


def stored(session: Session, key: str) -> Roster:
    """Load a roster; Refused with the known ones if there is none of that key."""
    roster = load_roster(session, key)
    if roster is None:
        known = ", ".join(one.key for one in load_rosters(session)) or "none yet"
        raise Refused("roster_unknown", key=key, known=known)
    return roster


def duties(session: Session, roster: Roster, at: datetime) -> tuple[Duty, ...]:
    """Find the people on duty at an instant, in the order in which they are on the roster."""
    people, known = load_technicians(session), contactability(session)
    return tuple(
        Duty(
            technician=duty.technician,
            name=people[duty.technician].name if duty.technician in people else None,
            phone=people[duty.technician].phone.e164 if duty.technician in people else None,
            until=until(roster, duty.technician, at),
            why=duty.why,
            reachable=": ".join(can_be_reached(known[duty.technician])) if duty.technician in known else "",
        )
        for duty in on_duty(roster, at)
    )


def until(roster: Roster, technician: str, at: datetime) -> datetime | None:
    """Return the first instant after `at` at which this person is not on duty any more."""
    start, look = at, FIRST_LOOK
    while start < at + LONGEST_LOOK:
        for segment in segments(roster, start, start + look):
            if technician not in segment.people:
                return segment.start
        start, look = start + look, look * 2
    return None


def duty_document(duty: Duty) -> dict[str, Any]:
    """Write one row of the command's JSON."""
    return {
        "technician": duty.technician,
        "name": duty.name,
        "phone": duty.phone,
        "until": iso_or_none(duty.until),
        "why": duty.why,
        "reachable": duty.reachable,
    }
