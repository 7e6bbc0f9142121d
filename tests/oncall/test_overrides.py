from oncall.resolver import on_duty, segments
from tests.oncall.written import away, course, instant, layer, override, people, roster

MORNING = ("2026-06-01T10:00", "2026-06-01T12:00")
WEEKLY = {"unit": "weeks", "start": "2026-06-01T00:00"}
TOP = layer("top", priority=2, participants=["t"], **WEEKLY)
BASE = layer("base", participants=["b"], **WEEKLY)
SHORT = {"coverage": [["mon 08:00", "mon 16:00"]]}


def test_a_replace_of_somebody_not_on_duty_does_nothing_and_cuts_nothing() -> None:
    who = roster(overrides=[override("replace", "z", *MORNING, replaces="b")])
    assert course(who, "2026-06-01T08:00", "2026-06-02T08:00") == [("06-01 08:00", "06-02 08:00", "a")]


def test_a_replace_inherits_the_shift_and_the_next_shift_is_a_new_segment() -> None:
    who = roster(
        layer(participants=["a"]), overrides=[override("replace", "z", "2026-06-01T20:00", "2026-06-02T20:00", "a")]
    )
    assert course(who, "2026-06-01T20:00", "2026-06-02T20:00") == [
        ("06-01 20:00", "06-02 08:00", "z"),
        ("06-02 08:00", "06-02 20:00", "z"),
    ]


def test_two_replaces_that_meet_within_a_shift_are_one_segment_with_both_reasons() -> None:
    first = override("replace", "z", "2026-06-01T10:00", "2026-06-01T12:00", "a")
    second = override("replace", "z", "2026-06-01T12:00", "2026-06-01T14:00", "a")
    found = segments(roster(overrides=[first, second]), instant("2026-06-01T10:00"), instant("2026-06-01T14:00"))
    assert [segment.people for segment in found] == [("z",)]
    assert [why.rpartition(" ")[2] for why in found[0].why] == ["12:00", "14:00"]


def test_a_remove_lets_the_next_lower_layer_fill_in() -> None:
    who = roster(TOP, BASE, overrides=[override("remove", "t", *MORNING)])
    assert course(who, "2026-06-01T08:00", "2026-06-01T14:00") == [
        ("06-01 08:00", "06-01 10:00", "t"),
        ("06-01 10:00", "06-01 12:00", "b"),
        ("06-01 12:00", "06-01 14:00", "t"),
    ]


def test_a_remove_beside_an_equal_layer_lets_nobody_in() -> None:
    who = roster(
        TOP, layer("beside", priority=2, participants=["s"]), BASE, overrides=[override("remove", "t", *MORNING)]
    )
    assert people(who, "2026-06-01T11:00") == ["s"]


def test_who_fills_in_for_a_remove_can_be_replaced_whatever_the_order_in_the_file() -> None:
    pair = [override("replace", "z", *MORNING, replaces="b"), override("remove", "t", *MORNING)]
    assert people(roster(TOP, BASE, overrides=pair), "2026-06-01T11:00") == ["z"]
    assert people(roster(TOP, BASE, overrides=pair[::-1]), "2026-06-01T11:00") == ["z"]


def test_removes_in_every_layer_leave_a_gap() -> None:
    who = roster(TOP, BASE, overrides=[override("remove", "t", *MORNING), override("remove", "b", *MORNING)])
    assert people(who, "2026-06-01T11:00") == []


def test_a_remove_does_not_bring_in_the_next_in_order() -> None:
    assert people(roster(overrides=[override("remove", "a", *MORNING)]), "2026-06-01T11:00") == []


def test_a_remove_takes_out_who_covers_for_an_absence() -> None:
    gone = away("t", "2026-06-01T00:00", "2026-06-02T00:00")
    top = layer("top", priority=2, participants=["t", "u"], **WEEKLY)
    who = roster(top, BASE, overrides=[override("remove", "u", *MORNING)], time_off=[gone])
    assert [people(who, f"2026-06-01T{hour}:00") for hour in ("09", "11")] == [["u"], ["b"]]


def test_a_replace_of_somebody_on_time_off_does_nothing() -> None:
    gone = away("a", "2026-06-01T00:00", "2026-06-02T00:00")
    who = roster(overrides=[override("replace", "z", *MORNING, replaces="a")], time_off=[gone])
    assert people(who, "2026-06-01T11:00") == ["b"]


def test_an_override_of_somebody_who_is_away_wins() -> None:
    gone = away("z", "2026-06-01T00:00", "2026-06-02T00:00")
    assert people(roster(overrides=[override("add", "z", *MORNING)], time_off=[gone]), "2026-06-01T11:00") == ["a", "z"]
    replaced = roster(overrides=[override("replace", "z", *MORNING, replaces="a")], time_off=[gone])
    assert people(replaced, "2026-06-01T11:00") == ["z"]


def test_an_add_counts_outside_coverage_and_on_holidays() -> None:
    who = roster(layer(**WEEKLY), overrides=[override("add", "z", "2026-06-01T06:00", "2026-06-01T18:00")], **SHORT)
    assert course(who, "2026-06-01T00:00", "2026-06-01T20:00")[1:4] == [
        ("06-01 06:00", "06-01 08:00", "z"),
        ("06-01 08:00", "06-01 16:00", "a+z"),
        ("06-01 16:00", "06-01 18:00", "z"),
    ]
    closed = roster(holidays=["2026-06-01"], overrides=[override("add", "z", *MORNING)])
    assert people(closed, "2026-06-01T11:00") == ["z"]


def test_an_add_of_somebody_on_duty_cuts_nothing_until_their_shift_ends() -> None:
    who = roster(layer(**WEEKLY), overrides=[override("add", "a", "2026-06-01T12:00", "2026-06-01T18:00")], **SHORT)
    assert course(who, "2026-06-01T08:00", "2026-06-01T18:00") == [
        ("06-01 08:00", "06-01 16:00", "a"),
        ("06-01 16:00", "06-01 18:00", "a"),
    ]


def test_an_add_does_not_hide_a_lower_layer_nor_fill_a_removed_place() -> None:
    both = [override("remove", "t", *MORNING), override("add", "z", *MORNING)]
    assert people(roster(TOP, BASE, overrides=both), "2026-06-01T11:00") == ["b", "z"]


def test_who_is_replaced_by_somebody_on_duty_anyway_leaves_one_person() -> None:
    beside = layer("beside", participants=["z"])
    who = roster(layer(), beside, overrides=[override("replace", "z", *MORNING, replaces="a")])
    assert people(who, "2026-06-01T11:00") == ["z"]


def test_the_end_of_an_override_that_occurs_twice_is_its_last_occurrence() -> None:
    cover = override("replace", "z", "2026-11-01T00:30", "2026-11-01T01:30", "a")
    who = roster(layer(participants=["a"]), time_zone="America/Chicago", overrides=[cover])
    assert [people(who, f"2026-11-01T0{time}") for time in ("7:29", "7:30")] == [["z"], ["a"]]


def test_overrides_are_written_in_the_rosters_zone_whatever_the_layers() -> None:
    cover = override("replace", "z", "2026-06-01T10:00", "2026-06-01T11:00", "a")
    who = roster(layer(**WEEKLY, time_zone="Asia/Kolkata"), time_zone="America/Chicago", overrides=[cover])
    assert [people(who, f"2026-06-01T{time}") for time in ("14:59", "15:00", "16:00")] == [["a"], ["z"], ["a"]]


def test_a_swap_is_named_as_one() -> None:
    there = override("replace", "b", "2026-06-01T08:00", "2026-06-02T08:00", "a")
    back = override("replace", "a", "2026-06-02T08:00", "2026-06-03T08:00", "b")
    (duty,) = on_duty(roster(overrides=[there, back]), instant("2026-06-01T09:00"))
    assert duty.why.endswith(
        "b replaces a until Tue 2 Jun 2026 08:00; a swap, a replaces b from 2026-06-02T08:00 in return"
    )
