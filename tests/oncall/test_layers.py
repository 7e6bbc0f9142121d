from datetime import datetime
from typing import Any

import pytest

from foundation.windows import Always, Closure, zone_named
from oncall.layers import Roster, RosterFaults, anchor, parse_roster
from tests.oncall.written import away, data, layer, override, people, roster

NIGHT = ("2026-06-01T22:00", "2026-06-02T06:00")


def faults(written: dict[str, Any]) -> list[str]:
    with pytest.raises(RosterFaults) as raised:
        parse_roster(written)
    return [fault.path for fault in raised.value.faults]


def test_what_is_not_written_has_a_default() -> None:
    written = {"key": "primary", "unit": "days", "start": "2026-06-01T08:00", "participants": ["a"]}
    read = parse_roster({"key": "line", "time_zone": "UTC", "layers": [written]})
    assert (read.name, read.coverage, read.holidays, read.overrides, read.time_off) == ("line", Always(), (), (), ())
    assert (read.layers[0].length, read.layers[0].priority, read.layers[0].turns) == (1, 1, "calendar")


def test_a_roster_is_a_value_that_can_be_a_key() -> None:
    assert {roster(): 1}[roster()] == 1
    assert isinstance(roster(), Roster)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"unit": "fortnights"}, "layers[0].unit"),
        ({"unit": None}, "layers[0].unit"),
        ({"length": 0}, "layers[0].length"),
        ({"length": True}, "layers[0].length"),
        ({"length": 10**9}, "layers[0].length"),
        ({"priority": "high"}, "layers[0].priority"),
        ({"start": "Monday"}, "layers[0].start"),
        ({"turns": "fair"}, "layers[0].turns"),
        ({"coverage": [["mon 08:00", "mon 08:00"]]}, "layers[0].coverage"),
        ({"participants": "sam"}, "layers[0].participants"),
        ({"participants": [1]}, "layers[0].participants"),
        ({"effective_from": "soon"}, "layers[0].effective_from"),
        ({"time_zone": "Mars/Olympus"}, "layers[0].time_zone"),
        ({"lenght": 2}, "layers[0].lenght"),
    ],
)
def test_a_faulty_layer_is_refused_by_the_name_of_its_key(changes: dict[str, Any], path: str) -> None:
    assert faults(data(layer(**changes))) == [path]


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        (override("swap", "a", *NIGHT), "overrides[0].kind"),
        (override("replace", "a", *NIGHT), "overrides[0].replaces"),
        (override("add", "a", *NIGHT, replaces="b"), "overrides[0].replaces"),
        (override("replace", "a", *NIGHT, replaces="a"), "overrides[0].replaces"),
        (override("add", "a", *reversed(NIGHT)), "overrides[0].end"),
        (override("add", "", *NIGHT), "overrides[0].technician"),
        ("tonight", "overrides[0]"),
    ],
)
def test_a_faulty_override_is_refused_by_the_name_of_its_key(entry: object, path: str) -> None:
    assert path in faults(data(overrides=[entry]))


def test_all_faults_are_told_at_once_each_with_its_mend() -> None:
    written = data(layer(unit="day"), layer("second", lenght=3), time_zone="Chicago", overrides=5)
    with pytest.raises(RosterFaults) as raised:
        parse_roster(written, "rosters[2].")
    told = str(raised.value).splitlines()
    assert [line.split(":")[0] for line in told] == [
        "rosters[2].time_zone",
        "rosters[2].layers[0].unit",
        "rosters[2].layers[1].lenght",
        "rosters[2].overrides",
    ]
    assert told[2].endswith("did you mean length?")


def test_a_roster_that_is_no_table_is_refused() -> None:
    assert "roster" in faults(["line"])  # type: ignore[arg-type]  # the fault under test


def test_two_versions_from_the_same_instant_are_refused() -> None:
    versions = [layer(effective_from="2026-06-01T00:00"), layer(effective_from="2026-05-31T19:00-05:00")]
    assert faults(data(*versions)) == ["layers[1].effective_from"]


def test_one_person_cannot_be_in_two_overlapping_overrides() -> None:
    first = override("replace", "z", *NIGHT, replaces="a")
    second = override("remove", "z", "2026-06-02T05:59", "2026-06-02T07:00")
    assert faults(data(overrides=[first, override("add", "y", *NIGHT), second])) == ["overrides[2]"]


def test_overrides_that_meet_do_not_overlap_even_at_a_repeated_time() -> None:
    first = override("remove", "a", "2026-11-01T00:30", "2026-11-01T01:30")
    second = override("replace", "z", "2026-11-01T01:30", "2026-11-01T03:00", replaces="a")
    who = roster(layer(participants=["a"]), time_zone="America/Chicago", overrides=[first, second])
    assert people(who, "2026-11-01T06:15") == []
    assert people(who, "2026-11-01T07:00") == ["z"]


def test_an_absence_inside_the_hour_that_the_clock_skips_is_harmless() -> None:
    gone = away("a", "2026-03-08T02:15", "2026-03-08T02:45")
    who = roster(
        layer(participants=["a", "b"], unit="weeks", start="2026-03-02T00:00"),
        time_zone="America/Chicago",
        time_off=[gone],
    )
    assert people(who, "2026-03-08T08:00") == ["a"]


def test_a_start_with_an_offset_is_read_off_the_clock_of_the_zone() -> None:
    zone = zone_named("America/Chicago")
    assert anchor("2026-06-01T08:00", zone) == datetime(2026, 6, 1, 8)
    assert anchor("2026-06-01T13:00Z", zone) == datetime(2026, 6, 1, 8)
    assert anchor("2026-03-08T02:30", zone) == datetime(2026, 3, 8, 2, 30)


def test_holidays_are_read_with_their_closed_hours() -> None:
    read = roster(holidays=["2026-12-25", {"date": "2026-12-24", "closed": [["12:00", "24:00"]]}])
    assert [closure.closed for closure in read.holidays] == [
        Closure(datetime(2026, 12, 25).date()).closed,
        ((720, 1440),),
    ]


def test_moments_that_a_file_reader_has_parsed_count_like_their_text() -> None:
    assert roster(layer(start=datetime(2026, 6, 1, 8))).layers[0].start == "2026-06-01T08:00:00"
