"""Hunts, legs and policies out of the database, as the frozen facts that the rules read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from foundation.phone import PhoneNumber
from foundation.windows import written_closures, written_coverage
from intake.entitlement import Tier
from intake.severity import Severity
from intake.tables import AccountRow, CaseRow
from oncall.guards import REST_HOURS
from oncall.resolver import on_duty
from oncall.store import Technician, load_roster, load_technicians
from routing import hunt
from routing.decision import CriticalPolicies, UncoveredCritical, UnverifiedCritical
from routing.hunt import ENGAGED, HuntFacts, HuntStatus, LegFacts, LegStatus, Mode, Step, plan_from
from routing.paging import CaseWords
from routing.sla import SERVICE_LEVELS, Calendar, Target, default_calendar, parse_calendar, parse_target
from routing.tables import CalendarRow, EscalationPolicyRow, HuntRow, LegRow, PolicyRow, ServiceLevelRow


@dataclass(frozen=True, slots=True)
class Policies:
    """The organisation's switches, with their shipped defaults."""

    critical: CriticalPolicies = field(default_factory=CriticalPolicies)
    wait_ceiling_seconds: int = 180
    chase_every_minutes: int = 5
    case_desk_roster: str = "desk"
    grace_days: int = 0
    rest_hours: int = REST_HOURS


def load_policies(session: Session) -> Policies:
    """Load the switches; one that was never set keeps its shipped default."""
    stored: dict[str, Any] = {row.key: row.value for row in session.scalars(select(PolicyRow))}
    critical = CriticalPolicies(
        UncoveredCritical(stored.pop("uncovered_critical", UncoveredCritical.DUTY_MANAGER)),
        UnverifiedCritical(stored.pop("unverified_critical", UnverifiedCritical.HUNT)),
    )
    names = set(Policies.__slots__) - {"critical"}
    return Policies(critical, **{name: value for name, value in stored.items() if name in names})


@dataclass(frozen=True, slots=True)
class Promised:
    """A service level as it holds for one account: targets and the calendar in the account's zone."""

    response: Target
    update: Target
    calendar: Calendar
    calendar_key: str | None = None
    """By which an edited calendar finds the cases that count on it; the shipped hours have none."""

    @property
    def data(self) -> dict[str, Any]:
        """The same as JSON: the case's snapshot, from which its due instants can be rebuilt."""
        calendar = calendar_data(self.calendar, self.calendar_key)
        return {"response": str(self.response), "update": str(self.update), "calendar": calendar}


def calendar_data(calendar: Calendar, key: str | None) -> dict[str, Any]:
    """Write a calendar as JSON, its zone being the customer's own where the record says `account`."""
    coverage = written_coverage(calendar.coverage)
    windows = [] if isinstance(coverage, str) else coverage
    holidays = written_closures(calendar.closures)
    return {"key": key, "zone": calendar.zone, "mode": calendar.mode, "windows": windows, "holidays": holidays}


def load_calendar(session: Session, key: str, zone: str) -> Calendar:
    """Load a calendar that is known to be there, as it holds for an account in this zone."""
    row = session.get_one(CalendarRow, key)
    stored = {"zone": row.zone, "mode": row.mode, "windows": row.windows, "holidays": row.holidays}
    return parse_calendar(stored, account_zone=zone)


def load_promise(session: Session, tier: Tier, severity: Severity, zone: str) -> Promised | None:
    """Load what a tier promises for a severity; the shipped default where nothing is configured; nothing for no tier."""
    row = session.get(ServiceLevelRow, (tier.value, severity.value))
    if row is None:
        return shipped_promise(tier, severity, zone)
    calendar = load_calendar(session, row.calendar, zone)
    return Promised(parse_target(row.response), parse_target(row.update), calendar, row.calendar)


def shipped_promise(tier: Tier, severity: Severity, zone: str) -> Promised | None:
    """Look up the shipped default, an assumption: the technical support guide names no times."""
    level = SERVICE_LEVELS.get((tier, severity))
    return None if level is None else Promised(level.response, level.update, default_calendar(level.hours, zone))


@dataclass(frozen=True, slots=True)
class Roll:
    """Everybody who can be rung and the instant at which rosters are asked; finds the people that a policy names."""

    session: Session
    at: datetime
    technicians: dict[str, Technician]

    def people(self, refs: Iterable[str]) -> tuple[hunt.Target, ...]:
        """Find the people behind `roster:KEY` and `technician:KEY`, each once, in the order named."""
        keys = [key for ref in refs for key in self._keys(ref)]
        return tuple(_target(self.technicians[key]) for key in dict.fromkeys(keys) if key in self.technicians)

    def everybody(self) -> tuple[hunt.Target, ...]:
        """Find all technicians there are."""
        return tuple(_target(person) for person in self.technicians.values())

    def on_roster(self, key: str) -> tuple[hunt.Target, ...]:
        """Find the people who are on duty on a roster."""
        return self.people([f"roster:{key}"])

    def _keys(self, ref: str) -> list[str]:
        kind, _, key = ref.partition(":")
        if kind == "technician":
            return [key]
        roster = load_roster(self.session, key)
        return [] if roster is None else [duty.technician for duty in on_duty(roster, self.at)]


def call_roll(session: Session, at: datetime) -> Roll:
    """Load the people once for one transaction."""
    return Roll(session, at, load_technicians(session))


def _target(person: Technician) -> hunt.Target:
    return hunt.Target(person.key, person.name, person.phone, person.text_phone)


CRITICAL_POLICY = "critical"
SHIPPED_STEPS = [
    {"ring": ["roster:critical"], "mode": "in_order", "ring_seconds": 20},
    {"ring": ["roster:managers"], "mode": "at_once", "ring_seconds": 25},
]
"""Whom a critical call rings where no escalation policy `critical` was ever written."""


def critical_steps(roll: Roll) -> tuple[list[Step], int]:
    """Find the people of the escalation policy `critical` as they are on duty now, and its number of rounds."""
    row = roll.session.get(EscalationPolicyRow, CRITICAL_POLICY)
    steps, rounds = (SHIPPED_STEPS, 2) if row is None else (row.steps, row.rounds)
    return [_step(roll, step) for step in steps], rounds


def _step(roll: Roll, data: dict[str, Any]) -> Step:
    mode = Mode(data.get("mode", "in_order"))
    return Step(roll.people(data["ring"]), mode, data.get("ring_seconds", 20), data.get("stagger_seconds", 0))


def locked_hunt(session: Session, hunt_id: int) -> HuntRow:
    """Load a hunt and keep its row locked until the transaction ends: its moves are made one after another."""
    return session.get_one(HuntRow, hunt_id, with_for_update=True, populate_existing=True)


def hunt_of_call(session: Session, call_sid: str) -> HuntRow | None:
    """Load the newest hunt that a caller's call started."""
    return session.scalar(select(HuntRow).where(HuntRow.call_sid == call_sid).order_by(HuntRow.id.desc()).limit(1))


def locked_leg(session: Session, token: str) -> LegRow | None:
    """Load a leg by the opaque name in its addresses, its hunt's row locked first: legs only change under that lock."""
    return _locked(session, LegRow.token == token)


def locked_leg_of_call(session: Session, call_sid: str) -> LegRow | None:
    """Load the leg that the carrier knows by this id, its hunt's row locked first."""
    return _locked(session, LegRow.call_sid == call_sid)


def _locked(session: Session, which: ColumnElement[bool]) -> LegRow | None:
    hunt_id = session.scalar(select(LegRow.hunt_id).where(which))
    if hunt_id is None:
        return None
    locked_hunt(session, hunt_id)
    return session.scalar(select(LegRow).where(which).execution_options(populate_existing=True))


def legs_of(session: Session, hunt_id: int) -> list[LegRow]:
    """Load the legs of a hunt in the order in which they were planned."""
    return list(session.scalars(select(LegRow).where(LegRow.hunt_id == hunt_id).order_by(LegRow.id)))


def hunt_facts(session: Session, row: HuntRow, legs: list[LegRow]) -> HuntFacts:
    """Freeze a hunt for the rules."""
    return HuntFacts(
        status=HuntStatus(row.status),
        plan=plan_from(row.plan),
        wave=row.wave,
        ceiling_at=row.ceiling_at,
        chase_pass=row.chase_pass,
        chase_at=row.chase_at,
        legs=tuple(_leg_facts(leg) for leg in legs),
        engaged=engaged_phones(session, except_hunt=row.id),
    )


def _leg_facts(leg: LegRow) -> LegFacts:
    status = LegStatus(leg.status)
    return LegFacts(
        leg.id, leg.phone, leg.wave, status, leg.ring_seconds, leg.claimed_at, leg.ring_until, leg.answered_at
    )


def engaged_phones(session: Session, except_hunt: int) -> frozenset[PhoneNumber]:
    """Find the handsets that other hunts ring, or on which their callers are being helped."""
    busy = LegRow.status.in_([s.value for s in ENGAGED]), LegRow.ended_at.is_(None), LegRow.hunt_id != except_hunt
    return frozenset(session.scalars(select(LegRow.phone).where(*busy)))


def case_words(session: Session, case: CaseRow) -> CaseWords:
    """Gather what texts and whispers say of a case."""
    account = None if case.account_id is None else session.get(AccountRow, case.account_id)
    who, zone = ("unverified caller", "UTC") if account is None else (account.name, account.time_zone)
    return CaseWords(case.number or "", who, case.tier, case.severity, case.problem or "", zone)


def hunt_by_token(session: Session, token: str) -> HuntRow | None:
    """Load a hunt by its opaque name, which is also its queue's."""
    return session.scalar(select(HuntRow).where(HuntRow.token == token))


def open_criticals(session: Session) -> tuple[str, ...]:
    """Return the numbers of the critical cases that are not resolved, the oldest first."""
    is_open = CaseRow.severity == Severity.CRITICAL.value, CaseRow.status.not_in(("resolved", "closed"))
    return tuple(
        number for number in session.scalars(select(CaseRow.number).where(*is_open).order_by(CaseRow.id)) if number
    )
