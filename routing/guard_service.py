"""What contracts ask of rosters, put before the guards; each morning the managers are told what is wrong, if anything is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.log import logger
from foundation.windows import Always, Coverage, Interval, first_instant, last_instant, merged, midnight, open_intervals
from intake.entitlement import Tier
from intake.severity import Severity
from intake.tables import AccountRow, ContractRow
from oncall.guards import Demand, Finding, Reach, Watch, findings, guard_words
from oncall.impact import Contracts
from oncall.layers import Roster
from oncall.store import load_rosters
from oncall.tables import TechnicianRow
from oncall.timetable import common
from routing.sla import Calendar
from routing.store import Roll, call_roll, load_policies, load_promise
from routing.tables import EscalationPolicyRow
from telephony.outbox import Message
from telephony.tables import OutboxRow

DAYS = 14
"""How far ahead the guards look."""

CRITICAL_ROSTER = "critical"
MANAGERS = ("managers", "leadership")
"""Who is told what is wrong: the duty managers, where nobody is one the leaders."""

CHECK_HOUR, CHECK_UNTIL_HOUR = 7, 9
"""The morning check is made at 07:00 of the roster's zone; a clock process that comes later than 09:00 leaves it to the next day."""

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
        rung_together=tuple(_rung_together(session)),
        rest_hours=load_policies(session).rest_hours,
    )


def load_contracts(session: Session, start: datetime, end: datetime) -> Contracts:
    """Load what contracts ask for in [start, end), and who can be reached: what an impact is judged by."""
    return Contracts(tuple(load_demands(session, start, end)), load_reach(session))


def load_reach(session: Session) -> dict[str, Reach]:
    """Load how far each person is known to be reachable, by key."""
    rows = session.scalars(select(TechnicianRow).order_by(TechnicianRow.id))
    return {row.key: Reach(row.phone_verified_at is not None, row.texts_refused) for row in rows}


def _rung_together(session: Session) -> list[frozenset[str]]:
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


def morning_messages(session: Session, at: datetime) -> list[Message]:
    """Make the texts of every zone whose morning it is and of which nothing was told today; none if nothing is wrong."""
    rosters = load_rosters(session)
    zones = dict.fromkeys(roster.time_zone for roster in rosters)
    roll = call_roll(session, at)
    return [
        message
        for zone in zones
        if _is_morning(zone, at) and not _is_told(session, zone, at)
        for message in _messages(roll, [roster for roster in rosters if roster.time_zone == zone], zone)
    ]


def _is_morning(zone: str, at: datetime) -> bool:
    return CHECK_HOUR <= at.astimezone(ZoneInfo(zone)).hour < CHECK_UNTIL_HOUR


def _key(zone: str, at: datetime, seat: int) -> str:
    """Name the reason of a text by the seat among the managers: one who comes on duty later is not told again."""
    return f"guards:{zone}:{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}:{seat}"


def _is_told(session: Session, zone: str, at: datetime) -> bool:
    return session.scalar(select(OutboxRow.id).where(OutboxRow.dedupe_key == _key(zone, at, 0))) is not None


def _messages(roll: Roll, rosters: list[Roster], zone: str) -> list[Message]:
    found = guard_findings(roll.session, rosters, roll.at)
    if not found:
        return []
    managers = next((people for key in MANAGERS if (people := roll.on_roster(key))), ())
    log.warning("guards", zone=zone, findings=len(found), told=[person.technician for person in managers])
    body = guard_words(found, DAYS)
    context = {"rosters": [roster.key for roster in rosters]}
    return [
        Message(_key(zone, roll.at, seat), person.text_phone, body, context) for seat, person in enumerate(managers)
    ]
