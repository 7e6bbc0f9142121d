"""A problem becomes a case: judged by the decision table, opened, promised, told; and what later changes on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.db import rows_changed
from foundation.phone import PhoneNumber
from intake.caller import Account
from intake.entitlement import Tier
from intake.service import NewCase, case_event, open_case
from intake.severity import Severity
from intake.store import case_by_id
from intake.tables import CaseRow
from oncall.resolver import next_change
from oncall.store import load_roster
from routing import notices, paging
from routing.clock_service import (
    Contact,
    change_severity,
    data_of,
    promise_now,
    public_contact,
    recalculate,
    start_clocks,
)
from routing.decision import Decision, Problem, Way, decide
from routing.hunt import Mode, Plan, Step, make_plan
from routing.hunt_service import NewHunt, close, hunt_event, start, tick
from routing.store import (
    Promised,
    call_roll,
    case_words,
    critical_steps,
    hunt_of_call,
    load_policies,
    load_promise,
    locked_hunt,
)
from routing.tables import HuntRow, LegRow
from telephony.break_glass import OnCall
from telephony.outbox import Message, put

DESK_LOOKS_AHEAD = timedelta(days=14)
"""How far the next person on the case desk is looked for before a notice goes to the duty managers instead."""

RESPONSE_TALK_SECONDS = 20
"""A talk at least this long is a response to a critical case (1-product, section 5 of the design)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as far as is known; nothing for what is not."""

    call_sid: str
    phone: PhoneNumber | None
    account: Account | None
    arrived_at: datetime
    """When the call came in: entitlement and clocks count from there, however long the questions took."""
    contact_id: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the caller said is wrong, in a sentence for technicians, with the keys that prove it."""

    severity: Severity
    problem: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class House:
    """What the words of a text need of the settings: where the portal is."""

    portal: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on a problem with what it rests on."""

    tier: Tier
    decision: Decision
    promised: Promised | None
    zone: str


def judge(session: Session, account: Account | None, severity: Severity, at: datetime) -> Verdict:
    """Gather entitlement, service level and policies, and decide."""
    policies = load_policies(session)
    tier = Tier.UNIDENTIFIED if account is None else account.entitlement(at, policies.grace_days).tier
    zone = "UTC" if account is None else account.time_zone
    promised = load_promise(session, tier, severity, zone)
    calendar = None if promised is None else promised.calendar
    decision = decide(Problem(tier, severity, calendar, policies.critical), at)
    return Verdict(tier, decision, promised, zone)


def open_from_call(session: Session, caller: Caller, told: Told) -> tuple[CaseRow, Verdict]:
    """Open the case that a call is about, with the entitlement's snapshot and the instants promised."""
    at = caller.arrived_at
    verdict = judge(session, caller.account, told.severity, at)
    decision, promised = verdict.decision, verdict.promised
    case = open_case(
        session,
        NewCase(
            severity=told.severity,
            tier=verdict.tier.value,
            outcome=decision.way.value,
            reason=decision.reason,
            clock=decision.clock.value,
            opened_at=at,
            starts_at=decision.starts_at,
            account_id=None if caller.account is None else caller.account.id,
            contact_id=caller.contact_id,
            promise=None if promised is None else promised.data,
            call_sid=caller.call_sid,
            caller_phone=caller.phone,
            problem=told.problem,
            courtesy=decision.way is Way.COURTESY,
            evidence=dict(told.evidence),
        ),
    )
    start_clocks(session, case)
    return case, verdict


@dataclass(frozen=True, slots=True)
class Hunted:
    """A critical case for which somebody is being called, and whether only the duty managers are."""

    case: CaseRow
    hunt: HuntRow
    by_duty_manager: bool = False


@dataclass(frozen=True, slots=True)
class ConsentNeeded:
    """The caller must first agree to be charged."""


@dataclass(frozen=True, slots=True)
class Ticketed:
    """A case that nobody is called for at once."""

    case: CaseRow


def open_critical(
    session: Session, caller: Caller, told: Told, at: datetime, house: House, *, consented: bool = False
) -> Hunted | ConsentNeeded | Ticketed:
    """Open a critical case and start what the table says; asked again for the same call it answers the same."""
    running = hunt_of_call(session, caller.call_sid)
    if running is not None:
        return Hunted(case_by_id(session, running.case_id), running)
    verdict = judge(session, caller.account, Severity.CRITICAL, caller.arrived_at)
    if verdict.decision.way is Way.BILLABLE and not consented:
        return ConsentNeeded()
    case, verdict = open_from_call(session, caller, told)
    return _set_going(session, case, verdict, caller, at, house)


def make_critical(
    session: Session, case: CaseRow, caller: Caller, told: Told, at: datetime, house: House, *, consented: bool = False
) -> Hunted | ConsentNeeded | Ticketed:
    """It became worse: the same case is critical from now on, and what the table says is started."""
    running = hunt_of_call(session, caller.call_sid)
    if running is not None:
        return Hunted(case, running)
    verdict = judge(session, caller.account, Severity.CRITICAL, caller.arrived_at)
    if verdict.decision.way is Way.BILLABLE and not consented:
        return ConsentNeeded()
    change_severity(session, case, Severity.CRITICAL, at, actor="caller", reason="impact_changed")
    case.outcome, case.reason, case.clock = (
        verdict.decision.way.value,
        verdict.decision.reason,
        verdict.decision.clock.value,
    )
    case.problem, case.desk_at = told.problem, None
    return _set_going(session, case, verdict, caller, at, house)


def _set_going(
    session: Session, case: CaseRow, verdict: Verdict, caller: Caller, at: datetime, house: House
) -> Hunted | Ticketed:
    way = verdict.decision.way
    if way is Way.TICKET:
        case.desk_at = at
        _text_caller(session, case, verdict, at, house)
        return Ticketed(case)
    by_manager = way is Way.DUTY_MANAGER
    plan = managers_plan(session, at) if by_manager else critical_plan(session, at)
    hunt = start(session, NewHunt(case, plan, caller.call_sid), at)
    called = "the duty manager" if by_manager else "our technicians"
    _text_caller(session, case, verdict, at, house, called)
    return Hunted(case, hunt, by_manager)


def critical_plan(session: Session, at: datetime) -> Plan:
    """Freeze whom a critical call rings now: the escalation policy `critical`, its rosters asked at this instant."""
    steps, rounds = critical_steps(call_roll(session, at))
    return make_plan(steps, rounds)


def chain_of_last_resort(session: Session, at: datetime) -> list[OnCall]:
    """Everybody to be rung one by one while the database is away: the policy's people, then managers, then leadership."""
    roll = call_roll(session, at)
    steps, _ = critical_steps(roll)
    planned = [target for step in steps for target in step.targets]
    everybody = [*planned, *roll.on_roster("managers"), *roll.on_roster("leadership")]
    return list({target.phone: OnCall(target.name, target.phone) for target in everybody}.values())


def managers_plan(session: Session, at: datetime) -> Plan:
    """Freeze the plan of a call that the duty manager decides: the managers on duty, twice."""
    return make_plan([Step(call_roll(session, at).on_roster("managers"), Mode.IN_ORDER, 25)], rounds=2)


def open_ticket(session: Session, caller: Caller, told: Told, at: datetime, house: House) -> Ticketed:
    """Open a case that is not hunted; the desk is told when its clock runs."""
    case, verdict = open_from_call(session, caller, told)
    case.desk_at = verdict.decision.starts_at or at
    _text_caller(session, case, verdict, at, house)
    return Ticketed(case)


def refuse_charge(session: Session, case: CaseRow, at: datetime) -> None:
    """Note that a caller without an agreement does not want to be charged: the case is a ticket."""
    case.outcome = Way.TICKET.value
    case_event(session, case, at, "charge_refused", "caller")


def _text_caller(
    session: Session, case: CaseRow, verdict: Verdict, at: datetime, house: House, called: str = ""
) -> None:
    """Text the case number with what happens next: who is being `called`, or by when somebody responds, or where help is."""
    if case.caller_phone is None:
        return
    due = None if called else case.response_due
    promise = "" if due is None else paging.response_promise(due, verdict.zone)
    link = house.portal if verdict.promised is None and not called else None
    body = paging.caller_opened(case.number or "", called=called, promise=promise, link=link)
    key = f"opened:{case.id}:{case.severity}:{'called' if called else 'ticket'}"
    put(session, at, Message(key, case.caller_phone, body, {"case": case.id}))


def reprioritise(session: Session, case: CaseRow, severity: Severity, at: datetime, actor: str, reason: str) -> None:
    """Change a case's severity by hand; one that becomes critical is pursued at once, or its owner is told."""
    before = case.severity
    change_severity(session, case, severity, at, actor=actor, reason=reason)
    if severity is not Severity.CRITICAL or before == severity:
        return
    roll = call_roll(session, at)
    owner = roll.technicians.get(case.technician or "")
    if owner is not None:
        body = notices.raised(case_words(session, case))
        put(session, at, Message(f"raised:{case.id}:{at:%Y%m%dT%H%M%S}", owner.text_phone, body, {"case": case.id}))
        return
    promised = promise_now(session, case)
    calendar = None if promised is None else promised.calendar
    way = decide(Problem(Tier(case.tier), severity, calendar, load_policies(session).critical), at).way
    if way is not Way.TICKET:
        plan = managers_plan(session, at) if way in (Way.DUTY_MANAGER, Way.BILLABLE) else critical_plan(session, at)
        start(session, NewHunt(case, plan, None, is_held=False), at)
        case.outcome, case.desk_at = way.value, None


def move_to_account(session: Session, case: CaseRow, account: Account, at: datetime) -> HuntRow | None:
    """The caller speaks for another organisation: the case gets its entitlement.

    A hunt that is under way goes on, whatever the other agreement says: help that was promised is not taken back. Only a
    hunt of the duty managers alone is replaced where the agreement calls the roster; returns the hunt that goes on.
    """
    severity, called_managers = Severity(case.severity), case.outcome == Way.DUTY_MANAGER
    verdict = judge(session, account, severity, case.opened_at)
    promised, is_covered = data_of(verdict.promised), verdict.decision.way is Way.HUNT
    case.account_id, case.contact_id, case.tier = account.id, None, verdict.tier.value
    case.clock = verdict.decision.clock.value
    if is_covered:
        case.outcome, case.reason, case.courtesy = Way.HUNT.value, verdict.decision.reason, False
    elif not called_managers:
        case.outcome, case.courtesy = Way.COURTESY.value, True
    facts = {"account": account.key, "tier": case.tier, "outcome": case.outcome, "promise": promised}
    case_event(session, case, at, "moved", "caller", **facts)
    recalculate(session, case, at)
    return _hunt_after_move(session, case, at, is_raised=is_covered and called_managers)


def _hunt_after_move(session: Session, case: CaseRow, at: datetime, *, is_raised: bool) -> HuntRow | None:
    running = None if case.call_sid is None else hunt_of_call(session, case.call_sid)
    if running is None or not is_raised:
        return running
    hunt = locked_hunt(session, running.id)
    if hunt.winner_leg_id is not None or hunt.ended_at is not None or hunt.left_at is not None:
        return hunt
    close(session, hunt, at)
    return start(session, NewHunt(case, critical_plan(session, at), case.call_sid), at)


# After the talk


def talked(session: Session, hunt: HuntRow, seconds: int, at: datetime) -> None:
    """Caller and technician have talked: long enough, and it was the response that the agreement promises."""
    case = case_by_id(session, hunt.case_id)
    if seconds >= RESPONSE_TALK_SECONDS:
        talk = Contact(case.technician or "technician", "talk", at - timedelta(seconds=seconds), {"seconds": seconds})
        public_contact(session, case, at, talk)
    close(session, hunt, at)


def resolve(session: Session, case: CaseRow, technician: str, at: datetime) -> None:
    """The technician says that it works again."""
    if case.status in ("resolved", "closed"):
        return
    case.status, case.resolved_at = "resolved", at
    case_event(session, case, at, "resolved", technician, how="keypad")
    recalculate(session, case, at)


def still_working(session: Session, case: CaseRow, technician: str, at: datetime) -> None:
    """The technician goes on with the case."""
    if case.status in ("new", "acknowledged", "reopened"):
        case.status = "in_progress"
        case_event(session, case, at, "in_progress", technician)


def next_level(session: Session, case: CaseRow, technician: str, at: datetime) -> bool:
    """Bring in the duty managers for a case; returns False if nobody is above."""
    plan = managers_plan(session, at)
    others = [w for w in plan.waves if any(t.technician != technician for t in w.targets)]
    if not others:
        return False
    running = session.scalar(
        select(HuntRow)
        .where(HuntRow.case_id == case.id, HuntRow.ended_at.is_(None), HuntRow.call_sid.is_(None))
        .limit(1)
    )
    if running is None:
        hunt = start(session, NewHunt(case, Plan(tuple(others)), None, is_held=False), at)
        hunt_event(session, hunt, at, "next_level", asked_by=technician)
        case_event(session, case, at, "next_level", technician)
    return True


def connect_again(session: Session, call_sid: str, at: datetime) -> HuntRow | None:
    """The caller wants to be connected again: a new hunt for the same case, the person who had it first."""
    before = hunt_of_call(session, call_sid)
    if before is None or before.ended_at is None:
        return before
    roll = call_roll(session, at)
    steps, rounds = critical_steps(roll)
    winner = None if before.winner_leg_id is None else session.get(LegRow, before.winner_leg_id)
    own = [Step(roll.people([f"technician:{winner.technician}"]), Mode.IN_ORDER, 20)] if winner else []
    case = case_by_id(session, before.case_id)
    if case.status == "resolved":
        case.status, case.resolved_at = "reopened", None
        case_event(session, case, at, "reopened", "caller")
        recalculate(session, case, at)
    return start(session, NewHunt(case, make_plan([*own, *steps], rounds), call_sid), at)


def wake_hunt(session: Session, hunt_id: int, at: datetime) -> None:
    """Tick one hunt under its lock."""
    tick(session, locked_hunt(session, hunt_id), at)


# Notices of the case desk


def cases_for_desk(session: Session, at: datetime, limit: int = 100) -> list[int]:
    """Find the cases of which the case desk is to be told by now."""
    return list(session.scalars(select(CaseRow.id).where(CaseRow.desk_at <= at).order_by(CaseRow.desk_at).limit(limit)))


def tell_desk(session: Session, case_id: int, at: datetime) -> None:
    """Tell whoever is on the case desk of a ticket, once.

    With nobody there, wait for the next who will be; but where the response is due before, tell the duty managers.
    """
    case = case_by_id(session, case_id)
    due = case.desk_at
    if due is None or due > at:
        return
    policies = load_policies(session)
    roll = call_roll(session, at)
    people = roll.on_roster(policies.case_desk_roster)
    opens = None if people else _desk_opens(session, policies.case_desk_roster, at)
    if opens is not None and case.response_due is not None and case.response_due <= opens:
        opens = None
    claimed = update(CaseRow).where(CaseRow.id == case_id, CaseRow.desk_at == due).values(desk_at=opens)
    if rows_changed(session.execute(claimed)) != 1 or opens is not None:
        return
    body = paging.desk_notice(case_words(session, case), case.response_due)
    for target in people or roll.on_roster("managers"):
        put(session, at, Message(f"desk:{case.id}:{target.technician}", target.text_phone, body, {"case": case.id}))
    case_event(session, case, at, "desk_told", None, people=[t.technician for t in people])


def _desk_opens(session: Session, roster_key: str, at: datetime) -> datetime | None:
    roster = load_roster(session, roster_key)
    return None if roster is None else next_change(roster, at, at + DESK_LOOKS_AHEAD)
