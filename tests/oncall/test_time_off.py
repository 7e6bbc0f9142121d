from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.layers import instant as instant_of
from oncall.time_off import plan_time_off, written_moment
from oncall.time_off_import import Absence
from tests.oncall.rosters import CLOCK_CHANGES
from tests.oncall.written import away, instant, layer, override, roster


def absence(start: str, end: str, summary: str = "Vacation") -> Absence:
    return Absence(instant(start), instant(end), summary)


def test_new_absences_are_written_in_the_roster_s_own_time() -> None:
    who = roster(time_zone="America/Chicago")
    plan = plan_time_off(who, "a", [absence("2026-07-01T05:00", "2026-07-08T05:00")])
    assert [(e.technician, e.start, e.end) for e in plan.entries] == [("a", "2026-07-01T00:00", "2026-07-08T00:00")]


def test_what_is_on_record_already_is_left_as_it_is() -> None:
    who = roster(time_off=[away("a", "2026-07-01T00:00", "2026-07-08T00:00")])
    plan = plan_time_off(who, "a", [absence("2026-07-01T00:00", "2026-07-08T00:00")])
    assert (plan.new, len(plan.already), plan.refused) == ((), 1, ())


def test_an_absence_that_meets_another_halfway_is_refused() -> None:
    who = roster(time_off=[away("a", "2026-07-01T00:00", "2026-07-08T00:00")])
    plan = plan_time_off(who, "a", [absence("2026-07-07T00:00", "2026-07-09T00:00")])
    assert [refusal.says for refusal in plan.refused] == [
        "overlaps the time off on record from 2026-07-01T00:00 to 2026-07-08T00:00; take one of the two back, or change it"
    ]


def test_of_two_that_overlap_in_one_calendar_the_earlier_is_kept() -> None:
    later, earlier = (
        absence("2026-07-02T00:00", "2026-07-04T00:00", "B"),
        absence("2026-07-01T00:00", "2026-07-03T00:00", "A"),
    )
    plan = plan_time_off(roster(), "a", [later, earlier])
    assert plan.new == (earlier,)
    assert "'A' of the same calendar" in plan.refused[0].says


def test_absences_that_touch_and_those_of_others_are_no_overlap() -> None:
    who = roster(time_off=[away("b", "2026-07-01T00:00", "2026-07-08T00:00")])
    days = [absence("2026-07-01T00:00", "2026-07-02T00:00"), absence("2026-07-02T00:00", "2026-07-03T00:00")]
    assert plan_time_off(who, "a", days).new == tuple(days)


def test_time_that_an_absence_leaves_bare_is_a_warning() -> None:
    who = roster(
        layer(participants=["a"], coverage=[["wed 08:00", "wed 16:00"]]), coverage=[["wed 08:00", "wed 16:00"]]
    )
    plan = plan_time_off(who, "a", [absence("2026-07-01T00:00", "2026-07-02T00:00")])
    assert plan.warnings == ("nobody would be on duty from Wed 1 Jul 2026 08:00 to Wed 1 Jul 2026 16:00 (UTC)",)
    assert plan_time_off(roster(), "a", [absence("2026-07-01T00:00", "2026-07-02T00:00")]).warnings == ()


def test_an_override_that_wins_over_the_absence_is_a_warning() -> None:
    who = roster(overrides=[override("replace", "a", "2026-07-01T08:00", "2026-07-01T12:00", replaces="b")])
    plan = plan_time_off(who, "a", [absence("2026-07-01T00:00", "2026-07-02T00:00")])
    assert plan.warnings[0].startswith("a stays on duty from 2026-07-01T08:00 to 2026-07-01T12:00")


@pytest.mark.parametrize(
    ("at", "is_end", "written"),
    [
        ("2026-11-01T06:30", False, "2026-11-01T01:30"),
        ("2026-11-01T07:30", False, "2026-11-01T01:30:00-06:00"),
        ("2026-11-01T07:30", True, "2026-11-01T01:30"),
        ("2026-11-01T06:30", True, "2026-11-01T01:30:00-05:00"),
    ],
)
def test_a_repeated_hour_is_written_so_that_it_reads_back(at: str, is_end: bool, written: str) -> None:  # noqa: FBT001 - a column of the table
    assert written_moment(instant(at), ZoneInfo("America/Chicago"), is_end=is_end) == written


@given(st.sampled_from(sorted(CLOCK_CHANGES)), st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)), st.booleans())
def test_every_instant_reads_back(zone: str, wall: datetime, is_end: bool) -> None:  # noqa: FBT001 - drawn
    at = instant(wall.replace(microsecond=0).isoformat())
    assert instant_of(written_moment(at, ZoneInfo(zone), is_end=is_end), ZoneInfo(zone), end=is_end) == at
