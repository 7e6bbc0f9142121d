import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from foundation.windows import ConfigurationFault, Weekly, is_open, parse_closures, parse_coverage, zone_named
from intake.entitlement import COVERED, Tier
from intake.severity import Severity
from routing.sla import (
    SERVICE_LEVELS,
    Calendar,
    Change,
    ClockFacts,
    Pause,
    Reason,
    SlaFault,
    Target,
    as_known_at,
    breaches,
    default_calendar,
    due,
    due_at,
    due_document,
    met,
    met_when_satisfied,
    notices,
    parse_calendar,
    parse_facts,
    parse_target,
    restarted,
    starts_at,
)

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "vectors" / "sla.json").read_text())
ZONE = "America/New_York"
OFFICE = default_calendar("business hours", ZONE)
FIVE_DAYS = default_calendar("24/5", ZONE)
ALWAYS = default_calendar("24/7", ZONE)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def tuesday(clock: str) -> datetime:
    """An instant on Tuesday 9 June 2026, in UTC; New York is four hours behind."""
    return utc(f"2026-06-09T{clock}")


def waits(*pairs: tuple[str, str | None]) -> tuple[Pause, ...]:
    return tuple(Pause(tuesday(start), tuesday(end) if end else None) for start, end in pairs)


RESOLUTION = ClockFacts("resolution", OFFICE, tuesday("13:00"), Target(2, "h"))
RESPONSE = replace(RESOLUTION, clock="response")
UPDATE = replace(RESOLUTION, clock="update")


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_vector(vector: Mapping[str, Any]) -> None:
    answer = due_document(vector["input"])
    assert {key: answer[key] for key in ("due", "state")} == vector["expect"], vector["note"]
    assert answer["explain"]


# Business days


@pytest.mark.parametrize(
    ("opened", "target", "expected"),
    [
        ("2026-06-09T14:15:30", "1bd", "2026-06-10T14:15:30"),
        ("2026-06-12T20:00", "1bd", "2026-06-15T20:00"),
        ("2026-06-13T10:00", "1bd", "2026-06-15T12:00"),
        ("2026-06-13T16:00", "2bd", "2026-06-16T16:00"),
        ("2026-06-09T10:00", "3bd", "2026-06-12T12:00"),
        ("2026-06-09T21:00", "1bd", "2026-06-10T21:00"),
        ("2026-10-30T15:00", "1bd", "2026-11-02T16:00"),
    ],
)
def test_business_days_keep_the_wall_time_inside_the_days_hours(opened: str, target: str, expected: str) -> None:
    facts = replace(RESOLUTION, opened=utc(opened), target=parse_target(target))
    assert due_at(facts) == utc(expected)


def lunch_break() -> Calendar:
    days = ("mon", "tue", "wed", "thu", "fri")
    halves = (("08:00", "12:00"), ("13:00", "17:00"))
    return Calendar(ZONE, "windows", parse_coverage([[f"{d} {a}", f"{d} {b}"] for d in days for a, b in halves]))


@pytest.mark.parametrize(("opened", "expected"), [("16:00", "17:00"), ("16:30", "17:00"), ("15:59", "15:59")])
def test_a_business_day_that_ends_in_a_break_ends_after_it(opened: str, expected: str) -> None:
    facts = replace(RESOLUTION, calendar=lunch_break(), opened=tuesday(opened), target=Target(1, "bd"))
    assert due_at(facts) == tuesday(expected) + timedelta(days=1)


def test_the_end_of_a_business_day_is_its_last_close() -> None:
    facts = replace(RESOLUTION, calendar=lunch_break(), target=Target(1, "bd"))
    assert due_at(replace(facts, end_of_day=True)) == utc("2026-06-10T21:00")
    assert due_at(replace(facts, opened=tuesday("22:00"))) == utc("2026-06-10T21:00")


def test_the_end_of_a_business_day_is_what_closures_leave_of_it() -> None:
    closures = parse_closures([{"date": "2026-06-10", "closed": [["15:00", "24:00"]]}])
    facts = replace(RESOLUTION, calendar=replace(OFFICE, closures=closures), target=Target(1, "bd"), end_of_day=True)
    assert due_at(facts) == utc("2026-06-10T19:00")


def test_a_day_closed_as_a_whole_is_not_a_working_day_and_one_with_a_minute_left_is() -> None:
    closures = parse_closures(["2026-06-10", {"date": "2026-06-11", "closed": [["08:01", "17:00"]]}])
    facts = replace(RESOLUTION, calendar=replace(OFFICE, closures=closures), target=Target(1, "bd"))
    assert due_at(facts) == utc("2026-06-11T12:01")


def test_the_end_of_a_day_of_24_5_is_its_midnight() -> None:
    facts = replace(RESOLUTION, calendar=FIVE_DAYS, target=Target(1, "bd"), end_of_day=True)
    assert due_at(facts) == utc("2026-06-11T04:00")


def test_end_of_day_says_nothing_about_hours() -> None:
    assert due_at(replace(RESOLUTION, end_of_day=True)) == tuesday("15:00")


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ("2027-03-13T07:30", "2027-03-14T07:00"),
        ("2026-10-31T05:30", "2026-11-01T05:30"),
        ("2026-06-13T16:00", "2026-06-14T16:00"),
    ],
)
def test_around_the_clock_every_day_is_a_working_day_and_keeps_its_wall_time(opened: str, expected: str) -> None:
    assert due_at(replace(RESOLUTION, calendar=ALWAYS, opened=utc(opened), target=Target(1, "bd"))) == utc(expected)


def test_a_night_that_runs_into_saturday_makes_saturday_a_working_day() -> None:
    nights = Calendar(ZONE, "windows", parse_coverage([["fri 18:00", "sat 02:00"]]))
    facts = replace(RESOLUTION, calendar=nights, opened=utc("2026-06-12T23:00"), target=Target(1, "bd"))
    assert due_at(facts) == utc("2026-06-13T06:00")


def test_a_wait_moves_a_business_day_on_by_the_open_time_that_it_covers() -> None:
    facts = replace(RESOLUTION, target=Target(1, "bd"), pauses=(Pause(tuesday("20:00"), utc("2026-06-10T12:30")),))
    assert due_at(facts) == utc("2026-06-10T14:30")


def test_a_wait_over_the_morning_on_which_a_business_day_falls_due_moves_it_to_its_end() -> None:
    pause = Pause(utc("2026-06-14T16:00"), utc("2026-06-15T14:00"))
    facts = replace(RESOLUTION, opened=utc("2026-06-13T10:00"), target=Target(1, "bd"), pauses=(pause,))
    assert due_at(facts) == utc("2026-06-15T14:00")


# Waiting


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        (waits(("14:00", "14:30")), "15:30"),
        (waits(("12:00", "13:30")), "15:30"),
        (waits(("10:00", "12:59")), "15:00"),
        (waits(("14:00", "14:45"), ("14:30", "15:00"), ("14:10", "14:20")), "16:00"),
        (waits(("14:30", "15:00"), ("14:00", "14:30")), "16:00"),
        (waits(("14:00", "14:30"), ("15:15", "15:45")), "16:00"),
        (waits(("14:00", "14:30"), ("15:30", "16:30")), "15:30"),
        (waits(("15:30", "16:00")), "15:00"),
        (waits(("14:00", "14:00")), "15:00"),
    ],
)
def test_waits_merge_and_count_once_and_only_before_the_due_instant(pauses: tuple[Pause, ...], expected: str) -> None:
    assert due_at(replace(RESOLUTION, pauses=pauses)) == tuesday(expected)


@pytest.mark.parametrize(
    ("began", "expected"), [("12:00", None), ("14:59", None), ("15:00", None), ("15:01", "15:00"), ("21:00", "15:00")]
)
def test_an_open_wait_leaves_no_due_instant_unless_it_began_after_it(began: str, expected: str | None) -> None:
    answer = due(replace(RESOLUTION, pauses=waits((began, None))))
    assert answer.due == (tuesday(expected) if expected else None)
    assert answer.state == ("running" if expected else "paused")


def test_a_response_never_waits_and_a_critical_resolution_does() -> None:
    pauses = waits(("14:00", "15:00"))
    assert due_at(replace(RESPONSE, pauses=pauses)) == tuesday("15:00")
    assert due_at(replace(RESOLUTION, pauses=pauses, severity="critical", escalated=True)) == tuesday("16:00")


def test_an_update_waits_except_on_critical_and_escalated_cases() -> None:
    facts = replace(UPDATE, severity="low", pauses=waits(("14:00", None)))
    assert due_at(facts) is None
    assert due_at(replace(facts, escalated=True)) == tuesday("15:00")
    assert due_at(replace(facts, severity="critical")) == tuesday("15:00")


def test_a_case_that_becomes_critical_while_it_waits_runs_on_from_then() -> None:
    worse = Change(tuesday("14:30"), "impact_changed", Target(8, "h"), ALWAYS, "critical")
    facts = replace(UPDATE, pauses=waits(("14:00", None)), changes=(worse,))
    assert due_at(facts) == tuesday("15:30")


def test_waits_before_a_case_became_critical_still_count_for_the_old_promise() -> None:
    worse = Change(tuesday("15:30"), "impact_changed", Target(8, "h"), ALWAYS, "critical")
    facts = replace(UPDATE, pauses=waits(("14:00", "15:00")), changes=(worse,))
    assert due_at(facts) == tuesday("16:00")


@pytest.mark.parametrize(
    ("reason", "severity", "expected"), [("reclassified", "critical", "16:00"), ("lowered", "low", "17:00")]
)
def test_a_severity_that_counts_from_the_opening_decides_about_all_waits(
    reason: Reason, severity: str, expected: str
) -> None:
    before = "low" if severity == "critical" else "critical"
    change = Change(tuesday("15:30"), reason, Target(3, "h"), severity=severity)
    facts = replace(UPDATE, severity=before, pauses=waits(("14:00", "15:00")), changes=(change,))
    assert due_at(facts) == tuesday(expected)


# Changes


def test_changes_apply_in_order_of_time_and_keep_the_calendar_before_them() -> None:
    first = Change(tuesday("14:00"), "reclassified", Target(24, "h"), ALWAYS)
    second = Change(tuesday("15:00"), "lowered", Target(30, "h"))
    for changes in ((first, second), (second, first)):
        assert due_at(replace(RESPONSE, changes=changes)) == tuesday("13:00") + timedelta(hours=30)


def test_a_calendar_that_came_later_does_not_reach_back() -> None:
    late = Change(tuesday("20:00"), "upgrade", Target(24, "h"), ALWAYS)
    early = Change(tuesday("14:00"), "reclassified", Target(10, "h"))
    assert due_at(replace(RESPONSE, changes=(late, early))) == utc("2026-06-10T14:00")


@pytest.mark.parametrize("reason", ["impact_changed", "upgrade"])
def test_a_change_before_the_opening_counts_from_the_opening(reason: Reason) -> None:
    change = Change(tuesday("09:00"), reason, Target(1, "h"))
    assert due_at(replace(RESPONSE, changes=(change,))) == tuesday("14:00")


@pytest.mark.parametrize("reason", ["impact_changed", "upgrade"])
def test_getting_worse_never_makes_it_later(reason: Reason) -> None:
    changes = (Change(tuesday("14:30"), reason, Target(4, "h")), Change(tuesday("13:30"), reason, Target(1, "h")))
    assert due_at(replace(RESPONSE, changes=changes)) == tuesday("14:30")


def test_a_promise_that_starts_when_the_office_is_closed_counts_from_its_opening() -> None:
    change = Change(tuesday("22:00"), "upgrade", Target(1, "h"))
    assert due_at(replace(RESPONSE, target=Target(5, "bd"), changes=(change,))) == utc("2026-06-10T13:00")


def test_a_promise_made_in_business_days_counts_from_the_day_of_the_change() -> None:
    change = Change(utc("2026-06-12T15:00"), "impact_changed", Target(1, "bd"))
    assert due_at(replace(RESPONSE, target=Target(10, "bd"), changes=(change,))) == utc("2026-06-15T15:00")


def test_waits_count_for_the_old_and_the_new_promise_alike() -> None:
    change = Change(tuesday("14:00"), "impact_changed", Target(90, "m"), ALWAYS)
    facts = replace(
        RESOLUTION, target=Target(3, "h"), pauses=waits(("13:30", "14:15"), ("15:00", "16:00")), changes=(change,)
    )
    assert due_at(facts) == tuesday("16:45")


def test_an_old_promise_that_fell_due_before_the_wait_still_stands() -> None:
    change = Change(tuesday("15:30"), "impact_changed", Target(30, "m"))
    answer = due(replace(RESOLUTION, pauses=waits(("15:10", None)), changes=(change,)))
    assert (answer.due, answer.state) == (tuesday("15:00"), "running")


def test_what_a_change_leaves_out_stays_as_it_was() -> None:
    change = Change(tuesday("14:00"), "reclassified", severity="low")
    assert due_at(replace(RESPONSE, changes=(change,))) == tuesday("15:00")


# Faults seen in other systems


def test_a_wait_is_not_lost_when_the_target_changes() -> None:
    change = Change(tuesday("15:00"), "reclassified", Target(1, "h"))
    assert due_at(replace(RESOLUTION, pauses=waits(("13:30", "14:30")), changes=(change,))) == tuesday("15:00")


def test_an_update_clock_starts_anew_when_the_technician_has_answered() -> None:
    worse = Change(tuesday("13:30"), "impact_changed", Target(1, "h"), ALWAYS, "critical")
    after = restarted(replace(UPDATE, changes=(worse,), pauses=waits(("13:15", None))), tuesday("20:45"))
    assert (after.severity, after.changes, due_at(after)) == ("critical", (), tuesday("21:45"))


def test_no_reminder_falls_at_midnight() -> None:
    facts = replace(RESOLUTION, opened=utc("2026-06-12T20:00"), target=Target(4, "h"))
    moments = [notice.at for notice in notices(facts)]
    assert moments == [utc(f"2026-06-15T{clock}") for clock in ("13:00", "14:00", "14:36", "15:00")]
    assert all(is_open(OFFICE.coverage, zone_named(ZONE), at) for at in moments)


def test_a_deadline_is_not_wall_clock_when_hours_are_agreed() -> None:
    assert due_at(replace(RESPONSE, opened=tuesday("20:00"), target=Target(2, "h"))) == utc("2026-06-10T13:00")


def test_what_is_left_over_at_closing_never_lands_in_the_night() -> None:
    answers = [due_at(replace(RESPONSE, target=Target(minutes, "m"))) for minutes in range(479, 483)]
    assert answers == [tuesday("20:59"), tuesday("21:00"), utc("2026-06-10T12:01"), utc("2026-06-10T12:02")]


def test_a_breach_is_announced_under_one_key_however_often_it_is_computed() -> None:
    change = Change(tuesday("16:00"), "reclassified", Target(1, "h"))
    facts = replace(RESPONSE, changes=(change,))
    keys = {notice.key for _ in range(3) for notice in notices(facts)}
    assert keys == {"response/50/v1", "response/75/v1", "response/90/v1", "response/breach/v1"}


def test_no_agreement_matches_no_service_level() -> None:
    assert {tier for tier, _ in SERVICE_LEVELS} == set(COVERED)
    assert not [key for key in SERVICE_LEVELS if key[0] in (Tier.NONE, Tier.UNIDENTIFIED)]


def test_a_merge_that_repeats_what_was_known_resets_nothing() -> None:
    pauses = waits(("13:30", "14:00"))
    again = Change(tuesday("14:30"), "reclassified", RESOLUTION.target, RESOLUTION.calendar, "medium")
    facts = replace(RESOLUTION, pauses=pauses)
    assert due_at(replace(facts, pauses=pauses + pauses, changes=(again, again))) == due_at(facts)


# Met, breached, warned


def test_a_clock_is_met_at_its_due_instant_and_missed_a_second_later() -> None:
    at = tuesday("15:00")
    assert met(at, at)
    assert not met(at + timedelta(seconds=1), at)
    assert met(at, None)


def test_a_satisfied_clock_stays_satisfied_whatever_changes_later() -> None:
    later = Change(tuesday("16:00"), "reclassified", Target(30, "m"))
    assert met_when_satisfied(replace(RESPONSE, changes=(later,)), tuesday("14:50"))


def test_a_breach_is_never_erased_by_a_longer_target() -> None:
    lowered = Change(tuesday("16:00"), "lowered", Target(8, "h"))
    facts = replace(RESPONSE, changes=(lowered,))
    assert due_at(facts) == tuesday("21:00")
    assert [(breach.version, breach.at) for breach in breaches(facts, tuesday("16:30"))] == [(0, tuesday("15:00"))]
    assert not met_when_satisfied(facts, tuesday("16:30"))


def test_a_breach_by_a_new_target_belongs_to_the_new_version_alone() -> None:
    facts = replace(RESPONSE, changes=(Change(tuesday("14:30"), "reclassified", Target(1, "h")),))
    assert [(breach.version, breach.at) for breach in breaches(facts, tuesday("14:45"))] == [(1, tuesday("14:00"))]


def test_a_wait_that_was_open_when_the_clock_was_satisfied_breaches_nothing() -> None:
    facts = replace(RESOLUTION, pauses=waits(("14:00", "18:00")))
    assert met_when_satisfied(facts, tuesday("17:00"))
    assert as_known_at(facts, tuesday("17:00")).pauses == waits(("14:00", None))


def test_warnings_come_by_open_time_and_after_waits() -> None:
    facts = replace(RESOLUTION, pauses=waits(("13:30", "14:00")))
    told = [(notice.event, notice.at) for notice in notices(facts)]
    clocks = ("14:30", "15:00", "15:18", "15:30")
    assert told == list(zip(("50", "75", "90", "breach"), map(tuesday, clocks), strict=True))


def test_while_paused_only_the_warnings_before_the_wait_are_known() -> None:
    assert [notice.event for notice in notices(replace(RESOLUTION, pauses=waits(("14:40", None))))] == ["50", "75"]


def test_warnings_follow_the_promise_that_counts() -> None:
    worse = Change(tuesday("13:10"), "impact_changed", Target(1, "h"))
    assert [notice.at for notice in notices(replace(RESPONSE, changes=(worse,)))][::3] == [
        tuesday("13:40"),
        tuesday("14:10"),
    ]


def test_a_business_day_without_open_time_before_it_warns_at_its_due_instant() -> None:
    facts = replace(RESOLUTION, opened=utc("2026-06-13T10:00"), target=Target(1, "bd"))
    assert {notice.at for notice in notices(facts)} == {utc("2026-06-15T12:00")}


# Hours and defaults


def test_a_clock_starts_at_once_inside_its_hours_and_at_the_next_opening_outside() -> None:
    saturday = utc("2026-06-13T16:00")
    assert [starts_at(calendar, saturday) for calendar in (ALWAYS, FIVE_DAYS, OFFICE)] == [
        saturday,
        utc("2026-06-15T04:00"),
        utc("2026-06-15T12:00"),
    ]


def test_every_tier_with_a_contract_promises_something_for_every_severity() -> None:
    assert set(SERVICE_LEVELS) == {(tier, severity) for tier in COVERED for severity in Severity}
    assert all(SERVICE_LEVELS[tier, Severity.CRITICAL].hours == "24/7" for tier in COVERED)


def test_a_calendar_that_never_opens_is_a_configuration_fault() -> None:
    with pytest.raises(ConfigurationFault, match="at least one window"):
        due(replace(RESPONSE, calendar=Calendar(ZONE, "windows", Weekly(()))))


def test_a_calendar_of_the_world_file_may_take_the_accounts_zone() -> None:
    data = {
        "key": "case-24x5",
        "zone": "account",
        "mode": "windows",
        "windows": [["mon 00:00", "fri 24:00"]],
        "holidays": [],
    }
    assert parse_calendar(data, account_zone=ZONE) == FIVE_DAYS
    with pytest.raises(SlaFault, match="'account' is not a time zone"):
        parse_calendar(data)


# Reading and explaining


def document(**other: object) -> dict[str, object]:
    calendar = {"zone": ZONE, "mode": "always", "windows": [], "holidays": []}
    return {"clock": "response", "calendar": calendar, "opened": "2026-06-09T13:00:00Z", "target": "2h", **other}


def test_facts_may_be_as_short_as_the_clock_calendar_opening_and_target() -> None:
    assert parse_facts(document()) == replace(RESPONSE, calendar=ALWAYS)


@pytest.mark.parametrize(
    ("other", "path"),
    [
        ({"clock": "lunch"}, "clock"),
        ({"clock": None}, "facts"),
        ({"opened": "yesterday"}, "opened"),
        ({"opened": 5}, "opened"),
        ({"target": "2d"}, "target"),
        ({"target": "0m"}, "target"),
        ({"target": "9999999h"}, "target"),
        ({"severity": "high"}, "severity"),
        ({"escalated": "yes"}, "escalated"),
        ({"pauses": "none"}, "pauses"),
        ({"pauses": [["2026-06-09T14:00:00Z"]]}, "pauses[0]"),
        ({"pauses": [["2026-06-09T14:00:00Z", "2026-06-09T13:00:00Z"]]}, "pauses[0]"),
        ({"changes": ["worse"]}, "changes[0]"),
        ({"changes": [{"at": "2026-06-09T14:00:00Z"}]}, "changes[0]"),
        ({"changes": [{"at": "2026-06-09T14:00:00Z", "reason": "mood"}]}, "changes[0].reason"),
        ({"changes": [{"at": "2026-06-09T14:00:00Z", "reason": "upgrade", "target": "soon"}]}, "changes[0].target"),
        ({"calendar": "24/7"}, "calendar"),
        ({"calendar": {"zone": "Mars", "mode": "always"}}, "calendar"),
        ({"calendar": {"zone": ZONE, "mode": "sometimes"}}, "calendar.mode"),
        ({"calendar": {"zone": ZONE, "mode": "windows", "windows": []}}, "calendar"),
        ({"pause": []}, "facts"),
    ],
)  # fmt: skip
def test_a_fault_names_the_key_and_the_mend(other: dict[str, object], path: str) -> None:
    with pytest.raises(SlaFault, match=r"write") as refused:
        parse_facts(document(**other))
    assert refused.value.path == path


def test_the_explanation_names_hours_holidays_waits_and_changes_in_the_calendars_zone() -> None:
    calendar = replace(
        OFFICE, closures=parse_closures([{"date": "2026-06-09", "closed": [["10:00", "11:00"]]}, "2026-06-10"])
    )
    change = Change(tuesday("16:00"), "lowered", Target(9, "h"), severity="low")
    facts = replace(RESOLUTION, calendar=calendar, pauses=waits(("13:15", "13:30")), changes=(change,))
    assert due(facts).explain == (
        "Resolution: opened Tue 9 Jun 2026 09:00 EDT, target 2 hours.",
        "Time counts Mon Tue Wed Thu Fri 08:00 to 17:00 (America/New_York).",
        "Tue 9 Jun 2026 12:00 EDT: the severity was lowered, severity low, target 9 hours.",
        "Closed Tue 9 Jun 2026 10:00 to 11:00.",
        "Closed Wed 10 Jun 2026.",
        "Waiting from Tue 9 Jun 2026 09:15 EDT to Tue 9 Jun 2026 09:30 EDT does not count: 15 min of open time.",
        "Due Thu 11 Jun 2026 10:15 EDT.",
    )


def test_the_explanation_says_which_promise_counts_and_why_a_wait_did_not() -> None:
    change = Change(tuesday("14:00"), "impact_changed", Target(15, "m"), ALWAYS, "critical")
    lines = due(replace(RESPONSE, pauses=waits(("13:30", None)), changes=(change,))).explain
    assert lines[-4:] == (
        "15 minutes from Tue 9 Jun 2026 10:00 EDT: due Tue 9 Jun 2026 10:15 EDT.",
        "The earliest of these counts.",
        "Waiting since Tue 9 Jun 2026 09:30 EDT does not stop this clock: a first response never waits.",
        "Due Tue 9 Jun 2026 10:15 EDT.",
    )


def test_the_explanation_keeps_a_breach_that_a_later_target_would_hide() -> None:
    lines = due(replace(RESPONSE, changes=(Change(tuesday("16:00"), "lowered", Target(8, "h")),))).explain
    assert "An earlier due time, Tue 9 Jun 2026 11:00 EDT, had gone by before a change; that is on record." in lines
