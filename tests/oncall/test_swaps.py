from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.windows import Interval, merged
from oncall.layers import Override, Roster, RosterFaults, parse_roster
from oncall.resolver import segments
from oncall.swaps import (
    Giving,
    Objection,
    Request,
    TakenOver,
    after_giving,
    next_shift,
    rewritten,
    settled,
    taken_over,
    time_on_duty,
)
from tests.oncall.rosters import rosters
from tests.oncall.written import away, course, instant, layer, override, people, roster

NOW = instant("2026-06-01T07:00")
MONDAY = ("2026-06-01T08:00", "2026-06-02T08:00")
TUESDAY = ("2026-06-02T08:00", "2026-06-03T08:00")


def period(start: str, end: str) -> Interval:
    return Interval(instant(start), instant(end))


def asks(start: str, end: str, back: tuple[str, str] | None = None, asked: tuple[str, ...] = ()) -> Request:
    """A asks for cover."""
    return Request("a", period(start, end), None if back is None else period(*back), asked)


def accepted(who: Roster, request: Request, taker: str, *others: Roster) -> Roster:
    after = settled(who, request, taker, NOW, others)
    assert isinstance(after, Roster), after
    return after


def objection(who: Roster, request: Request, taker: str, *others: Roster) -> str:
    found = settled(who, request, taker, NOW, others)
    assert isinstance(found, Objection)
    return found.code


def test_a_cover_puts_the_taker_on_duty_for_the_shift() -> None:
    after = accepted(roster(), asks(*MONDAY), "c")
    assert course(after, *MONDAY) == [("06-01 08:00", "06-02 08:00", "c")]


def test_a_part_of_a_shift_can_be_covered() -> None:
    after = accepted(roster(), asks("2026-06-01T12:00", "2026-06-01T18:00"), "b")
    assert course(after, *MONDAY) == [
        ("06-01 08:00", "06-01 12:00", "a"),
        ("06-01 12:00", "06-01 18:00", "b"),
        ("06-01 18:00", "06-02 08:00", "a"),
    ]


def test_a_swap_is_a_pair_of_replaces() -> None:
    after = accepted(roster(), asks(*MONDAY, back=TUESDAY), "b")
    assert course(after, MONDAY[0], TUESDAY[1]) == [
        ("06-01 08:00", "06-02 08:00", "b"),
        ("06-02 08:00", "06-03 08:00", "a"),
    ]
    assert [(o.kind, o.technician, o.replaces) for o in after.overrides] == [
        ("replace", "b", "a"),
        ("replace", "a", "b"),
    ]
    assert "a swap" in segments(after, *period(*MONDAY))[0].why[0]


def test_what_was_taken_over_can_be_handed_on_in_part() -> None:
    once = accepted(roster(), asks(*MONDAY), "b")
    twice = accepted(once, Request("b", period("2026-06-01T20:00", "2026-06-02T02:00")), "c")
    assert [people(twice, at) for at in ("2026-06-01T19:00", "2026-06-01T20:00", "2026-06-02T02:00")] == [
        ["b"],
        ["c"],
        ["b"],
    ]


def test_what_was_taken_over_can_go_back_to_its_owner() -> None:
    once = accepted(roster(), asks(*MONDAY), "b")
    assert accepted(once, Request("b", period(*MONDAY)), "a").overrides == ()


def test_an_addition_can_be_handed_on() -> None:
    who = roster(overrides=[override("add", "a", "2026-06-02T10:00", "2026-06-02T20:00")])
    after = accepted(who, asks("2026-06-02T12:00", "2026-06-02T13:00"), "c")
    assert people(after, "2026-06-02T12:00") == ["b", "c"]
    assert people(after, "2026-06-02T13:00") == ["b", "a"]


def test_only_what_is_left_of_a_shift_changes_hands() -> None:
    after = settled(roster(), asks(*MONDAY), "b", instant("2026-06-01T15:30:00.250000"))
    assert isinstance(after, Roster)
    assert course(after, *MONDAY)[0] == ("06-01 08:00", "06-01 15:30", "a")


def test_hours_outside_coverage_are_no_part_of_what_is_written() -> None:
    daytime = [[f"{day} 09:00", f"{day} 17:00"] for day in ("mon", "tue", "wed", "thu", "fri")]
    after = accepted(roster(coverage=daytime), asks("2026-06-01T00:00", "2026-06-02T00:00"), "b")
    assert after.overrides == (Override("replace", "b", "a", "2026-06-01T09:00:00Z", "2026-06-01T17:00:00Z"),)


@pytest.mark.parametrize(
    ("changes", "request_", "taker", "code"),
    [
        ({}, asks(*MONDAY), "a", "own"),
        ({}, asks(*MONDAY), "z", "not_asked"),
        ({}, asks(*MONDAY, asked=("b",)), "c", "not_asked"),
        ({}, asks("2026-05-31T08:00", "2026-06-01T07:00"), "b", "over"),
        ({}, asks(*MONDAY, back=("2026-05-31T08:00", "2026-06-01T08:00")), "b", "over"),
        ({}, asks(*TUESDAY), "c", "not_on_duty"),
        ({}, asks(*MONDAY, back=TUESDAY), "c", "not_on_duty"),
        ({"time_off": [away("b", "2026-06-01T20:00", "2026-06-01T22:00")]}, asks(*MONDAY), "b", "away"),
        (
            {"overrides": [override("remove", "b", "2026-06-01T20:00", "2026-06-01T22:00")]},
            asks(*MONDAY),
            "b",
            "in_exception",
        ),
    ],
)
def test_what_must_not_be_is_refused(changes: dict[str, Any], request_: Request, taker: str, code: str) -> None:
    assert objection(roster(**changes), request_, taker) == code


def test_nobody_holds_two_shifts_of_one_roster_at_once() -> None:
    who = roster(layer(), layer("second", participants=["d", "e"]))
    assert objection(who, asks(*MONDAY), "d") == "double_booked"


def test_nobody_is_on_two_rosters_that_ring_at_the_same_time() -> None:
    other = roster(layer(participants=["c"]), key="other")
    assert objection(roster(), asks(*MONDAY), "c", other) == "double_booked"
    assert people(accepted(roster(), asks(*MONDAY), "b", other), MONDAY[0]) == ["b"]


def test_a_swap_with_a_return_in_the_same_hours_is_judged_as_a_whole() -> None:
    who = roster(layer(), layer("second", participants=["d"]))
    assert objection(who, asks(*MONDAY, back=MONDAY), "d") == "double_booked"


def test_the_next_shift_is_what_is_left_of_the_present_one() -> None:
    assert next_shift(roster(), "a", instant("2026-06-01T15:00")) == period("2026-06-01T15:00", "2026-06-02T08:00")
    assert next_shift(roster(), "a", instant("2026-06-02T15:00")) == period("2026-06-04T08:00", "2026-06-05T08:00")
    assert next_shift(roster(), "z", instant("2026-06-02T15:00")) is None


def taken(who: Roster, taker: str, at: str, until: str | None = None) -> TakenOver:
    found = taken_over(who, taker, instant(at), None if until is None else instant(until))
    assert isinstance(found, TakenOver), found
    return found


def test_who_takes_over_stays_until_the_shift_ends() -> None:
    found = taken(roster(), "c", "2026-06-01T22:00")
    assert (found.from_, found.period) == (("a",), period("2026-06-01T22:00", "2026-06-02T08:00"))
    assert course(found.roster, *MONDAY)[-1] == ("06-01 22:00", "06-02 08:00", "c")


def test_who_takes_over_for_longer_replaces_the_next_one_too() -> None:
    found = taken(roster(), "c", "2026-06-02T06:00", until="2026-06-02T12:00")
    assert found.from_ == ("a", "b")
    assert people(found.roster, "2026-06-02T11:00") == ["c"]
    assert people(found.roster, "2026-06-02T12:00") == ["b"]


def test_who_takes_over_where_nobody_is_stays_until_somebody_comes() -> None:
    who = roster(layer(coverage=[["tue 08:00", "wed 08:00"]]))
    found = taken(who, "c", "2026-06-02T03:00")
    assert (found.from_, found.period) == ((), period("2026-06-02T03:00", "2026-06-02T08:00"))
    assert people(found.roster, "2026-06-02T03:00") == ["c"]


def test_nobody_takes_over_from_themselves_or_for_more_than_a_day() -> None:
    assert isinstance(taken_over(roster(), "a", instant("2026-06-01T12:00")), Objection)
    who = roster(layer(unit="weeks"))
    assert taken(who, "c", "2026-06-02T12:00").period.end == instant("2026-06-03T12:00")


def test_a_cut_override_keeps_its_origin() -> None:
    before = [Override("replace", "b", "a", "2026-06-01T08:00", "2026-06-02T08:00")]
    who = roster(overrides=[override("replace", "b", *MONDAY, replaces="a")])
    after = after_giving(who, Giving("b", "c", period("2026-06-01T12:00", "2026-06-01T18:00"))).overrides
    gone, new = rewritten(before, after)
    assert gone == [0]
    assert [(piece.override.technician, piece.part_of) for piece in new] == [("b", 0), ("c", None), ("b", 0)]


@settings(max_examples=150, deadline=None)
@given(scene=rosters(), taker=st.sampled_from("abcdeyz"), late=st.integers(0, 20), hours=st.integers(1, 60))
def test_a_giving_moves_the_givers_time_and_nobody_elses(scene: Any, taker: str, late: int, hours: int) -> None:  # noqa: ANN401 - as drawn
    data, at = scene
    try:
        who = parse_roster(data)
    except RosterFaults:
        return
    near = [s for s in segments(who, at.replace(microsecond=0), at + timedelta(days=3)) if s.people]
    if not near:
        return
    giver, start = near[0].people[-1], near[0].start + timedelta(minutes=7 * late)
    span = Interval(start, start + timedelta(hours=hours))
    after = settled(who, Request(giver, span, asked=(taker,)), taker, span.start)
    if isinstance(after, Objection):
        return
    around = Interval(span.start - timedelta(days=2), span.end + timedelta(days=2))
    assert time_on_duty(after, giver, span) == []
    both = merged(sorted(time_on_duty(who, giver, span) + time_on_duty(who, taker, span)))
    assert time_on_duty(after, taker, span) == list(both)
    for person in {"a", "b", "c", "d", "e", "y", "z"} - {giver, taker}:
        assert time_on_duty(after, person, around) == time_on_duty(who, person, around)
