from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.rotation import DAWN, DUSK, Rotation, Unit, months_after
from tests.oncall.rosters import zones
from tests.oncall.written import instant

CHICAGO = ZoneInfo("America/Chicago")

units: st.SearchStrategy[Unit] = st.sampled_from(("hours", "days", "weeks", "months"))
anchors = st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1)).map(
    lambda wall: wall.replace(second=0, microsecond=0)
)
instants = st.datetimes(datetime(1920, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@st.composite
def rotations(draw: st.DrawFn) -> Rotation:
    return Rotation(draw(units), draw(st.integers(1, 40)), draw(anchors), ZoneInfo(draw(zones)))


@given(rotations(), instants)
def test_the_shift_of_an_instant_holds_it(rotation: Rotation, at: datetime) -> None:
    shift = rotation.shift_at(at)
    assert shift.start <= at < shift.end
    assert shift == rotation.shift(shift.n)


@given(rotations(), st.integers(-400, 400))
def test_handoffs_only_move_forward(rotation: Rotation, n: int) -> None:
    assert rotation.handoff(n) <= rotation.handoff(n + 1) < rotation.handoff(n + 50)


@given(rotations(), instants, st.integers(0, 2000))
def test_shifts_follow_each_other_without_holes(rotation: Rotation, start: datetime, hours: int) -> None:
    end = start + timedelta(hours=hours + 1)
    found = list(rotation.shifts(start, end))
    assert found[0].start <= start
    assert end <= found[-1].end
    assert all(shift.end == following.start for shift, following in pairwise(found))


def test_a_twelve_hour_shift_stays_seven_to_nineteen_when_the_clock_changes() -> None:
    rotation = Rotation("hours", 12, datetime(2026, 3, 1, 7), CHICAGO)
    handoffs = [rotation.handoff(n).astimezone(CHICAGO) for n in range(30)]
    assert {handoff.hour for handoff in handoffs} == {7, 19}


def test_the_shift_of_a_skipped_hour_is_empty_and_keeps_its_number() -> None:
    rotation = Rotation("hours", 1, datetime(2026, 3, 8), CHICAGO)
    assert rotation.shift(2).start == rotation.shift(2).end == instant("2026-03-08T08:00")
    assert [shift.n for shift in rotation.shifts(instant("2026-03-08T07:00"), instant("2026-03-08T09:00"))] == [1, 3]
    assert rotation.shift_at(instant("2026-03-08T08:00")).n == 3


def test_a_day_that_the_calendar_skips_leaves_twenty_four_empty_hours() -> None:
    rotation = Rotation("hours", 1, datetime(2011, 12, 29, 23), ZoneInfo("Pacific/Apia"))
    assert [shift.n for shift in rotation.shifts(rotation.handoff(0), rotation.handoff(26))] == [0, 25]


def test_a_handoff_at_a_repeated_time_is_its_first_occurrence() -> None:
    rotation = Rotation("days", 1, datetime(2026, 10, 31, 1, 30), CHICAGO)
    assert rotation.handoff(1) == instant("2026-11-01T06:30")
    assert rotation.shift_at(instant("2026-11-01T07:15")).n == 1


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (0, (2024, 1, 31)),
        (1, (2024, 2, 29)),
        (2, (2024, 3, 31)),
        (13, (2025, 2, 28)),
        (-1, (2023, 12, 31)),
        (-2, (2023, 11, 30)),
    ],
)
def test_months_count_from_the_anchor_day_clamped(months: int, expected: tuple[int, int, int]) -> None:
    assert months_after(datetime(2024, 1, 31, 8), months) == datetime(*expected, 8)


def test_months_are_never_added_one_after_the_other() -> None:
    rotation = Rotation("months", 1, datetime(2023, 12, 31), ZoneInfo("UTC"))
    assert [rotation.handoff(n).day for n in range(-2, 5)] == [31, 30, 31, 31, 29, 31, 30]


def test_beyond_the_calendar_the_last_shift_has_no_end() -> None:
    rotation = Rotation("months", 100_000, datetime(2026, 1, 1), CHICAGO)
    assert rotation.shift_at(instant("2026-06-01")) == (0, instant("2026-01-01T06:00"), DUSK)
    assert rotation.shift_at(instant("2025-06-01")) == (-1, DAWN, instant("2026-01-01T06:00"))
    assert len(list(rotation.shifts(instant("2025-01-01"), instant("2027-01-01")))) == 2
