from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncall.layers import Roster, parse_roster
from oncall.resolver import next_change, on_duty, segments
from tests.oncall.minutes import Data, Held
from tests.oncall.rosters import rosters, scenes, windows
from tests.oncall.written import data, layer

Course = list[tuple[datetime, datetime, frozenset[Held]]]

modest = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def course(who: Roster, start: datetime, end: datetime) -> Course:
    return [(s.start, s.end, frozenset(Held(*duty.held) for duty in s.on_duty)) for s in segments(who, start, end)]


@modest
@given(rosters(), st.integers(-120, 60), st.integers(1, 100), st.integers(1, 100))
def test_a_window_is_the_slice_of_a_larger_one(drawn: tuple[Data, datetime], hours: int, size: int, more: int) -> None:
    written, about = drawn
    who = parse_roster(written)
    start = about + timedelta(hours=hours, seconds=17)
    end = start + timedelta(hours=size, seconds=41)
    larger = course(who, start - timedelta(hours=more), end + timedelta(hours=more))
    assert course(who, start, end) == [
        (max(s, start), min(e, end), held) for s, e, held in larger if s < end and e > start
    ]


@modest
@given(rosters(), st.integers(-120, 60), st.integers(0, 3599))
def test_an_instant_is_answered_like_the_segment_that_holds_it(
    drawn: tuple[Data, datetime], hours: int, seconds: int
) -> None:
    written, about = drawn
    who = parse_roster(written)
    at = about + timedelta(hours=hours, seconds=seconds)
    day = segments(who, at - timedelta(hours=12), at + timedelta(hours=12))
    (holder,) = [segment for segment in day if segment.start <= at < segment.end]
    assert {duty.held for duty in on_duty(who, at)} == {duty.held for duty in holder.on_duty}


@modest
@given(rosters(), st.integers(-60, 60))
def test_segments_have_no_holes_and_differ_from_their_neighbours(drawn: tuple[Data, datetime], hours: int) -> None:
    written, about = drawn
    start, end = about + timedelta(hours=hours), about + timedelta(hours=hours + 80)
    found = course(parse_roster(written), start, end)
    assert (found[0][0], found[-1][1]) == (start, end)
    assert all(one[1] == other[0] and one[2] != other[2] for one, other in pairwise(found))


@modest
@given(rosters(), st.integers(-60, 60))
def test_until_the_next_change_the_people_stay_and_then_they_do_not(drawn: tuple[Data, datetime], hours: int) -> None:
    written, about = drawn
    who, after = parse_roster(written), about + timedelta(hours=hours)
    change = next_change(who, after, after + timedelta(days=6))
    people = {duty.technician for duty in on_duty(who, after)}
    until = change or after + timedelta(days=6)
    assert all(set(segment.people) == people for segment in segments(who, after, until))
    assert change is None or {duty.technician for duty in on_duty(who, change)} != people


@modest
@given(
    scenes(), st.one_of(st.just("always"), windows()), st.sampled_from(("hours", "days", "weeks")), st.integers(1, 30)
)
def test_one_layer_has_one_holder_at_every_covered_instant(
    scene: tuple[str, date], hours: str | list[list[str]], unit: str, length: int
) -> None:
    zone, about = scene
    rule = layer(unit=unit, length=length, start=f"{about}T02:30", turns="covered")
    who = parse_roster(data(rule, time_zone=zone, coverage=hours))
    noon = datetime.combine(about, datetime.min.time(), UTC)
    found = segments(who, noon - timedelta(days=20), noon + timedelta(days=20))
    shifts = [duty for segment in found for duty in segment.on_duty]
    assert all(len(segment.people) <= 1 for segment in found)
    assert all(one.shift_start <= other.shift_start for one, other in pairwise(shifts))
