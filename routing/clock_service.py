"""Clocks on record: every change is an event of the case, and the columns are rebuilt from the events at once.

Whatever changes a clock takes the case's row first, so that two changes of one case come one after another and neither
is computed without the other. The rows of `case_clocks` are for the poller and for lists; the events are the truth.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import audit
from foundation.clock import iso, iso_or_none
from foundation.db import insert_once
from foundation.errors import NotFound, Refused
from foundation.phone import PhoneNumber
from foundation.windows import ConfigurationFault
from intake.entitlement import COVERED, Tier
from intake.service import acknowledge, case_event
from intake.severity import Severity
from intake.store import account_by_id, case_by_id
from intake.tables import CaseEventRow, CaseRow
from oncall.store import load_technicians
from routing.case_clocks import CLOCKS, KINDS, CaseEvent, ClockRecord, facts_of
from routing.decision import Problem, decide
from routing.notices import Told, untold
from routing.sla import Clock
from routing.store import Promised, calendar_data, load_calendar, load_promise
from routing.tables import CalendarRow, CaseClockRow, ClockNoticeRow

OVER = ("resolved", "closed")
"""States in which no clock of a case runs."""

CALLER = "caller"
"""The actor of what a customer does; the audit holds what the organisation's own people do."""


# Out of the database --------------------------------------------------------------------------------------------------


def find_case(session: Session, number: str) -> CaseRow:
    """Load a case by its number, with or without blanks; NotFound if there is none."""
    case = session.scalar(select(CaseRow).where(CaseRow.number == number.replace(" ", "")))
    if case is None:
        raise NotFound("case_unknown", number=number)
    return case


def case_to_change(session: Session, number: str) -> CaseRow:
    """Load a case by its number and keep its row locked: changes of one case come one after another."""
    return _locked(session, find_case(session, number))


def _locked(session: Session, case: CaseRow) -> CaseRow:
    """Take the case's row; rows that refer to it may still be written by others."""
    session.flush()
    this = select(CaseRow).where(CaseRow.id == case.id).with_for_update(key_share=True)
    return session.scalars(this.execution_options(populate_existing=True)).one()


def load_events(session: Session, case_ids: Iterable[int]) -> dict[int, list[CaseEvent]]:
    """Load what moved the clocks of cases, in order of time, by case."""
    ids = list(case_ids)
    found: dict[int, list[CaseEvent]] = {case_id: [] for case_id in ids}
    ours = CaseEventRow.case_id.in_(ids), CaseEventRow.kind.in_(KINDS)
    columns = select(CaseEventRow.case_id, CaseEventRow.at, CaseEventRow.kind, CaseEventRow.facts)
    for case_id, at, kind, facts in session.execute(columns.where(*ours).order_by(CaseEventRow.at, CaseEventRow.id)):
        found[case_id].append(CaseEvent(at, kind, facts))
    return found


def load_told(session: Session, clock_ids: Iterable[int]) -> dict[int, list[Told]]:
    """Load which notices of clocks are on record, by clock."""
    ids = list(clock_ids)
    found: dict[int, list[Told]] = {clock_id: [] for clock_id in ids}
    columns = select(ClockNoticeRow.case_clock_id, ClockNoticeRow.event, ClockNoticeRow.version, ClockNoticeRow.due_at)
    for clock_id, event, version, due in session.execute(columns.where(ClockNoticeRow.case_clock_id.in_(ids))):
        found[clock_id].append(Told(event, version, due))
    return found


def clock_rows(session: Session, case: CaseRow) -> dict[str, CaseClockRow]:
    """Load the clocks of a case by name."""
    ours = select(CaseClockRow).where(CaseClockRow.case_id == case.id).order_by(CaseClockRow.id)
    return {row.clock: row for row in session.scalars(ours.execution_options(populate_existing=True))}


def records(session: Session, case: CaseRow) -> dict[Clock, ClockRecord]:
    """Rebuild the clocks of a case from its history."""
    events = load_events(session, [case.id])[case.id]
    return {clock: facts_of(clock, case.promise, events) for clock in CLOCKS}


# The columns ----------------------------------------------------------------------------------------------------------


def recalculate(session: Session, case: CaseRow, at: datetime) -> None:
    """Rebuild the columns of a case's clocks from its events; called after every event that moves one."""
    _locked(session, case)
    rebuilt = records(session, case)
    rows = clock_rows(session, case)
    told = load_told(session, [row.id for row in rows.values()])
    for clock, record in rebuilt.items():
        row = rows.get(clock) or _new_row(session, case, record)
        if row is not None:
            _write(session, case, row, record, told.get(row.id, []), at)
    case.response_due, case.update_due = rebuilt["response"].due_at, rebuilt["update"].due_at


def _new_row(session: Session, case: CaseRow, record: ClockRecord) -> CaseClockRow | None:
    """Give a case a clock where something is promised."""
    if record.promise is None:
        return None
    values = {"opened_at": record.since, "version": record.version, "state": record.state}
    insert_once(session, CaseClockRow, case_id=case.id, clock=record.clock, **values)
    return clock_rows(session, case)[record.clock]


@dataclass(frozen=True, slots=True)
class Missed:
    """A due instant that went by while its version of the target was in force."""

    version: int
    due: datetime


def _write(
    session: Session, case: CaseRow, row: CaseClockRow, record: ClockRecord, told: list[Told], at: datetime
) -> None:
    missed = _missed(row, record, at)
    if missed is not None:
        note_breach(session, case, row, missed, at, [])
    row.opened_at, row.due_at, row.version = record.since, record.due_at, record.version
    row.state, row.satisfied_at = record.state, record.satisfied_at
    row.next_notice_at = next((notice.at for notice in untold(record, told)), None)


def _missed(row: CaseClockRow, record: ClockRecord, at: datetime) -> Missed | None:
    """Find a due instant that went by and that no notice will tell of any more: the answer came late, or the target moved."""
    if row.due_at is None or row.state != "running":
        return None
    if record.satisfied_at is not None:
        is_late = record.satisfied_at > row.due_at
    elif record.since > row.opened_at:
        is_late = (record.answered_at or record.since) > row.due_at
    else:
        is_late = row.due_at < at and (record.due_at is None or record.due_at > row.due_at)
    return Missed(row.version, row.due_at) if is_late else None


def note_breach(
    session: Session, case: CaseRow, row: CaseClockRow, missed: Missed, at: datetime, told: list[str]
) -> bool:
    """Put a breach on record, once; the first one's instant is never erased. Returns whether it was new."""
    ours = {"case_clock_id": row.id, "event": "breach", "version": missed.version, "due_at": missed.due}
    if not insert_once(session, ClockNoticeRow, at=at, told=told, **ours):
        return False
    row.breached_at = row.breached_at or missed.due
    case_event(session, case, at, "breached", None, clock=row.clock, due=iso(missed.due), told=told)
    return True


def start_clocks(session: Session, case: CaseRow) -> None:
    """Give a case that was just opened its clocks, if its agreement promises anything."""
    recalculate(session, case, case.opened_at)


# What changes a clock -------------------------------------------------------------------------------------------------


def promise_now(session: Session, case: CaseRow) -> Promised | None:
    """Load the service level of a case's tier and severity, in its account's zone, as it is configured now."""
    return load_promise(session, Tier(case.tier), Severity(case.severity), zone_of(session, case))


def zone_of(session: Session, case: CaseRow) -> str:
    """Return the account's zone; UTC where nobody knows whose case it is."""
    account = None if case.account_id is None else account_by_id(session, case.account_id)
    return "UTC" if account is None else account.time_zone


def change_severity(
    session: Session, case: CaseRow, severity: Severity, at: datetime, *, actor: str, reason: str
) -> None:
    """Change how bad a case is, because it always was so (`reclassified`) or because it got worse (`impact_changed`)."""
    before = case.severity
    if before == severity:
        return
    case.severity = severity.value
    promised = promise_now(session, case)
    _reclocked(case, promised, at)
    facts = {"before": before, "after": severity.value, "reason": reason, "promise": data_of(promised)}
    case_event(session, case, at, "severity_changed", actor, **facts)
    if actor != CALLER:
        audited(session, case, at, actor, {"severity": before}, {"severity": severity.value}, reason)
    recalculate(session, case, at)


def upgrade_tier(session: Session, case: CaseRow, tier: Tier, at: datetime, actor: str) -> None:
    """Serve a case by a better agreement from now on; never later than promised before. Refused if it is no better."""
    before = Tier(case.tier)
    ladder = [Tier.UNIDENTIFIED, Tier.NONE, *COVERED]
    _refuse_if_over(case)
    if tier not in COVERED or ladder.index(tier) <= ladder.index(before):
        raise Refused("not_an_upgrade", number=case.number, before=before.value, after=tier.value)
    case.tier = tier.value
    promised = promise_now(session, case)
    _reclocked(case, promised, at)
    facts = {"before": before.value, "after": tier.value, "promise": data_of(promised)}
    case_event(session, case, at, "tier_upgraded", actor, **facts)
    audited(session, case, at, actor, {"tier": before.value}, {"tier": tier.value})
    recalculate(session, case, at)


def _reclocked(case: CaseRow, promised: Promised | None, at: datetime) -> None:
    """Name the hours on which the case's clocks run, as the decision table does."""
    calendar = None if promised is None else promised.calendar
    case.clock = decide(Problem(Tier(case.tier), Severity(case.severity), calendar), at).clock.value


def data_of(promised: Promised | None) -> dict[str, Any] | None:
    """Write a service level as an event carries it."""
    return None if promised is None else promised.data


def pause(session: Session, case: CaseRow, at: datetime, actor: str, reason: str, resume_at: datetime | None) -> None:
    """Let a case wait, for a reason and with a plan; one that waits already is only planned anew."""
    _refuse_if_over(case)
    if resume_at is not None and resume_at <= at:
        raise Refused("resume_too_early", resume_at=iso(resume_at), at=iso(at))
    before, case.status = case.status, "waiting"
    case_event(session, case, at, "paused", actor, reason=reason, resume_at=iso_or_none(resume_at))
    after = {"status": "waiting", "resume_at": iso_or_none(resume_at)}
    audited(session, case, at, actor, {"status": before}, after, reason)
    recalculate(session, case, at)


def resume(session: Session, case: CaseRow, at: datetime, actor: str, how: str) -> None:
    """End a case's wait; Refused if it does not wait."""
    if case.status != "waiting":
        raise Refused("case_not_waiting", number=case.number, status=case.status)
    case.status = "in_progress" if case.technician else "new"
    case_event(session, case, at, "resumed", actor, how=how)
    if actor != CALLER:
        audited(session, case, at, actor, {"status": "waiting"}, {"status": case.status})
    recalculate(session, case, at)


def inbound_contact(session: Session, case: CaseRow, at: datetime, how: str) -> None:
    """The customer is heard from: a case that waits does not wait any longer."""
    if case.status == "waiting":
        resume(session, case, at, CALLER, how)


def heard_from(session: Session, phone: PhoneNumber | None, at: datetime, how: str) -> None:
    """Somebody calls or texts: the cases of that number that wait do not wait any longer."""
    if phone is None:
        return
    theirs = CaseRow.status == "waiting", (CaseRow.caller_phone == phone) | (CaseRow.callback_phone == phone)
    for case in session.scalars(select(CaseRow).where(*theirs).with_for_update(key_share=True)):
        inbound_contact(session, case, at, how)


@dataclass(frozen=True, slots=True)
class Contact:
    """A public word to the customer: by whom, in which way, and since when where it was a talk."""

    by: str
    how: str
    since: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


def public_contact(session: Session, case: CaseRow, at: datetime, contact: Contact) -> None:
    """The customer has had an answer: the first one is the response, and each sets the next update's clock going anew."""
    kind = "contacted" if case.responded_at is not None else "responded"
    case.responded_at = case.responded_at or contact.since
    facts = {"how": contact.how, "since": contact.since.isoformat(), **contact.facts}
    case_event(session, case, at, kind, contact.by, **facts)
    recalculate(session, case, at)


def answered(session: Session, case: CaseRow, at: datetime, by: str, how: str) -> None:
    """Somebody says that they have answered the customer; a technician has the case from then on if nobody had it."""
    _refuse_if_over(case)
    if case.technician is None and by in load_technicians(session):
        acknowledge(session, case, by, at, how)
    public_contact(session, case, at, Contact(by, how, at))


def _refuse_if_over(case: CaseRow) -> None:
    if case.status in OVER:
        raise Refused("case_is_over", number=case.number, status=case.status)


# A calendar was edited ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What an edited calendar does to one clock of an open case."""

    number: str
    clock: str
    calendar: str
    before: datetime | None
    after: datetime | None

    @property
    def document(self) -> dict[str, Any]:
        """Write it as JSON."""
        due = {"before": iso_or_none(self.before), "after": iso_or_none(self.after)}
        return {"number": self.number, "clock": self.clock, "calendar": self.calendar, **due}


def recompute(session: Session, at: datetime, actor: str, calendar: str | None = None) -> list[Recomputed]:
    """Move the clocks of open cases to the calendars as they are now; only this brings an edit to them.

    One `calendar` alone, or all. Returns each clock that ran on an edited one, with its due instants before and after.
    Refused if one never opens. Clocks of cases that were opened without an agreement or on shipped hours stay.
    """
    known = set(session.scalars(select(CalendarRow.key)))
    if calendar is not None and calendar not in known:
        raise NotFound("calendar_unknown", key=calendar, known=", ".join(sorted(known)) or "none yet")
    wanted = known if calendar is None else {calendar}
    clocks = select(CaseClockRow.case_id)
    is_open = CaseRow.status.not_in(OVER), CaseRow.id.in_(clocks)
    ids = list(session.scalars(select(CaseRow.id).where(*is_open).order_by(CaseRow.id)))
    try:
        return [line for case_id in ids for line in _recompute_case(session, case_id, wanted, at, actor)]
    except ConfigurationFault as fault:
        raise Refused("calendar_never_opens", why=fault) from fault


def _recompute_case(
    session: Session, case_id: int, wanted: Iterable[str], at: datetime, actor: str
) -> list[Recomputed]:
    case = case_by_id(session, case_id)
    before, zone = records(session, case), zone_of(session, case)
    lines: list[Recomputed] = []
    for key in sorted(set(wanted) & {key for record in before.values() for key in record.calendars}):
        edited = load_calendar(session, key, zone)
        if all(set(record.calendars.get(key, ())) <= {edited} for record in before.values()):
            continue
        case_event(session, case, at, "recomputed", actor, key=key, calendar=calendar_data(edited, key))
        recalculate(session, case, at)
        after = records(session, case)
        lines += [
            Recomputed(case.number or "", clock, key, before[clock].due_at, after[clock].due_at)
            for clock in CLOCKS
            if before[clock].version != after[clock].version
        ]
        before = after
    if lines:
        audited(session, case, at, actor, None, {"recomputed": [line.document for line in lines]})
    return lines


def audited(
    session: Session, case: CaseRow, at: datetime, actor: str, before: object, after: object, reason: str | None = None
) -> None:
    """Put a person's change of a case on record for the audit."""
    audit.record(session, at, actor, ("case", case.number or ""), before, after, reason)
