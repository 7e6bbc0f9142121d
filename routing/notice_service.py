"""Warnings of clocks on record: each told once to whoever is at work, by whichever clock process holds the rows first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.clock import iso
from foundation.db import insert_all_once
from foundation.log import logger
from intake.severity import Severity
from intake.tables import AccountRow, CaseEventRow, CaseRow
from oncall.resolver import next_change, on_duty
from oncall.store import load_rosters
from routing.case_clocks import CaseEvent, ClockRecord, clock_named, facts_of
from routing.clock_service import load_events, load_told
from routing.notices import Notice, People, Tell, Told, Wait, addressees, is_news, untold, words
from routing.paging import CaseWords
from routing.sla import deciding_promise
from routing.store import Roll, call_roll, case_words, load_policies
from routing.tables import CaseClockRow, ClockNoticeRow, HuntRow
from telephony.outbox import Message, put_all

BATCH = 200
"""Clocks told of in one transaction: enough to share the rosters, few enough not to hold the database for long."""

DESK_LOOKS_AHEAD = timedelta(days=14)
"""How far the next person on an empty case desk is looked for."""

TALK_LOOKS_AGAIN = timedelta(seconds=20)
"""How soon a clock is looked at again whose customer is being talked to: by then the talk counts as the answer."""

LONGEST_TALK = timedelta(hours=2)
"""A talk that seems to last longer holds no warning back: the news of its end may have been lost."""

log = logger("clocks")


def due_clocks(session: Session, at: datetime, limit: int = 1000) -> list[int]:
    """Find the clocks of which something is to be told by now, the longest overdue first."""
    due = select(CaseClockRow.id).where(CaseClockRow.next_notice_at <= at).order_by(CaseClockRow.next_notice_at)
    return list(session.scalars(due.limit(limit)))


def next_notice(session: Session, after: datetime | None = None) -> datetime | None:
    """Return when the next warning of any clock is due; of those that come after an instant, if one is given."""
    nearest = select(func.min(CaseClockRow.next_notice_at))
    return session.scalar(nearest if after is None else nearest.where(CaseClockRow.next_notice_at > after))


def tell_clocks(session: Session, clock_ids: Iterable[int], at: datetime) -> int:
    """Tell what is due of these clocks; returns how many were looked at. Rows that another process holds are its own."""
    due = CaseClockRow.id.in_(list(clock_ids)), CaseClockRow.next_notice_at <= at
    both = select(CaseClockRow, CaseRow).join(CaseRow, CaseClockRow.case_id == CaseRow.id).where(*due)
    held = {"skip_locked": True, "key_share": True}
    claimed = both.order_by(CaseClockRow.id).with_for_update(of=[CaseClockRow, CaseRow], **held)
    rows = list(session.execute(claimed.execution_options(populate_existing=True)))
    events = load_events(session, {case.id for _, case in rows})
    told = load_told(session, [clock.id for clock, _ in rows])
    duty = duty_at(session, at)
    outcomes = [_outcome(duty, Subject(row, case, events[case.id], told[row.id])) for row, case in rows]
    _apply(duty, outcomes)
    return len(rows)


def tell_clock(session: Session, clock_id: int, at: datetime) -> None:
    """Tell what is due of one clock."""
    tell_clocks(session, [clock_id], at)


@dataclass(frozen=True, slots=True)
class Subject:
    """A clock that is looked at, with what it is rebuilt from."""

    row: CaseClockRow
    case: CaseRow
    events: list[CaseEvent]
    told: list[Told]


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is at work at one instant; each roster is asked once for all clocks of a transaction."""

    session: Session
    at: datetime
    roll: Roll
    at_work: Mapping[str, tuple[str, ...]]
    desk_roster: str
    desk_opens: datetime | None
    accounts: dict[int, AccountRow] = field(default_factory=dict)
    """Kept here, so that the session does not forget and load them again for each case."""

    def people(self, case: CaseRow) -> People:
        """Return who could be told of a case now."""
        owner = case.technician if case.technician in self.roll.technicians else None
        is_at_work = any(owner in people for people in self.at_work.values())
        return People(owner, is_at_work, self._known(self.desk_roster), self.desk_opens, self._known("managers"))

    def words(self, case: CaseRow) -> CaseWords:
        """Gather what texts say of a case; its account is loaded once for all its cases."""
        if case.account_id is not None and case.account_id not in self.accounts:
            self.accounts[case.account_id] = self.session.get_one(AccountRow, case.account_id)
        return case_words(self.session, case)

    def _known(self, roster: str) -> tuple[str, ...]:
        return tuple(key for key in self.at_work.get(roster, ()) if key in self.roll.technicians)


def duty_at(session: Session, at: datetime) -> Duty:
    """Ask every roster who is at work, and an empty case desk when it has somebody again."""
    rosters = {roster.key: roster for roster in load_rosters(session)}
    at_work = {key: tuple(duty.technician for duty in on_duty(roster, at)) for key, roster in rosters.items()}
    desk = load_policies(session).case_desk_roster
    is_empty = desk in rosters and not at_work[desk]
    opens = next_change(rosters[desk], at, at + DESK_LOOKS_AHEAD) if is_empty else None
    return Duty(session, at, call_roll(session, at), at_work, desk, opens)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of looking at a clock: notices to put on record, the newest of them told to people, and the next look."""

    subject: Subject
    look_again: datetime | None
    notices: tuple[Notice, ...] = ()
    people: tuple[str, ...] = ()

    def told(self, notice: Notice) -> list[str]:
        """Return who hears of a notice: nobody, where a later one has overtaken it."""
        return list(self.people) if notice is self.notices[-1] else []


def _outcome(duty: Duty, subject: Subject) -> Outcome:
    """Decide what is to be told of a clock: of several notices that are due, the newest."""
    record = facts_of(clock_named(subject.row.clock), subject.case.promise, subject.events)
    waiting = untold(record, subject.told)
    due = tuple(notice for notice in waiting if notice.at <= duty.at)
    later = [notice.at for notice in waiting if notice.at > duty.at]
    if not due:
        return Outcome(subject, min(later, default=None))
    people = _people(duty, subject, record, due[-1])
    if isinstance(people, Wait):
        return Outcome(subject, min([people.until, *later]))
    if not people.people and is_news(due[-1], subject.told):
        log.error("nobody_to_tell", case=subject.case.number, clock=record.clock, notice=due[-1].event)
    return Outcome(subject, min(later, default=None), due, people.people)


def _people(duty: Duty, subject: Subject, record: ClockRecord, notice: Notice) -> Tell | Wait:
    """Ask the rules who hears of a notice, unless the customer is being answered at this moment."""
    facts = record.facts
    assert facts is not None  # a clock without a promise has no notices
    if not is_news(notice, subject.told):
        return Tell(())
    is_critical = subject.case.severity == Severity.CRITICAL
    if is_critical and _is_talking(duty, subject.case, notice):
        return Wait(duty.at + TALK_LOOKS_AGAIN)
    calendar = deciding_promise(facts).calendar
    return addressees(notice, calendar, duty.people(subject.case), duty.at, is_critical=is_critical)


def _is_talking(duty: Duty, case: CaseRow, notice: Notice) -> bool:
    """Say whether caller and technician were joined before the notice's instant and still are."""
    joined = HuntRow.case_id == case.id, HuntRow.bridged_at <= notice.at, HuntRow.ended_at.is_(None)
    lately = HuntRow.bridged_at > duty.at - LONGEST_TALK
    return duty.session.scalar(select(HuntRow.id).where(*joined, lately).limit(1)) is not None


def _apply(duty: Duty, outcomes: Iterable[Outcome]) -> None:
    """Put on record what was decided, with the texts; nobody else can have told these, for their rows are held."""
    pairs = [(outcome, notice) for outcome in outcomes for notice in outcome.notices]
    heard = [(outcome, notice) for outcome, notice in pairs if notice.event == "breach" or outcome.told(notice)]
    insert_all_once(duty.session, ClockNoticeRow, [_notice_row(duty.at, *pair) for pair in pairs])
    insert_all_once(duty.session, CaseEventRow, [_event_row(duty.at, *pair) for pair in heard])
    put_all(duty.session, duty.at, [message for pair in heard for message in _messages(duty, *pair)])
    for outcome in outcomes:
        row = outcome.subject.row
        row.next_notice_at = outcome.look_again
        missed = next((notice.due for notice in outcome.notices if notice.event == "breach"), None)
        row.breached_at = row.breached_at or missed


def _notice_row(at: datetime, outcome: Outcome, notice: Notice) -> dict[str, Any]:
    what = {"event": notice.event, "version": notice.version, "due_at": notice.due}
    return {"case_clock_id": outcome.subject.row.id, "at": at, "told": outcome.told(notice), **what}


def _event_row(at: datetime, outcome: Outcome, notice: Notice) -> dict[str, Any]:
    kind = "breached" if notice.event == "breach" else "warned"
    facts = {"clock": notice.clock, "event": notice.event, "due": iso(notice.due), "told": outcome.told(notice)}
    return {"case_id": outcome.subject.case.id, "at": at, "kind": kind, "actor": None, "facts": facts}


def _messages(duty: Duty, outcome: Outcome, notice: Notice) -> Iterator[Message]:
    row, case, technicians = outcome.subject.row, outcome.subject.case, duty.roll.technicians
    people = outcome.told(notice)
    if not people:
        return
    owner = technicians[case.technician].name if case.technician in technicians else None
    body = words(notice, duty.words(case), owner)
    planned = f":{notice.due:%Y%m%dT%H%M%S}" if notice.event == "resume" else ""
    for key in people:
        reason = f"clock:{row.id}:{notice.event}:{notice.version}{planned}:{key}"
        yield Message(reason, technicians[key].text_phone, body, {"case": case.id})
