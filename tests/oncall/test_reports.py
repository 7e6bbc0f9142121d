from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.windows import parse_closures
from oncall.layers import Roster, parse_roster
from oncall.reports import Circumstances, PersonDuty, Rang, all_duty, roster_duty, spells
from oncall.resolver import segments
from tests.oncall.rosters import rosters
from tests.oncall.written import away, instant, layer, override, roster, short

HOUR = timedelta(hours=1)
CHICAGO = ZoneInfo("America/Chicago")
SYDNEY = ZoneInfo("Australia/Sydney")
WEEK = instant("2026-06-01T00:00"), instant("2026-06-08T00:00")


def duty_of(who: Roster, name: str, *window: str, circumstances: Circumstances | None = None) -> PersonDuty:
    start, end = [instant(text) for text in window] or WEEK
    found = roster_duty(who, start, end, circumstances or Circumstances())
    return next(person for person in found.people if person.technician == name)


def hours(person: PersonDuty) -> tuple[float, ...]:
    time = person.time
    return tuple(length / HOUR for length in (time.total, time.nights, time.weekends, time.holidays))


def test_a_night_shift_is_eight_hours_of_night() -> None:
    who = roster(layer(start="2026-06-01T18:00", participants=["a", "b"], coverage=[["mon 18:00", "tue 10:00"]]))
    assert hours(duty_of(who, "a")) == (16, 8, 0, 0)


def test_the_night_in_which_the_clock_goes_back_is_an_hour_longer() -> None:
    who = roster(layer(participants=["a"]), time_zone="America/Chicago")
    assert hours(duty_of(who, "a", "2026-11-01T03:00", "2026-11-01T12:00")) == (9, 9, 9, 0)


def test_nights_are_those_of_the_person_not_of_the_roster() -> None:
    who = roster(layer(participants=["a"]), time_zone="America/Chicago")
    noon_in_sydney = "2026-06-02T00:00", "2026-06-02T06:00"
    assert hours(duty_of(who, "a", *noon_in_sydney))[1] == 3
    assert hours(duty_of(who, "a", *noon_in_sydney, circumstances=Circumstances({"a": SYDNEY})))[1] == 0


def test_a_weekend_begins_at_midnight_of_saturday() -> None:
    assert hours(duty_of(roster(layer(participants=["a"])), "a"))[2] == 48


def test_holidays_are_counted_also_in_part() -> None:
    given_days = parse_closures(["2026-06-03", {"date": "2026-06-04", "closed": [["12:00", "24:00"]]}])
    who = roster(layer(participants=["a"]))
    assert hours(duty_of(who, "a", circumstances=Circumstances(holidays=given_days)))[3] == 36


def test_who_covers_has_the_hours_and_who_is_away_has_none() -> None:
    who = roster(time_off=[away("a", "2026-06-01T00:00", "2026-06-03T00:00")])
    assert hours(duty_of(who, "a", "2026-06-01T08:00", "2026-06-02T08:00"))[0] == 0
    assert hours(duty_of(who, "b", "2026-06-01T08:00", "2026-06-02T08:00"))[0] == 24


def test_a_shift_in_pieces_counts_once() -> None:
    weekly = layer(
        unit="weeks", start="2026-06-01T00:00", coverage=[["mon 08:00", "mon 16:00"], ["tue 08:00", "tue 16:00"]]
    )
    assert duty_of(roster(weekly), "a").shifts == 1


def test_a_ring_counts_for_the_roster_on_which_its_person_was_on_duty() -> None:
    rang = (
        Rang("a", instant("2026-06-01T09:00"), is_taken=True),
        Rang("a", instant("2026-06-02T09:00"), is_taken=True),
        Rang("b", instant("2026-06-02T09:00"), is_taken=False),
    )
    given_rings = Circumstances(rang=rang)
    assert [(p.technician, p.rang, p.taken) for p in roster_duty(roster(), *WEEK, given_rings).people] == [
        ("a", 1, 1),
        ("b", 1, 0),
        ("c", 0, 0),
    ]
    assert [(p.technician, p.rang, p.taken) for p in all_duty([roster()], *WEEK, given_rings)][:2] == [
        ("a", 2, 2),
        ("b", 1, 0),
    ]


def test_an_hour_on_two_rosters_at_once_counts_once_in_the_totals() -> None:
    one, two = roster(layer(participants=["a"])), roster(layer(participants=["a"]), key="two")
    assert [hours(person)[0] for person in all_duty([one, two], *WEEK, Circumstances())] == [7 * 24]


def test_time_with_nobody_is_told() -> None:
    who = roster(layer(participants=["a", ""]))
    assert roster_duty(who, instant("2026-06-01T08:00"), instant("2026-06-03T08:00"), Circumstances()).bare == 24 * HOUR


def test_somebody_of_the_order_without_a_turn_is_listed_with_nothing() -> None:
    assert hours(duty_of(roster(), "c", "2026-06-01T08:00", "2026-06-02T08:00")) == (0, 0, 0, 0)


def test_others_coming_and_going_does_not_cut_a_spell() -> None:
    who = roster(overrides=[override("add", "z", "2026-06-01T12:00", "2026-06-01T14:00")])
    found = spells(who, instant("2026-06-01T08:00"), instant("2026-06-02T08:00"))
    assert [(s.technician, short(s.start), short(s.end)) for s in found] == [
        ("a", "06-01 08:00", "06-02 08:00"),
        ("z", "06-01 12:00", "06-01 14:00"),
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rosters(), st.integers(1, 9))
def test_spells_are_the_segments_seen_person_by_person(made: tuple[dict[str, object], datetime], days: int) -> None:
    data, about = made
    who, window = parse_roster(data), (about, about + timedelta(days=days))
    by_segments = sum(((s.end - s.start) * len(s.people) for s in segments(who, *window)), timedelta())
    found = spells(who, *window)
    assert sum(((spell.end - spell.start) for spell in found), timedelta()) == by_segments
    assert all(spell.start < spell.end for spell in found)
