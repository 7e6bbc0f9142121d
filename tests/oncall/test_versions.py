from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from foundation.errors import Refused
from oncall.layers import EMPTY_SLOT, Layer, Roster, parse_roster
from oncall.resolver import on_duty, segments
from oncall.versions import DatedRoster, NextHandoff, Now, OnDate, When, change_words, dated, rotated, when_named
from tests.oncall.rosters import PEOPLE, layers, scenes
from tests.oncall.written import course, data, instant, layer, people, roster

modest = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)

NOON = instant("2026-06-03T12:00")
"""Wednesday, in c's turn of the layer that `written.layer` writes."""


def changed(when: When, *layers: dict[str, object], at: datetime = NOON, keeps_current: bool = True) -> DatedRoster:
    return dated(roster(), roster(*layers), when, at, keeps_current=keeps_current)


def since(found: DatedRoster) -> list[str | None]:
    return [version.effective_from for version in found.roster.layers]


# When -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "effective"),
    [
        (Now(), "2026-06-03T12:00"),
        (NextHandoff(), "2026-06-04T08:00"),
        (OnDate("2026-06-10T07:00"), "2026-06-10T07:00"),
        (OnDate("2026-06-10T07:00:00+02:00"), "2026-06-10T05:00"),
    ],
)
def test_a_changed_layer_is_a_new_version_from_the_instant_asked_for(when: When, effective: str) -> None:
    assert since(changed(when, layer(length=2))) == [None, effective]


def test_the_words_of_the_command_line_name_the_ways() -> None:
    named = [when_named(text) for text in ("now", "Next-Handoff", " 2026-06-10T07:00 ")]
    assert named == [Now(), NextHandoff(), OnDate("2026-06-10T07:00")]


def test_a_date_that_is_past_is_refused() -> None:
    with pytest.raises(Refused, match="change_in_the_past"):
        changed(OnDate("2026-06-03T11:59"), layer(length=2))


def test_a_moment_that_is_none_is_refused_with_the_reason() -> None:
    with pytest.raises(Refused, match=r"moment_unreadable.*is not a moment"):
        changed(OnDate("tomorrow"), layer(length=2))


def test_in_a_repeated_hour_a_version_says_which_of_the_two_it_means() -> None:
    second = datetime(2026, 11, 1, 7, 30, tzinfo=UTC)  # 01:30 in Chicago for the second time
    before, after = (roster(layer(length=n), time_zone="America/Chicago") for n in (1, 2))
    assert since(dated(before, after, Now(), second))[-1] == "2026-11-01T07:30:00Z"


# What stays -----------------------------------------------------------------------------------------------------------


def test_a_roster_that_is_applied_as_it_stands_gets_no_version() -> None:
    assert changed(Now(), layer()) == DatedRoster(roster(), ())


def test_applying_the_same_change_twice_makes_one_version() -> None:
    proposed = roster(layer(length=2, participants=["b", "c", "a"]))
    once = dated(roster(), proposed, Now(), NOON).roster
    again = dated(once, proposed, Now(), NOON + timedelta(days=3))
    assert again == DatedRoster(once, ())


def test_history_stays_though_the_proposal_does_not_have_it() -> None:
    stored = roster(layer(), layer(effective_from="2026-06-02T00:00", length=2))
    found = dated(stored, roster(layer(length=3)), Now(), NOON)
    assert since(found) == [None, "2026-06-02T00:00", "2026-06-03T12:00"]
    assert [version.length for version in found.roster.layers] == [1, 2, 3]


def test_a_version_planned_for_later_stays_only_if_the_proposal_has_it() -> None:
    later = layer(effective_from="2026-07-01T00:00", participants=["d"])
    stored = roster(layer(), later)
    kept, dropped = (dated(stored, roster(layer(length=2), *plans), Now(), NOON) for plans in ([later], []))
    assert since(kept) == [None, "2026-06-03T12:00", "2026-07-01T00:00"]
    assert since(dropped) == [None, "2026-06-03T12:00"]


def test_a_second_change_for_the_same_handoff_takes_the_place_of_the_first() -> None:
    first = changed(NextHandoff(), layer(length=2)).roster
    second = dated(first, roster(layer(length=3)), NextHandoff(), NOON + timedelta(minutes=5)).roster
    assert [(version.effective_from, version.length) for version in second.layers] == [
        (None, 1),
        ("2026-06-04T08:00", 3),
    ]


def test_a_layer_that_the_proposal_does_not_have_ends_and_its_past_is_kept() -> None:
    stored = roster(layer("first", priority=2), layer("second", participants=["z"]))
    found = dated(stored, roster(layer("second", participants=["z"])), NextHandoff(), NOON).roster
    assert course(found, "2026-06-03T00:00", "2026-06-05T00:00") == [
        ("06-03 00:00", "06-03 08:00", "b"),
        ("06-03 08:00", "06-04 08:00", "c"),
        ("06-04 08:00", "06-05 00:00", "z"),
    ]


def test_a_new_layer_begins_at_the_instant_in_the_order_as_written() -> None:
    found = changed(Now(), layer(), layer("over", priority=2, participants=["z"])).roster
    assert course(found, "2026-06-03T08:00", "2026-06-03T18:00") == [
        ("06-03 08:00", "06-03 12:00", "c"),
        ("06-03 12:00", "06-03 18:00", "z"),
    ]


def test_the_past_keeps_its_zone_when_the_roster_moves_to_another() -> None:
    proposed = roster(time_zone="America/Chicago")
    found = dated(roster(), proposed, Now(), NOON).roster
    assert [version.time_zone for version in found.layers] == ["UTC", None]
    assert people(found, "2026-06-03T07:59") == ["b"]


# Who stays current ----------------------------------------------------------------------------------------------------


def test_the_current_person_stays_current_and_the_others_follow_in_the_new_order() -> None:
    found = changed(Now(), layer(participants=["a", "b", "c", "d"])).roster
    assert [duty[2] for duty in course(found, "2026-06-03T12:00", "2026-06-08T00:00")] == ["c", "d", "a", "b", "c"]


def test_asked_otherwise_the_order_is_taken_as_written() -> None:
    found = changed(Now(), layer(participants=["d", "c"]), keeps_current=False)
    assert people(found.roster, "2026-06-03T12:00") == ["d"]
    assert (found.changes[0].before, found.changes[0].after) == ("c", "d")


def test_if_the_current_person_leaves_the_next_of_the_old_order_takes_the_turn() -> None:
    found = changed(Now(), layer(participants=["b", "a"]))
    assert people(found.roster, "2026-06-03T12:00") == ["a"]


def test_at_the_next_handoff_the_turn_falls_to_whoever_would_have_had_it() -> None:
    found = changed(NextHandoff(), layer(unit="weeks", participants=["c", "b", "a"])).roster
    assert [people(found, at) for at in ("2026-06-04T07:59", "2026-06-04T08:00")] == [["c"], ["a"]]


def test_of_two_places_of_one_person_the_one_with_the_same_people_behind_is_taken() -> None:
    assert rotated(("a", "b", "a", "c"), 0, ("a", "c", "a", "b")) == ("a", "c", "a", "b")


def test_a_change_is_told_with_its_instant_and_its_person() -> None:
    (change,) = changed(Now(), layer(length=2)).changes
    words = list(change_words(change, roster().zone))
    assert words == ["layer primary changes on 2026-06-03 12:00:00 UTC", "c stays current"]


# For any change -------------------------------------------------------------------------------------------------------


@st.composite
def changes(draw: st.DrawFn) -> tuple[Roster, Roster, datetime, When]:
    """Draw a layer, what it shall become with all or some of its people, and when."""
    zone, about = draw(scenes())
    before, after = draw(layers(about, "one")), draw(layers(about, "one"))
    after = {**after, "coverage": before["coverage"], "time_zone": before.get("time_zone")}
    for rule in (before, after):
        rule.pop("effective_from", None)
    at = datetime.combine(about, datetime.min.time(), UTC) + timedelta(hours=draw(st.integers(-90, 90)))
    later = (at + timedelta(hours=draw(st.integers(0, 90)))).isoformat()
    ways: list[When] = [Now(), NextHandoff(), OnDate(later)]
    when = draw(st.sampled_from(ways))
    return parse_roster(data(before, time_zone=zone)), parse_roster(data(after, time_zone=zone)), at, when


def turn_owner(who: Roster, at: datetime) -> str | None:
    """Return the person on duty of a roster with one layer; None where nobody is wanted or nobody has the turn."""
    duties = on_duty(who, at)
    return duties[0].technician if duties else None


@modest
@given(changes())
def test_until_the_change_nothing_is_different(drawn: tuple[Roster, Roster, datetime, When]) -> None:
    stored, proposed, at, when = drawn
    found = dated(stored, proposed, when, at)
    effect = found.changes[0].at if found.changes else at
    start = at - timedelta(days=9)
    held = [[(s.start, s.end, s.people) for s in segments(who, start, effect)] for who in (stored, found.roster)]
    assert held[0] == held[1]


@modest
@given(changes())
def test_who_would_be_on_duty_at_the_change_is_on_duty_after_it(drawn: tuple[Roster, Roster, datetime, When]) -> None:
    stored, proposed, at, when = drawn
    found = dated(stored, proposed, when, at)
    assume(found.changes)
    effect = found.changes[0].at
    before = turn_owner(stored, effect)
    assume((before or EMPTY_SLOT) in proposed.layers[0].participants)
    assume(before is not None or not _is_covered(stored, effect))
    assert turn_owner(found.roster, effect) == before


@modest
@given(changes())
def test_the_new_order_is_rotated_and_never_reordered(drawn: tuple[Roster, Roster, datetime, When]) -> None:
    stored, proposed, at, when = drawn
    found = dated(stored, proposed, when, at)
    people = found.roster.layers[-1].participants
    wanted = proposed.layers[0].participants
    assert people in [wanted[n:] + wanted[:n] for n in range(len(wanted))]


@modest
@given(changes(), st.permutations(PEOPLE))
def test_after_the_change_turns_go_on_in_order(
    drawn: tuple[Roster, Roster, datetime, When], order: tuple[str, ...]
) -> None:
    stored, proposed, at, when = drawn
    rule: Layer = replace(proposed.layers[0], turns="calendar", participants=tuple(order))
    found = dated(replace(stored, coverage=proposed.coverage), replace(proposed, layers=(rule,)), when, at)
    assume(found.changes)
    effect = found.changes[0].at
    whole = replace(found.roster, layers=tuple(replace(v, coverage=stored.coverage) for v in found.roster.layers))
    duties = [duty for s in segments(whole, effect, effect + timedelta(days=40)) for duty in s.on_duty]
    numbers = [duty.turn.number for duty in duties if duty.turn]
    named = {number: duty.technician for number, duty in zip(numbers, duties, strict=True)}
    first = order.index(named[numbers[0]])
    assert all(name == order[(first + number - numbers[0]) % len(order)] for number, name in named.items())


@modest
@given(changes())
def test_a_change_that_is_applied_again_makes_no_further_version(
    drawn: tuple[Roster, Roster, datetime, When],
) -> None:
    stored, proposed, at, _ = drawn
    once = dated(stored, proposed, Now(), at).roster
    assert dated(once, proposed, Now(), at + timedelta(hours=31)).changes == ()


def _is_covered(who: Roster, at: datetime) -> bool:
    """Say whether the layer's own hours hold the instant: everybody in turn, nobody's slot left out."""
    rule = replace(who.layers[0], participants=("x",))
    return bool(on_duty(replace(who, layers=(rule,)), at))
