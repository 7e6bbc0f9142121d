"""Writing down what came in: calls, cases with their histories, recordings; nobody here decides what happens next."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.db import insert_once
from foundation.ids import case_number
from foundation.phone import PhoneNumber, caller_number
from intake.severity import Severity
from intake.store import locked_call
from intake.tables import CallEventRow, CallRow, CaseEventRow, CaseRow, RecordingRow


@dataclass(frozen=True, slots=True)
class NewCase:
    """Everything that is known of a case when it opens."""

    severity: Severity
    tier: str
    outcome: str
    reason: str
    clock: str
    opened_at: datetime
    starts_at: datetime | None
    account_id: int | None = None
    contact_id: int | None = None
    response_due: datetime | None = None
    update_due: datetime | None = None
    promise: dict[str, Any] | None = None
    call_sid: str | None = None
    caller_phone: PhoneNumber | None = None
    callback_phone: PhoneNumber | None = None
    problem: str | None = None
    courtesy: bool = False
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewRecording:
    """A recording as the carrier tells of it."""

    sid: str
    call_sid: str
    purpose: str
    url: str
    seconds: int


def call_begins(session: Session, at: datetime, *, sid: str, direction: str, sent_from: str, sent_to: str) -> CallRow:
    """Write down a call, or find it if this webhook came before; its row stays locked until the transaction ends."""
    fields = {"direction": direction, "from_text": sent_from[:64], "to_text": sent_to[:64], "turn": 0}
    insert_once(session, CallRow, sid=sid[:64], started_at=at, from_phone=caller_number(sent_from), **fields)
    call = locked_call(session, sid[:64])
    assert call is not None  # it was there, or was just written
    return call


def call_event(session: Session, call_sid: str, at: datetime, kind: str, **facts: Any) -> None:  # noqa: ANN401 - JSON values
    """Append one line to a call's transcript."""
    session.add(CallEventRow(call_sid=call_sid, at=at, kind=kind, facts=facts))


def open_case(session: Session, new: NewCase) -> CaseRow:
    """Write a new case with its number, the reason of its severity being the first line of its history."""
    values = {name: getattr(new, name) for name in NewCase.__slots__ if name not in ("evidence", "severity")}
    case = CaseRow(severity=new.severity.value, status="new", source="phone", **values)
    session.add(case)
    session.flush()
    case.number = case_number(case.id)
    facts = {
        "severity": case.severity,
        "tier": case.tier,
        "outcome": case.outcome,
        "reason": case.reason,
        "evidence": new.evidence,
    }
    case_event(session, case, new.opened_at, "opened", "caller", **facts)
    return case


def case_event(
    session: Session,
    case: CaseRow,
    at: datetime,
    kind: str,
    actor: str | None = None,
    **facts: Any,  # noqa: ANN401 - JSON values
) -> None:
    """Append one line to a case's history."""
    session.add(CaseEventRow(case_id=case.id, at=at, kind=kind, actor=actor, facts=facts))


def acknowledge(session: Session, case: CaseRow, technician: str, at: datetime, how: str) -> None:
    """Name the person who has taken the case; the first acknowledgement's instant stays."""
    case.technician = technician
    case.acknowledged_at = case.acknowledged_at or at
    if case.status in ("new", "reopened"):
        case.status = "acknowledged"
    case_event(session, case, at, "acknowledged", technician, how=how)


def keep_recording(session: Session, at: datetime, new: NewRecording, case: CaseRow | None) -> None:
    """Write down a recording once, and on its case."""
    case_id = None if case is None else case.id
    fields = {"purpose": new.purpose, "url": new.url[:500], "seconds": new.seconds}
    is_new = insert_once(
        session, RecordingRow, sid=new.sid[:64], call_sid=new.call_sid, case_id=case_id, at=at, **fields
    )
    if is_new and case is not None:
        case_event(session, case, at, "recorded", "caller", purpose=new.purpose, seconds=new.seconds, recording=new.sid)


def move_recordings(session: Session, call_sid: str, case: CaseRow) -> None:
    """Give a case the recordings that its call made before the case was there."""
    orphans = select(RecordingRow).where(RecordingRow.call_sid == call_sid, RecordingRow.case_id.is_(None))
    for recording in session.scalars(orphans):
        recording.case_id = case.id
