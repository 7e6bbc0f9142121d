from oncall.resolver import next_change, on_duty, segments
from tests.oncall.written import away, course, instant, layer, override, people, roster, short

WEEKLY = {"unit": "weeks", "start": "2026-06-01T00:00"}
OFFICE = [["mon 08:00", "mon 16:00"]]


def changes(who: object, after: str, horizon: str) -> str | None:
    found = next_change(who, instant(after), instant(horizon))  # type: ignore[arg-type]  # what `roster` returns
    return short(found) if found else None


# Versions


def test_a_version_holds_from_its_instant_and_keeps_history() -> None:
    later = layer(**WEEKLY, participants=["x", "y"], effective_from="2026-06-03T12:00")
    who = roster(layer(**WEEKLY), later)
    assert course(who, "2026-06-01T00:00", "2026-06-08T00:00") == [
        ("06-01 00:00", "06-03 12:00", "a"),
        ("06-03 12:00", "06-08 00:00", "x"),
    ]


def test_a_version_that_keeps_person_and_shift_cuts_nothing() -> None:
    later = layer(**WEEKLY, participants=["a", "d"], effective_from="2026-06-03T12:00")
    assert course(roster(layer(**WEEKLY), later), "2026-06-01T00:00", "2026-06-08T00:00") == [
        ("06-01 00:00", "06-08 00:00", "a")
    ]


def test_before_its_first_version_a_layer_has_nobody_and_lower_layers_count() -> None:
    top = layer("top", priority=2, participants=["t"], effective_from="2026-06-03T00:00")
    assert people(roster(top, layer("base", participants=["b"])), "2026-06-02T12:00") == ["b"]


def test_a_version_brings_its_own_zone_and_priority() -> None:
    old = layer("one", priority=2, participants=["o"])
    new = layer("one", priority=1, participants=["n"], time_zone="Asia/Kolkata", effective_from="2026-06-03T00:00")
    who = roster(layer("two", priority=2, participants=["t"]), old, new)
    assert [people(who, f"2026-06-02T{time}") for time in ("18:29", "18:30")] == [["t", "o"], ["t"]]


# Priorities and equal layers


def test_a_layer_without_a_person_lets_the_lower_one_in() -> None:
    top = layer("top", priority=2, participants=["t", ""])
    base = layer("base", participants=["b"])
    assert [people(roster(top, base), f"2026-06-0{day}T12:00") for day in (1, 2, 3)] == [["t"], ["b"], ["t"]]


def test_a_layer_of_nobody_is_a_gap_and_no_error() -> None:
    assert people(roster(layer(participants=[])), "2026-06-01T12:00") == []
    assert people(roster(layers=[]), "2026-06-01T12:00") == []


def test_time_off_of_everybody_lets_the_lower_layer_in() -> None:
    top = layer("top", priority=2, participants=["t"])
    who = roster(top, layer("base", participants=["b"]), time_off=[away("t", "2026-06-01T10:00", "2026-06-01T12:00")])
    assert people(who, "2026-06-01T11:00") == ["b"]


def test_the_same_person_from_another_layer_is_another_shift() -> None:
    top = layer("top", priority=2, **WEEKLY, coverage=OFFICE, participants=["a"])
    who = roster(top, layer("base", **WEEKLY, participants=["a"]))
    assert [end for _, end, _ in course(who, "2026-06-01T00:00", "2026-06-02T00:00")] == [
        "06-01 08:00",
        "06-01 16:00",
        "06-02 00:00",
    ]


# Time off


def test_the_next_in_order_follows_the_covered_persons_place() -> None:
    rule = layer(participants=["a", "b", "a", "c"])
    gone = away("a", "2026-05-01T00:00", "2026-07-01T00:00")
    assert [people(roster(rule, time_off=[gone]), f"2026-06-0{day}T12:00") for day in (1, 2, 3, 4)] == [
        ["b"],
        ["b"],
        ["c"],
        ["c"],
    ]


def test_a_cover_has_the_covered_shift_and_an_own_one_next() -> None:
    who = roster(time_off=[away("a", "2026-06-01T12:00", "2026-06-02T12:00")])
    assert course(who, "2026-06-01T08:00", "2026-06-03T08:00") == [
        ("06-01 08:00", "06-01 12:00", "a"),
        ("06-01 12:00", "06-02 08:00", "b"),
        ("06-02 08:00", "06-03 08:00", "b"),
    ]


def test_overlapping_absences_are_one_and_an_empty_slot_never_covers() -> None:
    gone = [away("a", "2026-06-01T09:00", "2026-06-01T11:00"), away("a", "2026-06-01T10:00", "2026-06-01T12:00")]
    who = roster(layer(participants=["a", "", "b"]), time_off=gone)
    assert course(who, "2026-06-01T08:00", "2026-06-01T13:00")[1] == ("06-01 09:00", "06-01 12:00", "b")


def test_covered_turns_go_on_counting_while_somebody_is_away() -> None:
    rule = layer(start="2026-06-01T00:00", turns="covered", coverage=[["mon 00:00", "sat 00:00"]])
    who = roster(rule, time_off=[away("c", "2026-06-08T00:00", "2026-06-09T00:00")])
    assert [people(who, f"2026-06-{day}T12:00") for day in ("05", "08", "09")] == [["b"], ["a"], ["a"]]


def test_a_hidden_covered_layer_goes_on_counting_its_turns() -> None:
    top = layer("top", priority=2, coverage=[["tue 00:00", "fri 00:00"]], participants=["t"], start="2026-06-01T00:00")
    base = layer("base", turns="covered", coverage=[["mon 00:00", "sat 00:00"]], start="2026-06-01T00:00")
    found = course(roster(top, base), "2026-06-01T00:00", "2026-06-09T00:00")
    assert [who for _, _, who in found] == ["a", "t", "t", "t", "b", "-", "c"]


# Segments and the next change


def test_segments_leave_no_hole_and_say_where_nobody_is() -> None:
    assert course(roster(layer(**WEEKLY), coverage=OFFICE), "2026-06-01T06:00", "2026-06-01T18:00") == [
        ("06-01 06:00", "06-01 08:00", "-"),
        ("06-01 08:00", "06-01 16:00", "a"),
        ("06-01 16:00", "06-01 18:00", "-"),
    ]


def test_an_empty_window_has_no_segments() -> None:
    assert segments(roster(), instant("2026-06-01"), instant("2026-06-01")) == []


def test_the_next_change_is_of_people_and_not_of_shifts() -> None:
    assert changes(roster(), "2026-06-01T08:00", "2026-07-01T00:00") == "06-02 08:00"
    assert changes(roster(layer(participants=["a"])), "2026-06-01T08:00", "2026-07-01T00:00") is None


def test_the_next_change_may_lie_beyond_many_looks_but_not_beyond_the_horizon() -> None:
    monthly = roster(layer(unit="months", start="2026-06-01T00:00"))
    assert changes(monthly, "2026-06-01T00:00", "2027-06-01T00:00") == "07-01 00:00"
    assert changes(monthly, "2026-06-01T00:00", "2026-07-01T00:00") is None


def test_the_end_of_coverage_and_of_an_override_are_changes() -> None:
    who = roster(
        layer(**WEEKLY), coverage=OFFICE, overrides=[override("add", "z", "2026-06-01T10:00", "2026-06-01T11:00")]
    )
    found = [changes(who, f"2026-06-01T{hour}", "2026-06-02T00:00") for hour in ("07:00", "08:00", "10:00", "11:00")]
    assert found == ["06-01 08:00", "06-01 10:00", "06-01 11:00", "06-01 16:00"]


# Explanation


def test_the_reason_names_layer_turn_rule_and_shift() -> None:
    (duty,) = on_duty(roster(layer(**WEEKLY)), instant("2026-06-10T12:00"))
    assert duty.why == "layer primary, turn 1 (weekly from Mon 1 Jun 2026 00:00): b's shift until Mon 15 Jun 2026 00:00"


def test_the_reason_names_who_lost() -> None:
    top = layer("top", priority=2, length=2, participants=["t", "u", "v"])
    gone = [away("t", "2026-06-01T00:00", "2026-06-02T00:00")]
    cover = override("replace", "z", "2026-06-01T10:00", "2026-06-01T12:00", "u")
    (duty,) = on_duty(roster(top, layer("base"), overrides=[cover], time_off=gone), instant("2026-06-01T11:00"))
    assert duty.why == (
        "layer top, turn 0 (every 2 days from Mon 1 Jun 2026 08:00): t's shift until Wed 3 Jun 2026 08:00; "
        "t away, u covers; z replaces u until Mon 1 Jun 2026 12:00; priority 2 goes before layer base"
    )


def test_the_reason_of_filling_in_names_who_was_taken_off() -> None:
    top = layer("top", priority=2, participants=["t"])
    gone = override("remove", "t", "2026-06-01T10:00", "2026-06-01T12:00")
    (duty,) = on_duty(roster(top, layer("base"), overrides=[gone]), instant("2026-06-01T11:00"))
    assert duty.why.endswith("; t is taken off layer top until Mon 1 Jun 2026 12:00")


def test_times_in_reasons_are_on_the_rosters_clock() -> None:
    cover = override("add", "z", "2026-06-01T10:00", "2026-06-01T12:00")
    found = on_duty(roster(time_zone="America/Chicago", overrides=[cover]), instant("2026-06-01T16:00"))
    assert found[-1].why == "z is added from Mon 1 Jun 2026 10:00 until Mon 1 Jun 2026 12:00"
