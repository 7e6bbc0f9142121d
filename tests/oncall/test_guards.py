from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from foundation.windows import Interval
from oncall.guards import Demand, Finding, Reach, Watch, findings, guard_words, unreachable_words, worth_telling
from oncall.layers import Roster
from tests.oncall.written import away, instant, layer, override, roster

MONDAY = instant("2026-06-01T08:00")
FORTNIGHT = MONDAY + timedelta(days=14)
REACHED = Reach(is_verified=True, texts_refused=False)
EVERYBODY = dict.fromkeys("abcz", REACHED)
WEEK = Interval(MONDAY, MONDAY + timedelta(days=7))


def found(*rosters: Roster, end: datetime = FORTNIGHT, **facts: Any) -> list[Finding]:  # noqa: ANN401 - whatever a Watch holds
    return findings(Watch(rosters or (roster(),), **{"people": EVERYBODY, **facts}), MONDAY, end)


def told(listed: list[Finding]) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(one.kind, f"{one.start:%m-%d %H:%M}", f"{one.end:%m-%d %H:%M}", one.people) for one in listed]


def demand(**changes: Any) -> Demand:  # noqa: ANN401 - whatever a Demand holds
    return replace(Demand("premium", "24/7 critical support", "line", (WEEK,), ("northside",)), **changes)


def weekly(*people: str, key: str = "primary") -> dict[str, Any]:
    return layer(key, unit="weeks", participants=list(people))


# Gaps and contracts ---------------------------------------------------------------------------------------------------


def test_nothing_is_wrong_with_a_roster_that_is_staffed_by_people_who_can_be_reached() -> None:
    assert found(demands=(demand(),)) == []


def test_an_hour_without_anybody_is_a_gap_and_is_told_in_the_roster_s_own_time() -> None:
    (gap,) = found(roster(weekly("a", "", "b"), time_zone="America/Chicago"), end=MONDAY + timedelta(days=8))
    assert (gap.kind, gap.severity, gap.start) == ("gap", "warning", instant("2026-06-08T13:00"))
    assert gap.says == "line: nobody is on duty from Mon 8 Jun 2026 08:00 to Tue 9 Jun 2026 03:00 (19 h)"


def test_a_gap_where_contracts_are_owed_an_answer_is_an_alarm_and_so_is_the_contract() -> None:
    listed = found(roster(weekly("", "a")), demands=(demand(),))
    assert [(one.kind, one.severity) for one in listed] == [("gap", "alarm"), ("uncovered", "alarm")]
    assert listed[1].says.startswith("Premium (1 account): 24/7 critical support has nobody who can be reached on line")


def test_somebody_who_is_not_on_record_covers_no_contract() -> None:
    listed = found(roster(weekly("x", "a")), demands=(demand(),))
    assert told(listed) == [
        ("uncovered", "06-01 08:00", "06-08 08:00", ("x",)),
        ("unreachable", "06-01 08:00", "06-08 08:00", ("x",)),
    ]


@pytest.mark.parametrize(("channel", "kinds"), [("call", ["unreachable"]), ("text", ["uncovered", "unreachable"])])
def test_somebody_who_refuses_texts_can_be_rung_but_not_written_to(channel: str, kinds: list[str]) -> None:
    people = {**EVERYBODY, "a": replace(REACHED, texts_refused=True)}
    listed = found(roster(weekly("a", "b")), people=people, demands=(demand(channel=channel, severity="warning"),))
    assert [one.kind for one in listed] == kinds


def test_hours_that_rest_on_an_unverified_handset_are_a_note_and_no_text() -> None:
    people = {**EVERYBODY, "a": replace(REACHED, is_verified=False)}
    listed = found(roster(weekly("a", "b")), people=people, demands=(demand(),))
    assert [(one.kind, one.severity) for one in listed] == [("unreachable", "note"), ("unproven", "note")]
    assert "rests on unverified handsets alone" in listed[1].says
    assert worth_telling(listed) == []


def test_a_second_person_whose_handset_is_verified_makes_the_hours_safe() -> None:
    people = {**EVERYBODY, "a": replace(REACHED, is_verified=False)}
    both = roster(weekly("a"), weekly("b", key="other"))
    assert [one.kind for one in found(both, people=people, demands=(demand(),))] == ["unreachable"]


def test_a_contract_whose_roster_is_not_there_has_nobody() -> None:
    (hole,) = found(demands=(demand(roster="critical"),))
    assert (hole.roster, hole.severity) == ("critical", "alarm")
    assert "because there is no roster critical" in hole.says


# People ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reach", "words"),
    [
        (REACHED, None),
        (None, "is not on record"),
        (Reach(is_verified=False, texts_refused=False), "has no verified phone"),
        (Reach(is_verified=False, texts_refused=True), "has no verified phone and refuses texts"),
    ],
)
def test_why_somebody_may_not_be_reached(reach: Reach | None, words: str | None) -> None:
    assert unreachable_words(reach) == words


def test_an_override_of_somebody_with_time_off_is_told_for_the_hours_that_both_hold() -> None:
    who = roster(
        overrides=[override("replace", "z", "2026-06-02T08:00", "2026-06-03T08:00", "b")],
        time_off=[away("z", "2026-06-02T20:00", "2026-06-10T00:00")],
    )
    assert told(found(who)) == [("away_override", "06-02 20:00", "06-03 08:00", ("z",))]


def test_time_off_of_somebody_who_stands_in_for_nobody_is_no_finding() -> None:
    assert found(roster(time_off=[away("z", "2026-06-02T20:00", "2026-06-10T00:00")])) == []


# Double bookings ------------------------------------------------------------------------------------------------------


def test_a_person_on_two_rosters_is_found_only_where_one_step_rings_both() -> None:
    one, other = roster(weekly("a", "b")), roster(weekly("a", "c"), key="other")
    assert found(one, other) == []
    listed = found(one, other, rung_together=(frozenset({"line", "other"}),))
    assert told(listed) == [("double_booking", "06-01 08:00", "06-08 08:00", ("a",))]


def test_overrides_that_put_somebody_on_two_rosters_at_one_time_are_found() -> None:
    adds = [[override("add", "z", f"2026-06-02T{hour}:00", "2026-06-02T20:00")] for hour in ("10", "18")]
    one, other = roster(weekly("a", "b"), overrides=adds[0]), roster(weekly("c"), key="other", overrides=adds[1])
    assert told(found(one, other)) == [("double_booking", "06-02 18:00", "06-02 20:00", ("z",))]


# Rest -----------------------------------------------------------------------------------------------------------------


def test_a_night_duty_wants_rest_before_the_next_duty() -> None:
    twelve = layer(unit="hours", length=12, start="2026-06-01T19:00", participants=["a", "b", "c", "b", "a", "c"])
    adds = [override("add", "a", "2026-06-02T15:00", "2026-06-02T18:00")]
    listed = found(roster(twelve, overrides=adds), end=instant("2026-06-03T00:00"))
    assert told(listed) == [("rest", "06-02 07:00", "06-02 18:00", ("a",))]
    assert listed[0].says.endswith("8 h of rest, 11 h are wanted")


def test_the_least_rest_is_the_organisation_s_to_say() -> None:
    twelve = layer(unit="hours", length=12, start="2026-06-01T19:00", participants=["a", "b", "c"])
    adds = [override("add", "a", "2026-06-02T15:00", "2026-06-02T18:00")]
    assert found(roster(twelve, overrides=adds), end=instant("2026-06-03T00:00"), rest_hours=8) == []


def test_a_day_duty_and_a_week_of_stand_by_want_no_rest() -> None:
    days = layer(unit="hours", length=12, start="2026-06-01T08:00", participants=["a", ""], coverage="always")
    assert [one.kind for one in found(roster(days), end=instant("2026-06-05T00:00"))] == ["gap"] * 4
    assert found(roster(weekly("a"))) == []


def test_the_same_person_day_after_day_has_no_rest_at_all() -> None:
    listed = found(roster(layer(participants=["a"])), end=MONDAY + timedelta(days=3))
    assert [(one.kind, one.start) for one in listed] == [("rest", MONDAY + timedelta(days=n)) for n in (1, 2)]


def test_rest_is_watched_over_all_rosters_together() -> None:
    night = roster(layer(unit="hours", length=12, start="2026-06-01T19:00", participants=["a", "b"]))
    day = roster(
        layer(unit="hours", length=4, participants=["", "a", ""]), key="day", coverage=[["tue 10:00", "tue 16:00"]]
    )
    listed = [one for one in found(night, day, end=instant("2026-06-02T18:00")) if one.kind == "rest"]
    assert told(listed) == [("rest", "06-02 07:00", "06-02 16:00", ("a",))]


# Words ----------------------------------------------------------------------------------------------------------------


def test_alarms_are_told_first_and_a_gap_once_with_its_contracts() -> None:
    listed = found(roster(weekly("", "a", "x")), demands=(demand(), demand(tier="advanced")))
    assert guard_words(listed, 14).startswith(
        "Check of the next 14 days: line: nobody is on duty from Mon 1 Jun 2026 08:00"
    )
    assert "Advanced" not in guard_words(listed, 14)


def test_a_text_spells_out_three_findings_and_counts_the_others() -> None:
    listed = found(roster(layer(participants=["a"])))
    assert len(listed) == 13
    assert " And 10 more. All of them: switchboard roster guards" in guard_words(listed, 14)
