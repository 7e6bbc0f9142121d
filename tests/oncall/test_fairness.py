from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from oncall.fairness import Fairness, Share, excess, fairness
from oncall.layers import Roster, parse_roster
from oncall.reports import Circumstances, Rang
from tests.oncall.rosters import rosters
from tests.oncall.written import away, instant, layer, override, roster


def spread(who: Roster, start: str, end: str, rang: tuple[Rang, ...] = ()) -> Fairness:
    return fairness(who, instant(start), instant(end), Circumstances(rang=rang))


def hours(found: Fairness) -> dict[str, tuple[float, float]]:
    return {share.technician: (share.actual, share.fair) for share in found.of("hours").shares}


def test_whole_rounds_are_even() -> None:
    found = spread(roster(), "2026-06-01T08:00", "2026-06-07T08:00")
    assert found.of("hours").excess == 0
    assert hours(found) == dict.fromkeys("abc", (48.0, 48.0))


def test_the_figure_is_the_part_that_would_have_to_change_hands() -> None:
    found = spread(roster(layer(participants=["a", "b"])), "2026-06-01T08:00", "2026-06-04T08:00")
    assert hours(found) == {"a": (48.0, 36.0), "b": (24.0, 36.0)}
    assert found.of("hours").excess == pytest.approx(12 / 72)


def test_who_is_away_owes_nothing_meanwhile() -> None:
    who = roster(layer(participants=["a", "b"]), time_off=[away("b", "2026-06-01T08:00", "2026-06-03T08:00")])
    found = spread(who, "2026-06-01T08:00", "2026-06-03T08:00")
    assert hours(found) == {"a": (48.0, 48.0), "b": (0.0, 0.0)}
    assert found.of("hours").excess == 0


def test_who_stands_in_the_order_twice_owes_twice() -> None:
    found = spread(roster(layer(participants=["a", "b", "a"])), "2026-06-01T08:00", "2026-06-04T08:00")
    assert hours(found) == {"a": (48.0, 48.0), "b": (24.0, 24.0)}


def test_who_joins_later_owes_from_then_on() -> None:
    later = layer(participants=["a", "b"], effective_from="2026-06-03T08:00")
    found = spread(roster(layer(participants=["a"]), later), "2026-06-01T08:00", "2026-06-05T08:00")
    assert hours(found) == {"a": (72.0, 72.0), "b": (24.0, 24.0)}


def test_layers_are_owed_apart() -> None:
    second = layer("second", participants=["x"])
    found = spread(roster(layer(participants=["a", "b"]), second), "2026-06-01T08:00", "2026-06-03T08:00")
    assert hours(found)["x"] == (48.0, 48.0)
    assert found.of("hours").excess == 0


def test_what_was_taken_over_from_another_lies_above_the_share() -> None:
    taken = override("replace", "a", "2026-06-02T08:00", "2026-06-03T08:00", replaces="b")
    found = spread(roster(layer(participants=["a", "b"]), overrides=[taken]), "2026-06-01T08:00", "2026-06-03T08:00")
    assert hours(found) == {"a": (48.0, 24.0), "b": (0.0, 24.0)}
    farthest = found.of("hours").farthest
    assert farthest is not None
    assert farthest.above in (24.0, -24.0)


def test_an_addition_is_owed_by_whoever_was_added() -> None:
    added = override("add", "z", "2026-06-01T08:00", "2026-06-01T12:00")
    found = spread(roster(overrides=[added]), "2026-06-01T08:00", "2026-06-04T08:00")
    assert hours(found)["z"] == (4.0, 4.0)


def test_calls_are_owed_as_hours_are() -> None:
    rang = tuple(Rang("a", instant("2026-06-01T09:00") + timedelta(hours=n), is_taken=True) for n in range(4))
    found = spread(roster(layer(participants=["a", "b"])), "2026-06-01T08:00", "2026-06-03T08:00", rang)
    assert {s.technician: (s.actual, s.fair) for s in found.of("calls").shares} == {"a": (4.0, 2.0), "b": (0.0, 2.0)}
    assert found.of("calls").excess == 0.5


def test_without_any_load_there_is_no_figure() -> None:
    assert excess((Share("a", 0, 0),)) is None
    assert spread(roster(), "2026-06-01T08:00", "2026-06-02T08:00").of("calls").excess is None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rosters())
def test_all_that_is_borne_is_owed_by_somebody(made: tuple[dict[str, object], datetime]) -> None:
    data, about = made
    found = fairness(parse_roster(data), about, about + timedelta(days=9), Circumstances())
    shares = found.of("hours").shares
    assert sum(share.actual for share in shares) == pytest.approx(sum(share.fair for share in shares), abs=1e-3)
    figure = found.of("hours").excess
    assert figure is None or 0 <= figure <= 1
