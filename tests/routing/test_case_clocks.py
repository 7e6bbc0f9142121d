from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.entitlement import Tier
from intake.severity import Severity
from routing.case_clocks import CaseEvent, ClockRecord, clock_named, facts_of, reason_of
from routing.sla import Change, ClockFacts, Pause, Target, default_calendar, due_at, restarted
from routing.store import calendar_data, shipped_promise

OPENED = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""Monday, 2 March 2026, 10:00 in New York."""

ZONE = "America/New_York"


def after(hours: float) -> datetime:
    return OPENED + timedelta(hours=hours)


def promise(tier: Tier, severity: str, key: str | None = None) -> dict[str, Any]:
    shipped = shipped_promise(tier, Severity(severity), ZONE)
    assert shipped is not None
    return replace(shipped, calendar_key=key).data


ADVANCED = promise(Tier.ADVANCED, "medium")
"""Response within 4 h, update within a working day, on 24/5."""


def opened(severity: str = "medium") -> CaseEvent:
    return CaseEvent(OPENED, "opened", {"severity": severity, "tier": "advanced"})


def event(hours: float, kind: str, **facts: object) -> CaseEvent:
    return CaseEvent(after(hours), kind, facts)


def severity(hours: float, before: str, now: str, reason: str) -> CaseEvent:
    level = promise(Tier.ADVANCED, now)
    return event(hours, "severity_changed", before=before, after=now, reason=reason, promise=level)


def clock(name: str, *events: CaseEvent, level: Mapping[str, Any] | None = ADVANCED) -> ClockRecord:
    return facts_of(clock_named(name), level, [opened(), *events])


def test_a_case_without_an_agreement_has_no_clock() -> None:
    record = clock("response", level=None)
    assert (record.facts, record.due_at, record.state) == (None, None, "void")


def test_the_first_version_is_what_was_promised_at_the_opening() -> None:
    record = clock("response")
    assert (record.due_at, record.state, record.version) == (after(4), "running", 0)


def test_half_a_second_of_the_opening_does_not_count() -> None:
    late = CaseEvent(OPENED + timedelta(milliseconds=500), "opened", {"severity": "medium"})
    assert facts_of("response", ADVANCED, [late]).due_at == after(4)


def test_what_got_worse_counts_from_the_change_and_never_later() -> None:
    record = clock("response", severity(1, "medium", "critical", "impact_changed"))
    assert (record.due_at, record.version) == (after(1.5), 1)
    assert clock("response", severity(3.9, "medium", "critical", "impact_changed")).due_at == after(4)


def test_what_always_was_critical_counts_from_the_opening() -> None:
    assert clock("response", severity(1, "medium", "critical", "reclassified")).due_at == after(0.5)


@pytest.mark.parametrize("reason", ["reclassified", "impact_changed"])
def test_what_got_better_counts_from_the_opening_whatever_was_said(reason: str) -> None:
    record = facts_of(
        "response",
        promise(Tier.ADVANCED, "critical"),
        [opened("critical"), severity(0.2, "critical", "medium", reason)],
    )
    assert record.due_at == after(4)
    assert reason_of("critical", "medium", "impact_changed") == "lowered"


def test_an_upgrade_makes_it_earlier_and_never_later() -> None:
    better = promise(Tier.PREMIUM, "medium")
    assert clock("response", event(1, "tier_upgraded", promise=better)).due_at == after(3)
    assert clock("response", event(3.5, "tier_upgraded", promise=better)).due_at == after(4)


def test_an_upgrade_out_of_nothing_counts_from_its_own_instant() -> None:
    better = promise(Tier.PREMIUM, "medium")
    assert clock("response", event(1, "tier_upgraded", promise=better), level=None).due_at == after(3)


def test_a_case_that_was_another_accounts_all_along_counts_from_the_opening() -> None:
    better = promise(Tier.PREMIUM, "medium")
    assert clock("response", event(1, "moved", promise=better), level=None).due_at == after(2)
    assert clock("response", event(1, "moved", promise=better)).due_at == after(2)


def test_a_case_moved_to_an_account_without_an_agreement_has_no_clock_any_more() -> None:
    assert clock("response", event(1, "moved", promise=None)).state == "void"


def test_a_response_is_given_when_the_talk_began_and_stays_given() -> None:
    talk = event(1, "responded", since=after(0.9).isoformat())
    record = clock("response", talk, severity(2, "medium", "critical", "reclassified"))
    assert (record.state, record.satisfied_at, record.due_at, record.version) == (
        "satisfied", after(0.9), after(4), 0,
    )  # fmt: skip


def test_an_answer_sets_the_next_update_going_anew() -> None:
    record = clock("update", event(2, "responded"), event(5, "contacted"))
    assert (record.since, record.due_at, record.version) == (after(5), after(29), 2)


def test_an_update_that_begins_anew_keeps_the_severity_that_holds_by_then() -> None:
    record = clock("update", severity(1, "medium", "critical", "impact_changed"), event(2, "responded"))
    assert record.due_at == after(3)


def test_a_wait_holds_the_update_until_something_is_heard() -> None:
    waiting = event(2, "paused", resume_at=None)
    assert (clock("update", waiting).state, clock("update", waiting).due_at) == ("paused", None)
    assert clock("update", waiting, event(5, "resumed")).due_at == after(27)
    assert clock("response", waiting).due_at == after(4)


def test_a_wait_is_not_lost_when_the_target_changes() -> None:
    record = clock(
        "update",
        event(2, "paused"),
        event(4, "resumed"),
        event(5, "tier_upgraded", promise=promise(Tier.PREMIUM, "medium")),
    )
    assert record.due_at == after(13)


def test_a_second_wait_on_top_of_the_first_only_plans_it_anew() -> None:
    record = clock("update", event(2, "paused", resume_at=None), event(3, "paused", resume_at="2026-03-03T09:00:00Z"))
    assert record.pauses == (Pause(after(2)),)
    assert record.resume_at == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_a_solved_case_owes_nothing_and_a_reopened_one_owes_updates() -> None:
    solved = event(3, "resolved")
    assert clock("response", solved).state == clock("update", solved).state == "satisfied"
    again = clock("update", solved, event(30, "reopened"))
    assert (again.since, again.due_at, again.version) == (after(30), after(54), 1)
    assert clock("response", solved, event(30, "reopened")).state == "satisfied"


def test_what_changed_while_a_case_was_solved_holds_when_it_is_reopened() -> None:
    events = (event(3, "resolved"), severity(4, "medium", "critical", "reclassified"), event(5, "reopened"))
    assert clock("update", *events).due_at == after(6)


def test_an_edited_calendar_counts_from_the_start_for_all_that_counts_on_it() -> None:
    base = promise(Tier.ADVANCED, "medium", "case-24x5")
    edited = calendar_data(default_calendar("business hours", ZONE), "case-24x5")
    record = clock("response", event(1, "recomputed", calendar=edited), level=base)
    assert (record.due_at, record.version) == (after(4), 1)
    late = facts_of(
        "response",
        base,
        [CaseEvent(after(5), "opened", {"severity": "medium"}), event(6, "recomputed", calendar=edited)],
    )
    assert late.due_at == datetime(2026, 3, 3, 15, 0, tzinfo=UTC)


def test_an_edited_calendar_of_another_key_changes_nothing() -> None:
    other = calendar_data(default_calendar("24/7", ZONE), "other")
    assert clock("response", event(1, "recomputed", calendar=other)).version == 0


MOMENTS = st.integers(1, 200).map(lambda quarter: quarter / 4)


@settings(max_examples=60)
@given(st.lists(st.tuples(MOMENTS, st.sampled_from(["pause", "resume", "answer", "worse", "better"])), max_size=8))
def test_the_update_clock_of_any_history_is_that_of_the_rules(steps: list[tuple[float, str]]) -> None:
    """The same history told to the rules directly, step by step, comes to the same due instant."""
    events, facts, now = [opened()], base_facts(), "medium"
    for hours, step in sorted(steps, key=lambda one: one[0]):
        facts, made, now = told(facts, step, after(hours), now)
        events += made
    assert facts_of("update", ADVANCED, events).due_at == due_at(facts)


def base_facts() -> ClockFacts:
    return ClockFacts("update", default_calendar("24/5", ZONE), OPENED, Target(1, "bd"), severity="medium")


def told(facts: ClockFacts, step: str, at: datetime, now: str) -> tuple[ClockFacts, list[CaseEvent], str]:
    waiting = bool(facts.pauses) and facts.pauses[-1].end is None
    if step == "pause":
        pauses = facts.pauses if waiting else (*facts.pauses, Pause(at))
        return replace(facts, pauses=pauses), [CaseEvent(at, "paused", {})], now
    if step == "resume":
        pauses = (*facts.pauses[:-1], Pause(facts.pauses[-1].start, at)) if waiting else facts.pauses
        return replace(facts, pauses=pauses), [CaseEvent(at, "resumed", {})], now
    if step == "answer":
        return restarted(facts, at), [CaseEvent(at, "contacted", {})], now
    after_it = "critical" if step == "worse" else "low"
    if after_it == now:
        return facts, [], now
    hours, target = ("24/7", Target(1, "h")) if step == "worse" else ("24/5", Target(3, "bd"))
    reason = "impact_changed" if step == "worse" else "lowered"
    change = Change(at, reason, target, default_calendar(hours, ZONE), after_it)  # type: ignore[arg-type]  # literals of a table
    made = severity((at - OPENED).total_seconds() / 3600, now, after_it, "impact_changed")
    return replace(facts, changes=(*facts.changes, change)), [made], after_it
