from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.windows import (
    Always,
    Closure,
    ConfigurationFault,
    Coverage,
    Interval,
    Weekly,
    WeeklyWindow,
    after_open_time,
    closed_intervals,
    first_instant,
    is_open,
    iter_open,
    last_instant,
    next_opening,
    open_intervals,
    open_on,
    open_time,
    parse_closures,
    parse_coverage,
    parse_moment,
    working_day_after,
    written_closures,
    written_coverage,
    zone_named,
)
from tests.foundation.minutes import CHANGES, MINUTE, ZONES, minutes

NEW_YORK = zone_named("America/New_York")
OFFICE = parse_coverage([[f"{day} 08:00", f"{day} 17:00"] for day in ("mon", "tue", "wed", "thu", "fri")])
FIVE_DAYS = parse_coverage([["mon 00:00", "sat 00:00"]])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Wall clock to instant


@pytest.mark.parametrize(
    ("zone", "wall", "first", "last"),
    [
        ("America/New_York", "2026-06-01T12:00", "2026-06-01T16:00", "2026-06-01T16:00"),
        ("America/New_York", "2026-03-08T02:00", "2026-03-08T07:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-03-08T02:59:59", "2026-03-08T07:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30", "2026-11-01T06:30"),
        ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00", "2026-11-01T07:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45", "2026-04-04T15:15"),
        ("America/Sao_Paulo", "2015-10-18T00:00", "2015-10-18T03:00", "2015-10-18T03:00"),
        ("America/Havana", "2026-11-01T00:00", "2026-11-01T04:00", "2026-11-01T05:00"),
        ("Pacific/Apia", "2011-12-30T09:00", "2011-12-30T10:00", "2011-12-30T10:00"),
        ("America/Phoenix", "2026-03-08T02:30", "2026-03-08T09:30", "2026-03-08T09:30"),
    ],
)
def test_a_start_is_the_first_occurrence_an_end_the_last_and_a_gap_its_far_side(
    zone: str, wall: str, first: str, last: str
) -> None:
    written = datetime.fromisoformat(wall)
    assert (first_instant(written, zone_named(zone)), last_instant(written, zone_named(zone))) == (
        utc(first),
        utc(last),
    )


@given(st.sampled_from(ZONES), st.integers(0, 1), st.integers(-3000, 3000))
@settings(max_examples=150, deadline=None)
def test_resolution_never_runs_backwards_and_an_end_is_never_before_a_start(zone: str, which: int, minute: int) -> None:
    day = CHANGES[zone][which]
    wall = datetime(day.year, day.month, day.day) + MINUTE * minute
    for resolve in (first_instant, last_instant):
        assert resolve(wall, zone_named(zone)) <= resolve(wall + MINUTE, zone_named(zone))
    assert first_instant(wall, zone_named(zone)) <= last_instant(wall, zone_named(zone))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T08:00", "2026-03-01T13:00"),
        ("2026-03-01T08:00:30", "2026-03-01T13:00:30"),
        ("2026-03-01 08:00", "2026-03-01T13:00"),
        ("2026-03-01T24:00", "2026-03-02T05:00"),
        ("2026-03-01T08:00Z", "2026-03-01T08:00"),
        ("2026-03-01T08:00:00.000Z", "2026-03-01T08:00"),
        ("2026-03-01T08:00:00+05:30", "2026-03-01T02:30"),
        ("2026-03-01T08:00:00-0500", "2026-03-01T13:00"),
        ("2026-11-01T01:30", "2026-11-01T05:30"),
    ],
)
def test_a_moment_is_wall_clock_unless_it_carries_an_offset(text: str, expected: str) -> None:
    assert parse_moment(text, NEW_YORK) == utc(expected)


def test_a_moment_that_ends_something_is_the_last_occurrence() -> None:
    assert parse_moment("2026-11-01T01:30", NEW_YORK, end=True) == utc("2026-11-01T06:30")


def test_a_moment_that_toml_has_already_read_counts_like_its_text() -> None:
    assert parse_moment(datetime(2026, 3, 1, 8), NEW_YORK) == utc("2026-03-01T13:00")


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-03-01", "2026-02-30T08:00", "2026-03-01T25:00", "2026-03-01T08:00:00.5Z",
             "0001-01-01T00:00", "2026-03-01T08:00+25:00", "2026-W09-7T08:00"],
)  # fmt: skip
def test_what_is_no_moment_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is not a moment"):
        parse_moment(text, NEW_YORK)


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc/passwd", "America", "account"])
def test_an_unknown_zone_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(ValueError, match="America/New_York"):
        zone_named(name)


# Reading and writing coverage


def test_coverage_is_written_as_it_is_read() -> None:
    for value in ("always", [["mon 00:00", "fri 24:00"], ["sat 22:30", "mon 06:00"]]):
        assert written_coverage(parse_coverage(value)) == value


def test_closures_are_written_as_they_are_read() -> None:
    value = ["2026-12-25", {"date": "2026-12-24", "closed": [["12:00", "24:00"]]}]
    assert written_closures(parse_closures(value)) == value


def test_days_are_read_in_any_case_and_dates_as_toml_reads_them() -> None:
    assert parse_coverage([["MON 8:00", "Mon 17:00"]]) == Weekly((WeeklyWindow(0, 480, 0, 1020),))
    assert parse_closures([date(2026, 12, 25)]) == (Closure(date(2026, 12, 25)),)


@pytest.mark.parametrize(
    ("value", "mend"),
    [
        ("sometimes", 'write "always"'),
        ([], 'write "always"'),
        (None, 'write "always"'),
        ([["mon 08:00"]], "window 1"),
        (["mon 08:00"], "window 1"),
        ([["mon 08:00", "mon 17:00"], ["xyz 08:00", "tue 17:00"]], "window 2 .*write for example 'mon 08:00'"),
        ([["mon 08:60", "mon 17:00"]], "mon 08:60"),
        ([["mon 08:00", "mon 24:01"]], "00:00 to 24:00"),
        ([["mon 08:00", "mon 08:00"]], "the same moment"),
        ([["fri 24:00", "sat 00:00"]], "the same moment"),
    ],
)  # fmt: skip
def test_a_fault_in_coverage_names_the_window_and_the_mend(value: object, mend: str) -> None:
    with pytest.raises(ValueError, match=mend):
        parse_coverage(value)


@pytest.mark.parametrize(
    "value", ["2026-12-25", ["25.12.2026"], [{"closed": [["12:00", "24:00"]]}], [{"date": "2026-12-24", "close": []}],
              [{"date": "2026-12-24", "closed": [["24:00", "12:00"]]}], [{"date": "2026-12-24", "closed": []}]],
)  # fmt: skip
def test_a_fault_in_a_holiday_list_shows_a_right_one(value: object) -> None:
    with pytest.raises(ValueError, match="write"):
        parse_closures(value)


# When it is open


def test_touching_and_overlapping_windows_are_one_stretch() -> None:
    coverage = parse_coverage([["tue 00:00", "tue 24:00"], ["mon 00:00", "mon 24:00"], ["mon 12:00", "wed 06:00"]])
    assert open_intervals(coverage, NEW_YORK, utc("2026-06-01"), utc("2026-06-07")) == [
        Interval(utc("2026-06-01T04:00"), utc("2026-06-03T10:00"))
    ]


def test_a_window_runs_over_the_weeks_end_and_over_the_spring_change() -> None:
    weekend = parse_coverage([["fri 18:00", "mon 06:00"]])
    [stretch] = open_intervals(weekend, NEW_YORK, utc("2026-03-04"), utc("2026-03-12"))
    assert stretch == (utc("2026-03-06T23:00"), utc("2026-03-09T10:00"))
    assert stretch.end - stretch.start == timedelta(hours=59)


def test_five_days_close_and_open_over_the_spring_weekend() -> None:
    assert open_intervals(FIVE_DAYS, NEW_YORK, utc("2027-03-12"), utc("2027-03-16")) == [
        (utc("2027-03-12T00:00"), utc("2027-03-13T05:00")),
        (utc("2027-03-15T04:00"), utc("2027-03-16T00:00")),
    ]


@pytest.mark.parametrize(
    "value", [[["mon 00:00", "sun 24:00"]], [["wed 00:00", "tue 23:30"], ["tue 23:00", "wed 01:00"]]]
)
def test_a_whole_week_is_open_without_a_seam(value: list[list[str]]) -> None:
    span = Interval(utc("2026-10-28"), utc("2026-11-09"))
    assert open_intervals(parse_coverage(value), NEW_YORK, *span) == [span]


def test_opening_is_inside_and_closing_outside() -> None:
    opening, closing = utc("2026-06-09T12:00"), utc("2026-06-09T21:00")
    second = timedelta(seconds=1)
    answers = [is_open(OFFICE, NEW_YORK, at) for at in (opening - second, opening, closing - second, closing)]
    assert answers == [False, True, True, False]


def test_an_overnight_window_of_last_week_still_covers_monday_morning() -> None:
    assert is_open(parse_coverage([["sun 22:00", "mon 06:00"]]), NEW_YORK, utc("2026-06-08T09:59"))


def test_an_hour_that_occurs_twice_counts_twice_and_overlaps_once() -> None:
    coverage = parse_coverage([["sun 01:00", "sun 01:30"], ["sun 01:15", "sun 03:00"]])
    span = (utc("2026-11-01"), utc("2026-11-02"))
    assert open_time(coverage, NEW_YORK, *span) == timedelta(hours=3)


def test_a_window_inside_a_gap_never_opens() -> None:
    night = parse_coverage([["sun 02:00", "sun 03:00"]])
    assert open_intervals(night, NEW_YORK, utc("2026-03-08"), utc("2026-03-09")) == []


def test_closures_cut_holes_and_parts_of_days() -> None:
    closures = parse_closures([{"date": "2026-12-24", "closed": [["12:00", "24:00"]]}, "2026-12-25"])
    assert open_intervals(OFFICE, NEW_YORK, utc("2026-12-24"), utc("2026-12-29"), closures) == [
        (utc("2026-12-24T13:00"), utc("2026-12-24T17:00")),
        (utc("2026-12-28T13:00"), utc("2026-12-28T22:00")),
    ]


def test_closures_cut_always_too() -> None:
    closures = parse_closures(["2026-12-25"])
    assert open_intervals(Always(), NEW_YORK, utc("2026-12-25"), utc("2026-12-27"), closures) == [
        (utc("2026-12-25T00:00"), utc("2026-12-25T05:00")),
        (utc("2026-12-26T05:00"), utc("2026-12-27T00:00")),
    ]


def test_a_closed_part_in_a_repeated_hour_takes_both() -> None:
    closures = parse_closures([{"date": "2026-11-01", "closed": [["01:00", "01:30"]]}])
    assert closed_intervals(closures, NEW_YORK) == ((utc("2026-11-01T05:00"), utc("2026-11-01T06:30")),)


def test_a_day_owns_its_part_of_a_window_of_several_days() -> None:
    assert open_on(FIVE_DAYS, NEW_YORK, date(2026, 6, 9)) == [(utc("2026-06-09T04:00"), utc("2026-06-10T04:00"))]
    assert open_on(FIVE_DAYS, NEW_YORK, date(2026, 6, 13)) == []


def test_a_day_that_a_zone_left_out_is_never_open() -> None:
    assert open_on(Always(), zone_named("Pacific/Apia"), date(2011, 12, 30)) == []


def test_a_saturday_night_in_havana_keeps_its_second_midnight_hour_to_itself() -> None:
    havana, saturday = zone_named("America/Havana"), parse_coverage([["sat 20:00", "sat 24:00"]])
    assert open_on(saturday, havana, date(2026, 10, 31)) == [(utc("2026-11-01T00:00"), utc("2026-11-01T05:00"))]
    assert open_on(saturday, havana, date(2026, 11, 1)) == []


def test_the_first_stretch_of_a_thousand_years_is_found_without_walking_them() -> None:
    stretches = iter_open(OFFICE, NEW_YORK, utc("2026-06-09"), utc("2999-01-01"))
    assert next(stretches) == (utc("2026-06-09T12:00"), utc("2026-06-09T21:00"))


# Open time


def test_an_amount_that_is_used_up_at_closing_ends_there() -> None:
    assert after_open_time(OFFICE, NEW_YORK, utc("2026-06-09T19:00"), timedelta(hours=2)) == utc("2026-06-09T21:00")


def test_from_closing_the_next_opening_is_tomorrows() -> None:
    assert next_opening(OFFICE, NEW_YORK, utc("2026-06-09T21:00")) == utc("2026-06-10T12:00")


def test_a_closure_makes_a_working_day_none() -> None:
    closures = parse_closures(["2026-06-10", {"date": "2026-06-11", "closed": [["00:00", "16:59"]]}])
    assert working_day_after(OFFICE, NEW_YORK, date(2026, 6, 9), 1, closures) == date(2026, 6, 11)


def test_hours_that_never_open_are_a_configuration_fault() -> None:
    closed = tuple(Closure(date(2026, 6, 1) + timedelta(days=n)) for n in range(3700))
    with pytest.raises(ConfigurationFault, match="no open time between"):
        next_opening(OFFICE, NEW_YORK, utc("2026-06-09"), closed)
    with pytest.raises(ConfigurationFault, match="no open time between"):
        working_day_after(Weekly(()), NEW_YORK, date(2026, 6, 9), 1)


# Against minutes

moments_of_week = st.tuples(st.integers(0, 6), st.one_of(st.integers(0, 96).map(lambda n: n * 15), st.integers(0, 240)))


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    ends = draw(st.lists(st.tuples(moments_of_week, moments_of_week), min_size=1, max_size=4))
    minute_pairs = [(o, c) for o, c in ends if (o[0] * 1440 + o[1]) % 10080 != c[0] * 1440 + c[1]]
    windows = tuple(WeeklyWindow(*o, *c) for o, c in minute_pairs)
    return draw(st.just(Always())) if draw(st.integers(0, 5)) == 0 or not windows else Weekly(windows)


@st.composite
def closure_lists(draw: st.DrawFn, day: date) -> tuple[Closure, ...]:
    found = []
    for offset in draw(st.lists(st.integers(-4, 4), max_size=3)):
        begin = draw(st.integers(0, 1439))
        part = draw(st.sampled_from([((0, 1440),), ((begin, draw(st.integers(begin + 1, 1440))),)]))
        found.append(Closure(day + timedelta(days=offset), part))
    return tuple(found)


def _flags(stretches: list[Interval], instants: list[datetime]) -> list[bool]:
    return [any(start <= at < end for start, end in stretches) for at in instants]


@given(st.data(), st.sampled_from(ZONES), st.integers(0, 1), coverages())
@settings(max_examples=60, deadline=None)
def test_every_minute_around_a_change_of_the_clock_is_as_the_rules_say(
    data: st.DataObject, zone: str, which: int, coverage: Coverage
) -> None:
    day = CHANGES[zone][which]
    closures = data.draw(closure_lists(day))
    table = minutes(zone_named(zone), day - timedelta(days=7))
    inner = slice(3 * 1440, 11 * 1440)
    span = (table.instants[inner][0], table.instants[inner][-1] + MINUTE)
    stretches = open_intervals(coverage, zone_named(zone), *span, closures)
    assert _flags(stretches, table.instants[inner]) == table.open_flags(coverage, closures)[inner]
    assert all(before.end < after.start for before, after in pairwise(stretches))


@given(st.sampled_from(ZONES), st.integers(0, 1), coverages(), st.integers(-5000, 5000), st.integers(1, 6000))
@settings(max_examples=80, deadline=None)
def test_a_windows_answer_is_the_slice_of_a_larger_windows_answer(
    zone: str, which: int, coverage: Coverage, offset: int, length: int
) -> None:
    day = CHANGES[zone][which]
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + MINUTE * offset
    end = start + MINUTE * length
    large = open_intervals(coverage, zone_named(zone), start - timedelta(days=9), end + timedelta(days=9))
    clipped = [Interval(max(a, start), min(b, end)) for a, b in large if a < end and b > start]
    assert open_intervals(coverage, zone_named(zone), start, end) == clipped
    assert is_open(coverage, zone_named(zone), start) == any(a <= start < b for a, b in large)


@given(st.sampled_from(ZONES), st.integers(0, 1), coverages())
@settings(max_examples=40, deadline=None)
def test_the_dates_together_are_open_when_the_calendar_is(zone: str, which: int, coverage: Coverage) -> None:
    day, place = CHANGES[zone][which], zone_named(zone)
    days = [day + timedelta(days=n) for n in range(-3, 4)]
    together = [stretch for one in days for stretch in open_on(coverage, place, one)]
    start, end = (
        first_instant(datetime(d.year, d.month, d.day), place) for d in (days[0], days[-1] + timedelta(days=1))
    )
    whole = open_intervals(coverage, place, start, end)
    assert open_time(coverage, place, start, end) == sum((b - a for a, b in together), timedelta())
    assert all(any(a <= stretch.start and stretch.end <= b for a, b in whole) for stretch in together)
