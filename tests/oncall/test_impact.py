from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.windows import Interval
from oncall.guards import Demand, Reach
from oncall.impact import Contracts, Impact, clock_changes_after, impact, impact_document
from oncall.impact_picture import impact_lines
from oncall.layers import Roster, parse_roster
from oncall.resolver import on_duty
from tests.oncall.minutes import Data
from tests.oncall.rosters import rosters
from tests.oncall.written import instant, layer, override, roster, short

MONDAY = instant("2026-06-01T00:00")
WEEK = MONDAY + timedelta(days=7)
CHICAGO = "America/Chicago"


def compared(before: Roster | None, after: Roster, contracts: Contracts | None = None) -> Impact:
    return impact(before, after, MONDAY, WEEK, contracts)


def replaced() -> Impact:
    """Give z the rest of b's shift from Tuesday noon."""
    change = override("replace", "z", "2026-06-02T12:00", "2026-06-03T08:00", "b")
    return compared(roster(), roster(overrides=[change]))


def shown(periods: tuple[Interval, ...]) -> list[tuple[str, str]]:
    return [(short(start), short(end)) for start, end in periods]


# Hours ----------------------------------------------------------------------------------------------------------------


def test_who_gains_and_who_loses_which_hours() -> None:
    told = [(one.technician, shown(one.gains), shown(one.loses)) for one in replaced().people]
    hours = [("06-02 12:00", "06-03 08:00")]
    assert told == [("b", [], hours), ("z", hours, [])]


def test_hours_before_and_after_are_counted_in_elapsed_time() -> None:
    told = [(one.technician, one.seconds_before / 3600, one.seconds_after / 3600) for one in replaced().people]
    assert told == [("b", 48, 28), ("z", 0, 20)]


def test_another_rule_that_puts_the_same_people_on_duty_changes_nothing() -> None:
    same = roster(layer(participants=["a", "b", "c", "a", "b", "c"]), layer("below", priority=0, participants=["z"]))
    assert compared(roster(), same).is_nothing


def test_a_new_roster_takes_nothing_from_anybody() -> None:
    change = compared(None, roster(layer(participants=["a", ""])))
    assert [(one.technician, one.seconds_before, one.loses) for one in change.people] == [("a", 0, ())]
    assert len(change.gaps_opened) == 4


# Gaps and contracts ---------------------------------------------------------------------------------------------------


def test_gaps_that_open_and_gaps_that_close() -> None:
    one, other = (roster(layer(participants=people)) for people in (["a", "", "c"], ["a", "b", ""]))
    change = compared(one, other)
    assert shown(change.gaps_opened) == [
        ("06-01 00:00", "06-01 08:00"),
        ("06-03 08:00", "06-04 08:00"),
        ("06-06 08:00", "06-07 08:00"),
    ]
    assert shown(change.gaps_closed) == [("06-02 08:00", "06-03 08:00"), ("06-05 08:00", "06-06 08:00")]


def contracts() -> Contracts:
    demand = Demand("premium", "24/7 critical support", "line", (Interval(MONDAY, WEEK),), ("northside",))
    return Contracts((demand,), dict.fromkeys("abc", Reach(is_verified=True, texts_refused=False)))


def test_contracts_left_without_anybody_who_can_be_reached_are_named() -> None:
    change = compared(roster(), roster(layer(participants=["a", "stranger", "c"])), contracts())
    assert [(hole.demand.tier, short(hole.period.start)) for hole in change.uncovered] == [
        ("premium", "06-02 08:00"),
        ("premium", "06-05 08:00"),
    ]
    assert change.gaps_opened == ()


def test_contracts_that_get_somebody_back_are_named_too() -> None:
    change = compared(roster(layer(participants=["a", "", "c"])), roster(), contracts())
    assert (len(change.covered_again), change.uncovered) == (2, ())


# Nights in which the clock changes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "after", "changes"),
    [
        (CHICAGO, "2026-02-01", ["2026-03-08 08:00", "2026-11-01 07:00"]),
        (CHICAGO, "2026-03-08T08:00", ["2026-11-01 07:00", "2027-03-14 08:00"]),
        ("Australia/Lord_Howe", "2026-02-01", ["2026-04-04 15:00", "2026-10-03 15:30"]),
        ("Africa/Casablanca", "2026-01-01", ["2026-02-15 02:00", "2026-03-22 02:00"]),
        ("Asia/Kolkata", "2026-01-01", []),
    ],
)
def test_the_next_two_clock_changes_are_found_to_the_second(zone: str, after: str, changes: list[str]) -> None:
    found = clock_changes_after(ZoneInfo(zone), instant(after))
    assert [f"{at:%Y-%m-%d %H:%M}" for at in found] == changes


def test_the_nights_are_shown_though_they_lie_beyond_the_horizon() -> None:
    nightly = layer(unit="hours", length=12, start="2026-06-01T19:00", participants=["a", "b", "c"])
    one, other = (roster(rule, time_zone=CHICAGO) for rule in (nightly, {**nightly, "participants": ["b", "a", "c"]}))
    autumn, spring = compared(one, other).nights
    assert (autumn.shift, spring.shift) == (timedelta(hours=-1), timedelta(hours=1))
    assert [short(held.start) for held in autumn.before] == ["10-31 17:00", "11-01 00:00", "11-01 13:00"]
    assert autumn.before != autumn.after


def test_a_change_that_touches_a_clock_night_alone_is_a_change() -> None:
    add = override("add", "z", "2026-11-01T01:30", "2026-11-01T02:00")
    change = compared(roster(time_zone=CHICAGO), roster(time_zone=CHICAGO, overrides=[add]))
    assert (change.people, change.is_nothing) == ((), False)


# For programs and people ----------------------------------------------------------------------------------------------


def test_the_document_holds_instants_in_utc_and_hours() -> None:
    document = impact_document(replaced())
    period = {"start": "2026-06-02T12:00:00Z", "end": "2026-06-03T08:00:00Z"}
    assert document["people"][1] == {
        "technician": "z",
        "hours_before": 0.0,
        "hours_after": 20.0,
        "gains": [period],
        "loses": [],
    }
    assert (document["changes"], document["now"]) == (True, {"before": ["c"], "after": ["c"]})


def test_the_picture_draws_the_days_that_differ_hour_by_hour() -> None:
    assert impact_lines(replaced())[-6:] == [
        "                     0     6     12    18    (hours of the local day)",
        "  Tue  2 Jun  before AAAAAAAABBBBBBBBBBBBBBBB",
        "              after  AAAAAAAABBBBZZZZZZZZZZZZ",
        "  Wed  3 Jun  before BBBBBBBBCCCCCCCCCCCCCCCC",
        "              after  ZZZZZZZZCCCCCCCCCCCCCCCC",
        "  C c, A a, B b, Z z, ! gap, * changes within the hour, . nobody wanted",
    ]


def test_the_day_on_which_the_clock_is_put_back_has_twenty_five_hours() -> None:
    rule = layer(participants=["a"], start="2026-10-01T00:00")
    add = override("replace", "z", "2026-11-01T00:00", "2026-11-02T00:00", "a")
    one, other = roster(rule, time_zone=CHICAGO), roster(rule, time_zone=CHICAGO, overrides=[add])
    lines = impact_lines(impact(one, other, instant("2026-10-31T00:00"), instant("2026-11-03T00:00")))
    assert "  Sun  1 Nov  before AAAAAAAAAAAAAAAAAAAAAAAAA" in lines


def test_gaps_and_contracts_are_told_in_capitals_when_they_open() -> None:
    lines = impact_lines(compared(roster(), roster(layer(participants=["a", "", "c"])), contracts()))
    assert "  GAP OPENED from Tue 2 Jun 2026 08:00 to Wed 3 Jun 2026 08:00 (24 h)" in lines
    assert any(line.startswith("  CONTRACT LEFT UNCOVERED Premium (1 account)") for line in lines)


def test_no_change_is_told_in_one_line() -> None:
    assert impact_lines(compared(roster(), roster()))[1:] == ["  nobody gains or loses an hour"]


# For any two rosters --------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rosters(), rosters(), st.integers(-60, 60))
def test_the_impact_is_what_the_resolver_says_before_and_after(
    one: tuple[Data, datetime], other: tuple[Data, datetime], hours: int
) -> None:
    before, after = (parse_roster({**written, "time_zone": one[0]["time_zone"]}) for written, _ in (one, other))
    start = one[1] + timedelta(hours=hours)
    found = impact(before, after, start, start + timedelta(days=3))
    for at in (start + timedelta(minutes=41 * n) for n in range(100)):
        had, has = ({duty.technician for duty in on_duty(who, at)} for who in (before, after))
        gains = {p.technician for p in found.people if any(s <= at < e for s, e in p.gains)}
        loses = {p.technician for p in found.people if any(s <= at < e for s, e in p.loses)}
        assert (gains, loses) == (has - had, had - has)
