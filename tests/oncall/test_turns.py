from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.windows import Always, Closure, parse_coverage
from oncall.layers import parse_roster
from oncall.resolver import segments
from oncall.rotation import Rotation, Unit
from oncall.turns import CoveredTurns, Hours, clock_changes
from tests.oncall.rosters import coverages, rosters, scenes, windows, zones
from tests.oncall.written import data, instant, layer, people, roster

UTC_ZONE = ZoneInfo("UTC")
LONGEST: list[tuple[Unit, int]] = [("hours", 40), ("days", 9), ("weeks", 3), ("months", 2)]
WEEKDAYS = [["mon 00:00", "sat 00:00"]]


def one_by_one(turns: CoveredTurns, n: int) -> int:
    between = [turns.rotation.shift(m) for m in (range(n) if n >= 0 else range(n, 0))]
    count = sum(turns.hours.touch(shift.start, shift.end) for shift in between)
    return count if n >= 0 else -count


@st.composite
def counters(draw: st.DrawFn) -> CoveredTurns:
    name, about = draw(scenes())
    own, other = ZoneInfo(name), ZoneInfo(draw(st.one_of(st.just(name), zones)))
    unit, longest = draw(st.sampled_from(LONGEST))
    start = datetime.combine(about, datetime.min.time()) + timedelta(minutes=15 * draw(st.integers(-3000, 3000)))
    holidays = tuple(Closure(about + timedelta(days=day)) for day in draw(st.lists(st.integers(-90, 90), max_size=4)))
    hours = Hours(parse_coverage(draw(windows())), own, parse_coverage(draw(coverages)), other, holidays)
    return CoveredTurns(Rotation(unit, draw(st.integers(1, longest)), start, own), hours)


@settings(max_examples=60, deadline=None)
@given(counters(), st.integers(-250, 250))
def test_covered_turns_are_what_counting_one_by_one_gives(turns: CoveredTurns, n: int) -> None:
    assert turns.turn(n) == one_by_one(turns, n)


@pytest.mark.parametrize("n", [-2600, -1025, -512, -1, 0, 1, 511, 512, 1024, 2600])
def test_counting_by_remembered_blocks_changes_nothing(n: int) -> None:
    hours = Hours(parse_coverage(WEEKDAYS), UTC_ZONE, Always(), UTC_ZONE, (Closure(date(2026, 12, 25)),))
    turns = CoveredTurns(Rotation("hours", 9, datetime(2026, 6, 1), UTC_ZONE), hours)
    assert turns.turn(n) == one_by_one(turns, n)


def test_a_rotation_that_starts_in_a_skipped_day_starts_at_turn_zero() -> None:
    apia = ZoneInfo("Pacific/Apia")
    hours = Hours(parse_coverage(WEEKDAYS), apia, Always(), apia, ())
    turns = CoveredTurns(Rotation("hours", 1, datetime(2011, 12, 30), apia), hours)
    assert [turns.turn(n) for n in (-2, -1, 0, 1, 24)] == [-2, -1, 0, 0, 0]


def test_a_shift_half_a_century_away_is_counted_by_arithmetic() -> None:
    hours = Hours(parse_coverage(WEEKDAYS), UTC_ZONE, Always(), UTC_ZONE, ())
    turns = CoveredTurns(Rotation("days", 1, datetime(2026, 6, 1), UTC_ZONE), hours)
    assert turns.turn(7 * 2600) == 5 * 2600
    assert turns.turn(-7 * 2600) == -5 * 2600


def test_a_holiday_spends_no_covered_turn() -> None:
    who = roster(layer(start="2026-06-01T00:00", turns="covered"), coverage=WEEKDAYS, holidays=["2026-06-02"])
    assert [people(who, f"2026-06-0{day}T12:00") for day in range(1, 6)] == [["a"], [], ["b"], ["c"], ["a"]]


def test_half_a_holiday_leaves_the_turn_spent() -> None:
    half = {"date": "2026-06-02", "closed": [["12:00", "24:00"]]}
    who = roster(layer(start="2026-06-01T00:00", turns="covered"), coverage=WEEKDAYS, holidays=[half])
    assert [people(who, f"2026-06-0{day}T09:00") for day in (1, 2, 3)] == [["a"], ["b"], ["c"]]


def test_before_the_start_covered_turns_count_backwards() -> None:
    who = roster(layer(start="2026-06-01T00:00", turns="covered"), coverage=WEEKDAYS)
    assert [people(who, f"2026-05-{day}T12:00") for day in (29, 28, 27, 26)] == [["c"], ["b"], ["a"], ["c"]]


def test_coverage_of_the_layer_outside_the_rosters_spends_no_turn() -> None:
    who = roster(layer(start="2026-06-01T00:00", turns="covered", coverage="always"), coverage=WEEKDAYS)
    assert people(who, "2026-06-05T12:00") + people(who, "2026-06-08T12:00") == ["b", "c"]


def test_an_empty_shift_spends_a_calendar_turn_and_no_covered_one() -> None:
    spring = {"time_zone": "America/Chicago"}
    hourly = {"unit": "hours", "start": "2026-03-08T00:00"}
    assert people(roster(layer(**hourly), **spring), "2026-03-08T08:30") == ["a"]
    assert people(roster(layer(**hourly, turns="covered"), **spring), "2026-03-08T08:30") == ["c"]


@settings(max_examples=30, deadline=None)
@given(scenes(), windows(), st.integers(2, 5), st.integers(1, 30))
def test_covered_turns_of_all_are_within_one_of_each_other(
    scene: tuple[str, date], hours: list[list[str]], size: int, length: int
) -> None:
    zone, about = scene
    crew = [f"p{place}" for place in range(size)]
    rule = layer(
        unit="hours", length=length, start=f"{about}T03:15", turns="covered", coverage=hours, participants=crew
    )
    start = datetime.combine(about, datetime.min.time(), UTC) - timedelta(days=30)
    found = segments(parse_roster(data(rule, time_zone=zone)), start, start + timedelta(days=60))
    held = {duty.held for segment in found for duty in segment.on_duty}
    turns = Counter(dict.fromkeys(crew, 0)) + Counter(person for person, *_ in held)
    assert max(turns.values(), default=0) - min((turns[person] for person in crew), default=0) <= 1


def test_the_days_of_clock_changes_are_found() -> None:
    first, second = clock_changes("America/Chicago", 2026)
    assert first.start < instant("2026-03-08T08:00") < first.end
    assert second.start < instant("2026-11-01T07:00") < second.end
    assert clock_changes("America/Phoenix", 2026) == ()
    assert len(clock_changes("Pacific/Apia", 2011)) == 3


@settings(max_examples=20, deadline=None)
@given(rosters())
def test_asking_again_gives_the_same_turns(drawn: tuple[dict[str, Any], datetime]) -> None:
    written, about = drawn
    who = parse_roster(written)
    first = segments(who, about - timedelta(days=2), about)
    assert segments(who, about - timedelta(days=2), about) == first
