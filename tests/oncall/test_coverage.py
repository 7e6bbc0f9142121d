from oncall.coverage import covered, gaps
from oncall.preview import preview
from tests.oncall.written import instant, layer, override, roster, short

WEEKDAYS = [["mon 00:00", "sat 00:00"]]
WINDOW = (instant("2026-06-04T00:00"), instant("2026-06-10T00:00"))


def bare(who: object) -> list[tuple[str, str]]:
    return [(short(gap.start), short(gap.end)) for gap in gaps(who, *WINDOW)]  # type: ignore[arg-type]  # a Roster


def test_time_outside_the_rosters_coverage_is_no_gap() -> None:
    assert bare(roster(coverage=WEEKDAYS)) == []


def test_time_that_no_layer_covers_is_a_gap() -> None:
    assert bare(roster(layer(coverage=WEEKDAYS))) == [("06-06 00:00", "06-08 00:00")]


def test_a_holiday_is_no_gap_and_nobody_is_on_duty() -> None:
    who = roster(layer(coverage=WEEKDAYS), holidays=["2026-06-06", "2026-06-05"])
    assert bare(who) == [("06-07 00:00", "06-08 00:00")]
    assert [short(stretch.end) for stretch in covered(who, *WINDOW)] == ["06-05 00:00", "06-10 00:00"]


def test_an_add_fills_a_gap() -> None:
    cover = override("add", "z", "2026-06-06T12:00", "2026-06-07T12:00")
    assert bare(roster(layer(coverage=WEEKDAYS), overrides=[cover])) == [
        ("06-06 00:00", "06-06 12:00"),
        ("06-07 12:00", "06-08 00:00"),
    ]


def test_gaps_that_meet_are_one() -> None:
    removes = [override("remove", person, "2026-06-08T08:00", "2026-06-09T08:00") for person in ("a", "b")]
    who = roster(layer(coverage=WEEKDAYS, start="2026-06-08T08:00"), overrides=removes)
    assert bare(who) == [("06-06 00:00", "06-08 00:00"), ("06-08 08:00", "06-09 08:00")]


def test_a_preview_holds_what_is_printed() -> None:
    who = roster(layer(coverage=WEEKDAYS, unit="weeks"))
    found = preview(who, instant("2026-06-05T12:00"), instant("2026-06-07T00:00"))
    why = "layer primary, turn 0 (weekly from Mon 1 Jun 2026 08:00): a's shift until Mon 8 Jun 2026 08:00"
    stretch = {"start": "2026-06-05T12:00:00Z", "end": "2026-06-06T00:00:00Z"}
    assert found == {
        "segments": [{**stretch, "on_duty": ["a"], "why": [why]}],
        "gaps": [{"start": "2026-06-06T00:00:00Z", "end": "2026-06-07T00:00:00Z"}],
    }
