from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from foundation.windows import Interval
from oncall.timetable import Timetable, bare, common, cut

FIRST = datetime(2026, 6, 1, tzinfo=UTC)


def hours(start: int, end: int) -> Interval:
    return Interval(FIRST + timedelta(hours=start), FIRST + timedelta(hours=end))


def taken(intervals: list[Interval]) -> list[int]:
    """Return the hours that intervals hold, in the order in which they hold them."""
    return [hour for start, end in intervals for hour in range(number(start), number(end))]


def number(at: datetime) -> int:
    return (at - FIRST) // timedelta(hours=1)


@st.composite
def apart(draw: st.DrawFn) -> list[Interval]:
    """Draw intervals that are disjoint and in order; some of them touch."""
    bounds = sorted(draw(st.sets(st.integers(0, 40), max_size=12)))
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    return [hours(*pair) for pair in pairs]


some = st.builds(lambda start, length: hours(start, start + length), st.integers(0, 40), st.integers(1, 20))


@given(apart(), apart())
def test_common_time_is_the_hours_in_both(one: list[Interval], other: list[Interval]) -> None:
    assert taken(list(common(one, other))) == sorted(set(taken(one)) & set(taken(other)))


@given(apart(), apart())
def test_bare_time_is_the_hours_in_the_first_alone(whole: list[Interval], held: list[Interval]) -> None:
    assert taken(list(bare(whole, held))) == sorted(set(taken(whole)) - set(taken(held)))


@given(st.lists(some, max_size=12), some)
def test_a_timetable_finds_every_period_that_shares_time(periods: list[Interval], asked: Interval) -> None:
    expected = [period for period in periods if set(taken([period])) & set(taken([asked]))]
    assert Timetable(periods).touching(*asked) == sorted(expected, key=lambda period: period.start)


@given(st.lists(some, max_size=6), some)
def test_cutting_keeps_all_time_and_no_bound_inside_a_part(periods: list[Interval], asked: Interval) -> None:
    parts = list(cut(*asked, periods))
    assert taken(parts) == taken([asked])
    bounds = {bound for period in periods for bound in period}
    assert not any(part.start < bound < part.end for part in parts for bound in bounds)
