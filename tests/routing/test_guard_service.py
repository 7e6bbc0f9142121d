from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.db import Database
from foundation.windows import Interval
from oncall.store import load_roster, load_rosters
from oncall.tables import RosterWatchRow, TechnicianRow
from routing.guard_service import check_zone, guard_findings, load_demands, load_watch, zones_to_check
from switchboard.apply import apply_world
from switchboard.demo import demo_world
from switchboard.world import read_texts
from telephony.tables import OutboxRow

SUNDAY = datetime(2026, 3, 1, tzinfo=UTC)
SEVEN = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
"""Monday, 2 March 2026, 07:00 in Chicago, 08:00 in New York; an hour before the managers hand over."""

FORTNIGHT = timedelta(days=14)
DESK = """
[[rosters]]
key = "desk"
coverage = "always"
"""
HOLE = """
[[rosters]]
key = "critical"
layers = [{ key = "primary", unit = "weeks", start = "2026-01-05T08:00", participants = ["", "sam"] }]
"""
TWO_MANAGERS = """
[[rosters]]
key = "managers"
layers = [{ key = "duty", unit = "weeks", start = "2026-01-05T08:00", participants = ["maria", "theo"] }]
"""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The standing cast, everybody verified, the desk staffed at all hours: nothing is wrong."""
    found = Database(database_url)
    with found.begin() as session:
        apply_world(session, demo_world())
        session.execute(update(TechnicianRow).values(phone_verified_at=SUNDAY, texts_verified_at=SUNDAY))
    changed(found, DESK)
    with found.begin() as session:
        looked = {"told_until": SUNDAY, "people": [], "guarded_until": SEVEN - timedelta(hours=3)}
        session.add_all(RosterWatchRow(roster_key=roster.key, **looked) for roster in load_rosters(session))
    yield found
    found.close()


def changed(database: Database, toml: str) -> None:
    world, faults = read_texts([("w.toml", toml)])
    with database.begin() as session:
        apply_world(session, world, faults)


def told(database: Database, at: datetime) -> list[str]:
    """Do what one tick does; return to whom new texts were put."""
    before = len(texts(database))
    with database.read() as session:
        zones = zones_to_check(session, at)
    for zone in zones:
        with database.begin() as session:
            check_zone(session, zone, at)
    return [row.to_phone.e164 for row in texts(database)[before:] if row.to_phone]


def texts(database: Database) -> list[OutboxRow]:
    with database.read() as session:
        return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def test_nobody_is_told_that_nothing_is_wrong(database: Database) -> None:
    assert told(database, SEVEN) == []


def test_a_gap_is_told_to_the_duty_manager_in_the_morning(database: Database) -> None:
    changed(database, HOLE)
    assert told(database, SEVEN) == ["+12025550151"]
    body = texts(database)[0].body or ""
    assert body.startswith("Check of the next 14 days: Critical line: nobody is on duty from Mon 2 Mar 2026 08:00 to")


@pytest.mark.parametrize("at", [SEVEN - timedelta(seconds=1), SEVEN - timedelta(hours=2)])
def test_before_the_morning_nothing_is_told(database: Database, at: datetime) -> None:
    changed(database, HOLE)
    assert told(database, at) == []


def test_it_is_told_once_a_day_and_again_the_next_day(database: Database) -> None:
    changed(database, HOLE)
    ticks = [SEVEN + timedelta(minutes=30 * n) for n in range(24)] + [SEVEN + timedelta(days=1)]
    assert [len(told(database, at)) for at in ticks] == [1, *[0] * 23, 1]


def test_a_check_that_was_missed_is_made_late_and_once(database: Database) -> None:
    changed(database, HOLE)
    late = SEVEN + timedelta(days=2, hours=9)
    assert [len(told(database, late + timedelta(minutes=n))) for n in (0, 5)] == [1, 0]


def test_nobody_gets_the_text_of_a_missed_check_at_night(database: Database) -> None:
    changed(database, HOLE)
    night = SEVEN + timedelta(hours=14)
    assert [len(told(database, night + timedelta(hours=n))) for n in (0, 5, 10)] == [0, 0, 1]


def test_a_roster_that_was_never_looked_at_is_looked_at_from_its_next_morning_on(database: Database) -> None:
    changed(database, HOLE)
    with database.begin() as session:
        session.execute(update(RosterWatchRow).values(guarded_until=None))
    ticks = [SEVEN + timedelta(hours=n) for n in (1, 2, 23, 24)]
    assert [len(told(database, at)) for at in ticks] == [0, 0, 0, 1]


def test_two_clock_processes_that_look_at_once_tell_it_once(database: Database) -> None:
    changed(database, HOLE)
    with database.read() as one, database.read() as other:
        both = [*zones_to_check(one, SEVEN), *zones_to_check(other, SEVEN)]
    assert both.count("America/Chicago") == 2
    for zone in both:
        with database.begin() as session:
            check_zone(session, zone, SEVEN)
    assert len(texts(database)) == 1


def test_a_manager_who_comes_on_duty_later_in_the_morning_is_not_told_again(database: Database) -> None:
    changed(database, HOLE + TWO_MANAGERS)
    assert [told(database, SEVEN + timedelta(hours=n)) for n in (0, 1, 2)] == [["+12025550161"], [], []]


def test_with_no_duty_manager_the_leaders_are_told(database: Database) -> None:
    changed(database, '[[rosters]]\nkey = "managers"\nlayers = []\n')
    assert told(database, SEVEN) == ["+12025550161"]


# What contracts ask for -----------------------------------------------------------------------------------------------


def demands(session: Session) -> dict[tuple[str, str], tuple[Interval, ...]]:
    found = load_demands(session, SUNDAY, SUNDAY + timedelta(days=7))
    return {(demand.tier, demand.roster): demand.hours for demand in found}


def test_every_tier_is_owed_critical_support_at_every_hour(database: Database) -> None:
    with database.read() as session:
        found = demands(session)
    whole = (Interval(SUNDAY, SUNDAY + timedelta(days=7)),)
    assert {tier: hours for (tier, roster), hours in found.items() if roster == "critical"} == dict.fromkeys(
        ("essential", "advanced", "premium"), whole
    )


def test_the_case_desk_is_owed_on_the_tier_s_own_hours(database: Database) -> None:
    with database.read() as session:
        found = demands(session)
    monday, saturday = datetime(2026, 3, 2, 6, 0, tzinfo=UTC), datetime(2026, 3, 7, 6, 0, tzinfo=UTC)
    assert found["premium", "desk"] == (Interval(SUNDAY, SUNDAY + timedelta(days=7)),)
    assert found["advanced", "desk"] == (Interval(monday, saturday),)
    assert ("essential", "desk") not in found


def test_a_contract_is_owed_until_the_end_of_its_last_day_in_the_account_s_zone(database: Database) -> None:
    short = 'contracts = [{ tier = "essential", starts = "2026-03-01", ends = "2026-03-02" }]'
    changed(database, f'[[accounts]]\nkey = "mesa"\n{short}\n')
    with database.read() as session:
        found = demands(session)["essential", "critical"]
    assert found == (Interval(datetime(2026, 3, 1, 7, tzinfo=UTC), datetime(2026, 3, 3, 7, tzinfo=UTC)),)


def test_premium_without_a_desk_at_the_weekend_is_found_per_tier(database: Database) -> None:
    changed(database, '[[rosters]]\nkey = "desk"\ncoverage = [["mon 00:00", "sat 00:00"]]\n')
    with database.read() as session:
        desk = load_roster(session, "desk")
        assert desk is not None
        found = guard_findings(session, [desk], SEVEN)
    holes = [(one.kind, one.severity, f"{one.start:%a %H:%M}") for one in found]
    assert holes == [("uncovered", "warning", "Sat 06:00"), ("uncovered", "warning", "Sat 05:00")]


def test_rosters_that_one_step_rings_at_once_are_looked_at_together(database: Database) -> None:
    both = '{ ring = ["roster:critical", "roster:managers"], mode = "at_once" }'
    changed(database, f'[[escalation_policies]]\nkey = "critical"\nsteps = [{both}]\n')
    with database.read() as session:
        watch = load_watch(session, [], SEVEN, SEVEN + FORTNIGHT)
    assert watch.rung_together == (frozenset({"critical", "managers"}),)
