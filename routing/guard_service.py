"""What contracts ask of rosters, put before the guards; each morning the managers are told what is wrong, if anything is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.db import rows_changed
from foundation.log import logger
from foundation.windows import (
    Always,
    Coverage,
    Interval,
    first_instant,
    last_instant,
    merged,
    midnight,
    open_intervals,
    wall_clock,
)
from intake.entitlement import Tier
from intake.severity import Severity
from intake.tables import AccountRow, ContractRow
from oncall.guards import Demand, Finding, Reach, Watch, findings, guard_words, worth_telling
from oncall.impact import Contracts
from oncall.layers import Roster
from oncall.store import load_rosters
from oncall.tables import RosterRow, RosterWatchRow, TechnicianRow
from oncall.timetable import common
from routing.sla import Calendar
from routing.store import Roll, call_roll, load_policies, load_promise
from routing.tables import EscalationPolicyRow
from telephony.outbox import Message, put

DAYS = 14
"""How far ahead the guards look."""

CRITICAL_ROSTER = "critical"
MANAGERS = ("managers", "leadership")
"""Who is told what is wrong: the duty managers, where nobody is one the leaders."""

CHECK_HOUR, LATEST_HOUR = 7, 21
"""The check is due at 07:00 of the roster's zone; one that was missed is made late, but nobody gets its text after 21:00."""

TOGETHER = ("at_once", "staggered")
"""Modes of an escalation step in which a person on two of its rosters would be rung by both."""

log = logger("guards")


@dataclass(frozen=True, slots=True)
class Owed:
    """One contract of one account, in instants."""

    account: str
    zone: str
    tier: Tier
    period: Interval


# Gather ---------------------------------------------------------------------------------------------------------------


def load_watch(session: Session, rosters: Iterable[Roster], start: datetime, end: datetime) -> Watch:
    """Load what the guards look at in [start, end) besides the rosters themselves."""
    return Watch(
        rosters=tuple(rosters),
        people=load_reach(session),
        demands=tuple(load_demands(session, start, end)),
        rung_together=tuple(rung_together(session)),
        rest_hours=load_policies(session).rest_hours,
    )


def load_contracts(session: Session, start: datetime, end: datetime) -> Contracts:
    """Load what contracts ask for in [start, end), and who can be reached: what an impact is judged by."""
    return Contracts(tuple(load_demands(session, start, end)), load_reach(session))


def load_reach(session: Session) -> dict[str, Reach]:
    """Load how far each person is known to be reachable, by key."""
    rows = session.scalars(select(TechnicianRow).order_by(TechnicianRow.id))
    return {row.key: Reach(row.phone_verified_at is not None, row.texts_refused) for row in rows}


def rung_together(session: Session) -> list[frozenset[str]]:
    """Find the sets of rosters that one step of an escalation policy rings at once."""
    steps = [step for row in session.scalars(select(EscalationPolicyRow)) for step in row.steps]
    at_once = [step["ring"] for step in steps if step.get("mode") in TOGETHER]
    sets = [frozenset(ref.removeprefix("roster:") for ref in refs if ref.startswith("roster:")) for refs in at_once]
    return [rosters for rosters in sets if len(rosters) > 1]


def load_demands(session: Session, start: datetime, end: datetime) -> list[Demand]:
    """Work out, for each tier with a contract in [start, end), which hours need somebody on which roster."""
    owed = _owed(session, start, end)
    desk = load_policies(session).case_desk_roster
    tiers = [tier for tier in Tier if any(one.tier is tier for one in owed)]
    critical = [
        _demand(
            tier, "24/7 critical support", CRITICAL_ROSTER, [(one, [one.period]) for one in owed if one.tier is tier]
        )
        for tier in tiers
    ]
    return critical + [
        _demand(tier, "case support", desk, _case_hours(session, owed, tier))
        for tier in tiers
        if tier is not Tier.ESSENTIAL
    ]


def _demand(tier: Tier, service: str, roster: str, hours: list[tuple[Owed, list[Interval]]]) -> Demand:
    """Put the hours of all accounts of a tier together; critical callers are rung for, the case desk gets texts."""
    whole = tuple(merged(sorted(interval for _, intervals in hours for interval in intervals)))
    accounts = tuple(sorted({one.account for one, _ in hours}))
    if roster == CRITICAL_ROSTER:
        return Demand(tier.value, service, roster, whole, accounts)
    return Demand(tier.value, service, roster, whole, accounts, "text", "warning")


def _case_hours(session: Session, owed: Iterable[Owed], tier: Tier) -> list[tuple[Owed, list[Interval]]]:
    """Return the hours of case support, which are those on which the clock of a medium case runs.

    Essential has a clock but no case support: its tickets wait for business hours and nobody is told at once.
    """

    @cache
    def calendar(zone: str) -> Calendar | None:
        promise = load_promise(session, tier, Severity.MEDIUM, zone)
        return None if promise is None else promise.calendar

    return [(one, _open(calendar(one.zone), one.period)) for one in owed if one.tier is tier]


def _open(calendar: Calendar | None, period: Interval) -> list[Interval]:
    if calendar is None:
        return []
    always: Coverage = Always()
    coverage, closures = (always, ()) if calendar.mode == "always" else (calendar.coverage, calendar.closures)
    return open_intervals(coverage, ZoneInfo(calendar.zone), *period, closures)


def _owed(session: Session, start: datetime, end: datetime) -> list[Owed]:
    """Load every contract that holds within [start, end), cut to it; of two of one account both count."""
    grace = timedelta(days=load_policies(session).grace_days)
    rows = session.execute(select(ContractRow, AccountRow).join(AccountRow, ContractRow.account_id == AccountRow.id))
    found: list[Owed] = []
    for contract, account in rows:
        zone = ZoneInfo(account.time_zone)
        first = first_instant(midnight(contract.starts), zone)
        last = last_instant(midnight(contract.ends + grace + timedelta(days=1)), zone)
        held = common([Interval(first, last)], [Interval(start, end)])
        found += [Owed(account.key, account.time_zone, Tier(contract.tier), period) for period in held]
    return found


# Each morning ---------------------------------------------------------------------------------------------------------


def guard_findings(session: Session, rosters: Iterable[Roster], start: datetime, days: int = DAYS) -> list[Finding]:
    """Find everything that is wrong with some rosters in the coming days."""
    end = start + timedelta(days=days)
    everything = load_rosters(session)
    wanted = {roster.key for roster in rosters}
    return [f for f in findings(load_watch(session, everything, start, end), start, end) if f.roster in wanted]


def zones_to_check(session: Session, at: datetime) -> list[str]:
    """Find the zones with a roster whose check is due by now, or that was never looked at."""
    watched = select(RosterRow.time_zone, RosterWatchRow.guarded_until).join(
        RosterWatchRow, RosterWatchRow.roster_key == RosterRow.key
    )
    rows = session.execute(watched.order_by(RosterRow.id))
    return list(dict.fromkeys(zone for zone, until in rows if until is None or _is_due(zone, until, at)))


def check_zone(session: Session, zone: str, at: datetime) -> None:
    """Make the check of all rosters of a zone if it is due and nobody has made it: the managers get a text if need be.

    A roster that was never looked at is looked at from its next morning on. Whoever moves the rows on has the check.
    """
    rosters = [roster for roster in load_rosters(session) if roster.time_zone == zone]
    ours = RosterWatchRow.roster_key.in_([roster.key for roster in rosters])
    moved = update(RosterWatchRow).where(ours).values(guarded_until=at)
    due = _latest_morning(zone, at)
    is_claimed = _is_day(zone, at) and rows_changed(session.execute(moved.where(RosterWatchRow.guarded_until < due)))
    session.execute(moved.where(RosterWatchRow.guarded_until.is_(None)))
    if is_claimed:
        _tell(call_roll(session, at), rosters, zone, due)


def _is_due(zone: str, until: datetime, at: datetime) -> bool:
    return _is_day(zone, at) and until < _latest_morning(zone, at)


def _is_day(zone: str, at: datetime) -> bool:
    return CHECK_HOUR <= at.astimezone(ZoneInfo(zone)).hour < LATEST_HOUR


def _latest_morning(zone: str, at: datetime) -> datetime:
    """Return the latest instant up to `at` at which a check of the zone was due."""
    today = midnight(wall_clock(at, ZoneInfo(zone)).date()) + timedelta(hours=CHECK_HOUR)
    due = first_instant(today, ZoneInfo(zone))
    return due if due <= at else first_instant(today - timedelta(days=1), ZoneInfo(zone))


def _tell(roll: Roll, rosters: list[Roster], zone: str, due: datetime) -> None:
    """Put the text to everybody who is a manager now; each seat among them gets it once a day."""
    found = worth_telling(guard_findings(roll.session, rosters, roll.at))
    late = int((roll.at - due).total_seconds())
    if not found:
        log.info("guards", zone=zone, findings=0, late_seconds=late)
        return
    managers = next((people for key in MANAGERS if (people := roll.on_roster(key))), ())
    told = [person.technician for person in managers]
    log.warning("guards", zone=zone, findings=len(found), told=told, late_seconds=late)
    context = {"rosters": [roster.key for roster in rosters]}
    for seat, person in enumerate(managers):
        key = f"guards:{zone}:{due:%Y-%m-%d}:{seat}"
        put(roll.session, roll.at, Message(key, person.text_phone, guard_words(found, DAYS), context))
