"""Cases, calls and hunts as the command line shows them: lists, and one record with everything that happened, in order.

A timeline is gathered over all that hangs together: the case, its calls and those of the people rung for it, its hunts
with their legs, texts and recordings. It only reads; each line says when, about what, what happened and by whom.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from foundation.clock import iso, iso_or_none
from foundation.errors import NotFound
from foundation.phone import PhoneNumber
from intake.tables import AccountRow, CallEventRow, CallRow, CaseEventRow, CaseRow, RecordingRow
from routing.tables import HuntEventRow, HuntRow, LegRow
from switchboard.world_shape import Document
from telephony.tables import OutboxRow

ANSWERS = ("heard", "over")
"""What a call hears, and its end, come after everything else that was written down in the same instant."""

HUNT_ID = re.compile(r"[0-9]{1,9}")
"""Longer numbers would not fit the column."""

S = TypeVar("S", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records a list shows: the newest `limit` of those that fit, or all of them."""

    limit: int | None = None
    status: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline: `about` names the record, such as `case 104283` or `leg 3 (sam)`."""

    at: datetime
    about: str
    kind: str
    by: str | None = None
    facts: Document = field(default_factory=dict)

    def document(self) -> Document:
        """Write the line as JSON."""
        return {"at": iso(self.at), "about": self.about, "kind": self.kind, "by": self.by, "facts": self.facts}


@dataclass(frozen=True, slots=True)
class Shown:
    """One record with its timeline, and the zone in which its people read times: the account's, else UTC."""

    document: Document
    timeline: tuple[Event, ...]
    zone: ZoneInfo

    def whole(self) -> Document:
        """Write record and timeline as JSON."""
        return self.document | {"timeline": [event.document() for event in self.timeline]}


# Lists ----------------------------------------------------------------------------------------------------------------


def list_cases(session: Session, wanted: Filter) -> list[Document]:
    """List cases, the newest first."""
    rows = select(CaseRow, AccountRow.key).outerjoin(AccountRow, CaseRow.account_id == AccountRow.id)
    found = _narrowed(rows, wanted, CaseRow.status).order_by(CaseRow.id.desc())
    return [case_document(case, account) for case, account in session.execute(found)]


def list_calls(session: Session, wanted: Filter) -> list[Document]:
    """List calls of callers and of technicians, the newest first; the status of a call is its direction."""
    rows = (
        select(CallRow, AccountRow.key, CaseRow.number)
        .outerjoin(AccountRow, CallRow.account_id == AccountRow.id)
        .outerjoin(CaseRow, CallRow.case_id == CaseRow.id)
    )
    found = _narrowed(rows, wanted, CallRow.direction).order_by(CallRow.id.desc())
    return [call_document(call, account, number) for call, account, number in session.execute(found)]


def list_hunts(session: Session, wanted: Filter) -> list[Document]:
    """List hunts, the newest first."""
    rows = (
        select(HuntRow, AccountRow.key, CaseRow.number)
        .join(CaseRow, HuntRow.case_id == CaseRow.id)
        .outerjoin(AccountRow, CaseRow.account_id == AccountRow.id)
    )
    found = _narrowed(rows, wanted, HuntRow.status).order_by(HuntRow.id.desc())
    rows_found = session.execute(found)
    return [hunt_document(hunt, account, number, _legs(session, hunt)) for hunt, account, number in rows_found]


def _narrowed(rows: S, wanted: Filter, status: InstrumentedAttribute[str]) -> S:
    if wanted.status is not None:
        rows = rows.where(status == wanted.status)
    if wanted.account is not None:
        rows = rows.where(AccountRow.key == wanted.account)
    return rows.limit(wanted.limit)


def _legs(session: Session, hunt: HuntRow) -> list[LegRow]:
    return list(session.scalars(select(LegRow).where(LegRow.hunt_id == hunt.id).order_by(LegRow.id)))


# One record -----------------------------------------------------------------------------------------------------------


def show_case(session: Session, number: str) -> Shown:
    """Show one case by its number, with or without blanks; NotFound if there is none."""
    case = session.scalar(select(CaseRow).where(CaseRow.number == number.replace(" ", "")))
    if case is None:
        raise NotFound("case_unknown", number=number)
    account = _account(session, case.account_id)
    document = case_document(case, None if account is None else account.key)
    return Shown(document, timeline(session, cases=[case.id]), _zone(account))


def show_call(session: Session, sid: str) -> Shown:
    """Show one call by the carrier's id; NotFound if there is none."""
    call = session.scalar(select(CallRow).where(CallRow.sid == sid))
    if call is None:
        raise NotFound("call_unknown", sid=sid)
    case = None if call.case_id is None else session.get(CaseRow, call.case_id)
    account = _account(session, call.account_id or (None if case is None else case.account_id))
    document = call_document(call, None if account is None else account.key, None if case is None else case.number)
    return Shown(document, timeline(session, calls=[call.sid]), _zone(account))


def show_hunt(session: Session, hunt_id: str) -> Shown:
    """Show one hunt by its number; NotFound if there is none."""
    hunt = session.get(HuntRow, int(hunt_id)) if HUNT_ID.fullmatch(hunt_id) else None
    if hunt is None:
        raise NotFound("hunt_unknown", id=hunt_id)
    case = session.get_one(CaseRow, hunt.case_id)
    account = _account(session, case.account_id)
    key = None if account is None else account.key
    document = hunt_document(hunt, key, case.number, _legs(session, hunt))
    return Shown(document, timeline(session, hunts=[hunt.id]), _zone(account))


def _account(session: Session, account_id: int | None) -> AccountRow | None:
    return None if account_id is None else session.get(AccountRow, account_id)


def _zone(account: AccountRow | None) -> ZoneInfo:
    return ZoneInfo("UTC" if account is None else account.time_zone)


# Documents ------------------------------------------------------------------------------------------------------------


def case_document(case: CaseRow, account: str | None) -> Document:
    """Write a case as JSON."""
    return {
        "number": case.number,
        "severity": case.severity,
        "status": case.status,
        "account": account,
        "tier": case.tier,
        "technician": case.technician,
        "response_due": iso_or_none(case.response_due),
        "update_due": iso_or_none(case.update_due),
        "outcome": case.outcome,
        "reason": case.reason,
        "clock": case.clock,
        "opened_at": iso(case.opened_at),
        "starts_at": iso_or_none(case.starts_at),
        "acknowledged_at": iso_or_none(case.acknowledged_at),
        "responded_at": iso_or_none(case.responded_at),
        "resolved_at": iso_or_none(case.resolved_at),
        "source": case.source,
        "call": case.call_sid,
        "caller_phone": _e164(case.caller_phone),
        "callback_phone": _e164(case.callback_phone),
        "problem": case.problem,
        "courtesy": case.courtesy,
    }


def call_document(call: CallRow, account: str | None, case: str | None) -> Document:
    """Write a call as JSON."""
    return {
        "sid": call.sid,
        "direction": call.direction,
        "from": call.from_text,
        "to": call.to_text,
        "started_at": iso(call.started_at),
        "ended_at": iso_or_none(call.ended_at),
        "end": call.end,
        "account": account,
        "case": case,
    }


def hunt_document(hunt: HuntRow, account: str | None, case: str | None, legs: Iterable[LegRow]) -> Document:
    """Write a hunt with its legs as JSON."""
    rung = list(legs)
    winner = next((leg.technician for leg in rung if leg.id == hunt.winner_leg_id), None)
    return {
        "id": hunt.id,
        "case": case,
        "account": account,
        "status": hunt.status,
        "call": hunt.call_sid,
        "started_at": iso(hunt.started_at),
        "ceiling_at": iso_or_none(hunt.ceiling_at),
        "won_at": iso_or_none(hunt.won_at),
        "winner": winner,
        "bridged_at": iso_or_none(hunt.bridged_at),
        "left_at": iso_or_none(hunt.left_at),
        "left_how": hunt.left_how,
        "chase_pass": hunt.chase_pass,
        "ended_at": iso_or_none(hunt.ended_at),
        "plan": [[target[0] for target in wave["targets"]] for wave in hunt.plan.get("waves", [])],
        "legs": [_leg_document(leg) for leg in rung],
    }


def _leg_document(leg: LegRow) -> Document:
    return {
        "id": leg.id,
        "technician": leg.technician,
        "phone": leg.phone.e164,
        "wave": leg.wave,
        "status": leg.status,
        "call": leg.call_sid,
        "ring_seconds": leg.ring_seconds,
        "planned_for": iso(min(at for at in (leg.place_at, leg.claimed_at, leg.placed_at) if at is not None)),
        "placed_at": iso_or_none(leg.placed_at),
        "answered_at": iso_or_none(leg.answered_at),
        "ended_at": iso_or_none(leg.ended_at),
        "why": leg.why,
    }


def _e164(phone: PhoneNumber | None) -> str | None:
    return None if phone is None else phone.e164


# Timelines ------------------------------------------------------------------------------------------------------------


def timeline(
    session: Session, cases: Iterable[int] = (), calls: Iterable[str] = (), hunts: Iterable[int] = ()
) -> tuple[Event, ...]:
    """Gather everything that hangs together with the named records, in order of time."""
    case_rows, call_rows, hunt_rows, legs = _thread(session, set(cases), set(calls), set(hunts))
    sids = {call.sid for call in call_rows} | {leg.call_sid for leg in legs if leg.call_sid}
    numbers = {case.id: case.number or str(case.id) for case in case_rows}
    told = [
        *(event for call in call_rows for event in _call_bounds(call)),
        *_call_events(session, sids),
        *_case_events(session, numbers),
        *_hunt_events(session, hunt_rows),
        *(event for leg in legs for event in _leg_events(leg)),
        *_texts(session, numbers, hunt_rows, sids),
        *_recordings(session, numbers, sids),
    ]
    return tuple(sorted(told, key=lambda event: (event.at, event.kind in ANSWERS)))


def _thread(
    session: Session, cases: set[int], calls: set[str], hunts: set[int]
) -> tuple[list[CaseRow], list[CallRow], list[HuntRow], list[LegRow]]:
    """Follow the records to each other: from legs and calls up to their case, and from the case down again."""
    hunts |= set(session.scalars(select(LegRow.hunt_id).where(LegRow.call_sid.in_(calls))))
    hunts |= set(session.scalars(select(HuntRow.id).where(HuntRow.call_sid.in_(calls))))
    cases |= set(session.scalars(select(HuntRow.case_id).where(HuntRow.id.in_(hunts))))
    cases |= {case for case in session.scalars(select(CallRow.case_id).where(CallRow.sid.in_(calls))) if case}
    cases |= set(session.scalars(select(CaseRow.id).where(CaseRow.call_sid.in_(calls))))
    case_rows = list(session.scalars(select(CaseRow).where(CaseRow.id.in_(cases)).order_by(CaseRow.id)))
    hunt_rows = list(session.scalars(select(HuntRow).where(HuntRow.case_id.in_(cases)).order_by(HuntRow.id)))
    legs = list(
        session.scalars(select(LegRow).where(LegRow.hunt_id.in_([h.id for h in hunt_rows])).order_by(LegRow.id))
    )
    of_cases, of_hunts = {case.call_sid for case in case_rows}, {hunt.call_sid for hunt in hunt_rows}
    sids = calls | {sid for sid in of_cases | of_hunts | {leg.call_sid for leg in legs} if sid}
    theirs = or_(CallRow.sid.in_(sids), CallRow.case_id.in_(cases))
    return case_rows, list(session.scalars(select(CallRow).where(theirs).order_by(CallRow.id))), hunt_rows, legs


def _case_events(session: Session, numbers: dict[int, str]) -> Iterator[Event]:
    found = select(CaseEventRow).where(CaseEventRow.case_id.in_(numbers)).order_by(CaseEventRow.id)
    for row in session.scalars(found):
        yield Event(row.at, f"case {numbers[row.case_id]}", row.kind, row.actor, row.facts)


def _call_bounds(call: CallRow) -> Iterator[Event]:
    facts = {"from": call.from_text, "to": call.to_text, "direction": call.direction}
    yield Event(call.started_at, f"call {call.sid}", "started", facts=facts)
    if call.ended_at is not None:
        yield Event(call.ended_at, f"call {call.sid}", "over", facts={"end": call.end})


def _call_events(session: Session, sids: set[str]) -> Iterator[Event]:
    found = select(CallEventRow).where(CallEventRow.call_sid.in_(sids)).order_by(CallEventRow.id)
    for row in session.scalars(found):
        yield Event(row.at, f"call {row.call_sid}", row.kind, facts=row.facts)


def _hunt_events(session: Session, hunts: Iterable[HuntRow]) -> Iterator[Event]:
    ids = [hunt.id for hunt in hunts]
    found = select(HuntEventRow).where(HuntEventRow.hunt_id.in_(ids)).order_by(HuntEventRow.id)
    for row in session.scalars(found):
        yield Event(row.at, f"hunt {row.hunt_id}", row.kind, facts=row.facts)


def _leg_events(leg: LegRow) -> Iterator[Event]:
    about = f"leg {leg.id} ({leg.technician})"
    # Of a leg that was placed, `place_at` is when it was last looked after: the plan came before the ring.
    planned = min(at for at in (leg.place_at, leg.claimed_at, leg.placed_at) if at is not None)
    yield Event(planned, about, "planned", facts={"wave": leg.wave, "phone": leg.phone.e164})
    if leg.placed_at is not None:
        yield Event(leg.placed_at, about, "placed", facts={"call": leg.call_sid, "ring_seconds": leg.ring_seconds})
    if leg.answered_at is not None:
        yield Event(leg.answered_at, about, "answered")
    if leg.ended_at is not None:
        yield Event(leg.ended_at, about, leg.status, facts={} if leg.why is None else {"why": leg.why})


def _texts(session: Session, numbers: dict[int, str], hunts: Iterable[HuntRow], sids: set[str]) -> Iterator[Event]:
    """Tell what was asked of the carrier for these records: texts by their context, wishes by their target."""
    hunt_list = list(hunts)
    targets = sids | {hunt.queue_sid for hunt in hunt_list if hunt.queue_sid}
    ours: list[ColumnElement[bool]] = [OutboxRow.target_sid.in_(targets)]
    ours += [OutboxRow.context["case"].as_integer() == case for case in numbers]
    ours += [OutboxRow.context["hunt"].as_integer() == hunt.id for hunt in hunt_list]
    ours += [OutboxRow.context["call"].as_string() == sid for sid in sids]
    for row in session.scalars(select(OutboxRow).where(or_(*ours)).order_by(OutboxRow.id)):
        yield from _outbox_events(row)


def _outbox_events(row: OutboxRow) -> Iterator[Event]:
    about = f"{row.kind.replace('_', ' ')} {row.id}"
    aim = {"to": _e164(row.to_phone), "body": row.body} if row.kind == "text" else {"target": row.target_sid}
    yield Event(row.written_at, about, "written", facts=aim)
    if row.sent_at is not None:
        facts = {} if row.error_code is None else {"error": row.error_code}
        yield Event(row.sent_at, about, row.status, facts=facts)


def _recordings(session: Session, numbers: dict[int, str], sids: set[str]) -> Iterator[Event]:
    theirs = or_(RecordingRow.call_sid.in_(sids), RecordingRow.case_id.in_(numbers))
    for row in session.scalars(select(RecordingRow).where(theirs).order_by(RecordingRow.id)):
        facts = {"purpose": row.purpose, "seconds": row.seconds, "url": row.url}
        yield Event(row.at, f"recording {row.sid}", "kept", facts=facts)
