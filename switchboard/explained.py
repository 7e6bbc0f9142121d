"""`switchboard case explain`: why each clock of a case is due when it is, what was told of it, and what is only assumed."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import iso, iso_or_none
from intake.entitlement import Tier
from intake.severity import Severity
from intake.tables import CaseRow
from routing.case_clocks import ClockRecord
from routing.clock_service import clock_rows, find_case, records, zone_of
from routing.sla import ASSUMED, CLOCK_NAMES, SERVICE_LEVELS, due, met, parse_target, told
from routing.tables import CaseClockRow, ClockNoticeRow
from switchboard.world_shape import Document

NO_CLOCK = "no agreement holds for this case, so nothing is promised and no clock runs"


def explain_case(session: Session, number: str) -> Document:
    """Explain every due instant of a case, rebuilt from its history; NotFound if there is no such case."""
    case = find_case(session, number)
    rows = clock_rows(session, case)
    clocks = [
        _clock(session, case, rows[clock], record) for clock, record in records(session, case).items() if clock in rows
    ]
    return {
        "number": case.number,
        "tier": case.tier,
        "severity": case.severity,
        "status": case.status,
        "zone": zone_of(session, case),
        "clocks": clocks,
        "note": None if clocks else NO_CLOCK,
    }


def _clock(session: Session, case: CaseRow, row: CaseClockRow, record: ClockRecord) -> Document:
    return {
        "clock": record.clock,
        "state": record.state,
        "counts_from": iso(record.since),
        "due": iso_or_none(record.due_at),
        "satisfied_at": iso_or_none(record.satisfied_at),
        "met": None if record.satisfied_at is None else met(record.satisfied_at, record.due_at),
        "breached_at": iso_or_none(row.breached_at),
        "version": record.version,
        "explain": list(_sentences(record, zone_of(session, case))),
        "assumption": ASSUMED if is_assumed(case, record) else None,
        "notices": [_notice(notice) for notice in _notices(session, row)],
    }


def _sentences(record: ClockRecord, zone: str) -> Iterator[str]:
    """Tell how the due instant comes about, then what the history adds to the rules."""
    facts = record.facts
    if facts is None:
        yield "Nothing is promised any more: the agreement that now holds for this case has no service level."
        return
    yield from due(facts).explain
    for at in record.recomputed:
        yield f"{told(at, zone)}: counted anew from the start, because its calendar was edited."
    if record.resume_at is not None and record.clock == "update":
        yield f"The wait is planned until {told(record.resume_at, zone)}."
    if record.satisfied_at is not None:
        how = "in time" if met(record.satisfied_at, record.due_at) else "too late"
        yield f"Given {told(record.satisfied_at, zone)}: {how}."


def is_assumed(case: CaseRow, record: ClockRecord) -> bool:
    """Say whether the target in force is the shipped one, which nobody has agreed to."""
    level = SERVICE_LEVELS.get((Tier(case.tier), Severity(record.severity_now)))
    if level is None or record.in_force is None:
        return False
    shipped = level.response if record.clock == "response" else level.update
    return parse_target(record.in_force[record.clock]) == shipped


def _notices(session: Session, row: CaseClockRow) -> list[ClockNoticeRow]:
    ours = select(ClockNoticeRow).where(ClockNoticeRow.case_clock_id == row.id).order_by(ClockNoticeRow.id)
    return list(session.scalars(ours))


def _notice(row: ClockNoticeRow) -> Document:
    at = {"at": iso(row.at), "due": iso(row.due_at)}
    return {"event": row.event, "version": row.version, "told": row.told, **at}


def explanation_lines(document: Document) -> Iterator[str]:
    """Write the explanation for people, times in the account's zone."""
    zone = str(document["zone"])
    yield f"case {document['number']}: {document['tier']}, {document['severity']}, {document['status']} ({ZoneInfo(zone).key})"
    if document["note"]:
        yield f"{document['note']}"
    for clock in document["clocks"]:
        yield ""
        yield f"{CLOCK_NAMES[clock['clock']]}: {clock['state']}, due {clock['due'] or 'at no time while it is so'}"
        yield from (f"  {sentence}" for sentence in clock["explain"])
        if clock["breached_at"]:
            yield f"  Missed: a due time went by at {clock['breached_at']}; that stays on record."
        if clock["assumption"]:
            yield f"  Its target is an {clock['assumption']}."
        for notice in clock["notices"]:
            yield f"  {_told_line(notice)}"


def _told_line(notice: Document) -> str:
    what = {"breach": "breach", "resume": "planned end of the wait"}.get(notice["event"], f"{notice['event']} %")
    whom = ", ".join(notice["told"]) or "nobody, as a later one said it"
    return f"{notice['at']} {what} told to {whom}"
