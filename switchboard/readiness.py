"""What the readiness commands need: who can be reached, how well they were, drills now, and codes; each in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.clock import SystemClock, iso_or_none
from foundation.errors import NotFound
from oncall.readiness import SCORED_DAYS, CanBeReached, Record, can_be_reached
from oncall.readiness_service import check_code, drill_now, send_code
from oncall.readiness_store import contactability
from oncall.service import roster_keys
from oncall.store import load_technicians
from oncall.tables import DrillRow
from routing.tables import LegRow
from switchboard.opening import opened_database
from telephony.tables import OutboxRow

BY_A_PERSON = ("accepted", "bridged", "declined")
"""Ends of a ring that only a person can bring about: a key was pressed."""

UNTRIED = ("planned", "placing", "unknown", "cancelled", "ringing", "screening")
"""Ends of a ring that say nothing about the person."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Whether somebody can be reached, why, and the score of the last 90 days, nothing with too little to go by."""

    technician: str
    answer: CanBeReached
    why: str
    score: int | None


def reachability(session: Session, at: datetime) -> dict[str, Reached]:
    """Judge everybody, by key."""
    records = _records(session, at)
    return {
        key: Reached(key, *can_be_reached(known), records.get(key, Record(0, 0, 0, 0)).score)
        for key, known in contactability(session).items()
    }


def _records(session: Session, at: datetime) -> dict[str, Record]:
    since = at - timedelta(days=SCORED_DAYS)
    rings, texts = _rings(session, since), _texts(session, since)
    people = load_technicians(session)
    return {
        key: Record(*rings.get(key, (0, 0)), *texts.get(person.text_phone.e164, (0, 0)))
        for key, person in people.items()
    }


def _rings(session: Session, since: datetime) -> dict[str, tuple[int, int]]:
    answered = func.sum(case((LegRow.status.in_(BY_A_PERSON), 1), else_=0))
    told = select(LegRow.technician, func.count(), answered).where(
        LegRow.place_at >= since, LegRow.status.not_in(UNTRIED)
    )
    return {key: (count, int(by_person)) for key, count, by_person in session.execute(told.group_by(LegRow.technician))}


def _texts(session: Session, since: datetime) -> dict[str, tuple[int, int]]:
    delivered = func.sum(case((OutboxRow.status == "delivered", 1), else_=0))
    final = OutboxRow.status.in_(("delivered", "undelivered", "failed")), OutboxRow.written_at >= since
    told = select(OutboxRow.to_phone, func.count(), delivered).where(OutboxRow.to_phone.is_not(None), *final)
    return {
        phone.e164: (count, int(arrived))
        for phone, count, arrived in session.execute(told.group_by(OutboxRow.to_phone))
    }


def everybody() -> list[Reached]:
    """Judge everybody in the configured database."""
    with opened_database() as database, database.read() as session:
        return list(reachability(session, SystemClock().now()).values())


def drill(roster: str | None, channel: str, actor: str) -> list[dict[str, object]]:
    """Ask everybody who is on duty now, on one roster or on all, whether they can be reached."""
    at = SystemClock().now()
    with opened_database() as database, database.begin() as session:
        keys = roster_keys(session)
        if roster is not None and roster not in keys:
            raise NotFound("roster_unknown", key=roster, known=", ".join(keys) or "none yet")
        drills = drill_now(session, keys if roster is None else [roster], at, channel)
        record(session, at, actor, ("drill", roster or "all"), None, [d.technician for d in drills])
        return [_document(d) for d in drills]


def _document(row: DrillRow) -> dict[str, object]:
    return {
        "roster": row.roster_key,
        "technician": row.technician,
        "channel": row.channel,
        "state": row.state,
        "asked_at": iso_or_none(row.asked_at),
        "answered_at": iso_or_none(row.answered_at),
    }


def drills(limit: int) -> list[dict[str, object]]:
    """List the newest drills."""
    with opened_database() as database, database.read() as session:
        return [_document(d) for d in session.scalars(select(DrillRow).order_by(DrillRow.id.desc()).limit(limit))]


def text_code(technician: str) -> str:
    """Text a code to somebody; returns the masked number it went to."""
    with opened_database() as database, database.begin() as session:
        return send_code(session, technician, SystemClock().now()).phone.masked


def is_code(technician: str, code: str) -> bool:
    """Whether a code is the one that was sent; a right one verifies the number."""
    with opened_database() as database, database.begin() as session:
        return check_code(session, technician, code, SystemClock().now())
