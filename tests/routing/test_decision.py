"""The decision, every combination: the table of the product, row by row."""

from datetime import UTC, datetime
from itertools import product

import pytest

from intake.entitlement import COVERED, Tier
from intake.severity import Severity
from routing.decision import (
    LESSER,
    POLICY_SAYS,
    RULES,
    ClockKind,
    CriticalPolicies,
    Problem,
    UncoveredCritical,
    UnverifiedCritical,
    Way,
    When,
    decide,
)
from routing.sla import SERVICE_LEVELS, Calendar, default_calendar

CHICAGO = "America/Chicago"
WEDNESDAY_NOON = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)
WEDNESDAY_NIGHT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 3, 7, 18, 0, tzinfo=UTC)
MONDAY_MIDNIGHT = datetime(2026, 3, 9, 5, 0, tzinfo=UTC)
"""Monday 00:00 in Chicago, the first one in summer time."""

MONDAY_OFFICE = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
WEDNESDAY_OFFICE = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
INSTANTS = (WEDNESDAY_NOON, WEDNESDAY_NIGHT, SATURDAY)


def shipped_calendar(tier: Tier, severity: Severity) -> Calendar | None:
    level = SERVICE_LEVELS.get((tier, severity))
    return None if level is None else default_calendar(level.hours, CHICAGO)


def problem(tier: Tier, severity: Severity, policies: CriticalPolicies | None = None) -> Problem:
    return Problem(tier, severity, shipped_calendar(tier, severity), policies or CriticalPolicies())


@pytest.mark.parametrize(("tier", "at"), list(product(COVERED, INSTANTS)))
def test_a_critical_problem_with_an_agreement_is_hunted_at_any_time(tier: Tier, at: datetime) -> None:
    decision = decide(problem(tier, Severity.CRITICAL), at)
    assert (decision.way, decision.clock, decision.starts_at) == (Way.HUNT, ClockKind.ALWAYS, at)


@pytest.mark.parametrize(
    ("tier", "at", "clock", "starts_at"),
    [
        (Tier.PREMIUM, WEDNESDAY_NIGHT, ClockKind.ALWAYS, WEDNESDAY_NIGHT),
        (Tier.PREMIUM, SATURDAY, ClockKind.ALWAYS, SATURDAY),
        (Tier.ADVANCED, WEDNESDAY_NIGHT, ClockKind.FIVE_DAYS, WEDNESDAY_NIGHT),
        (Tier.ADVANCED, SATURDAY, ClockKind.FIVE_DAYS, MONDAY_MIDNIGHT),
        (Tier.ADVANCED, MONDAY_MIDNIGHT, ClockKind.FIVE_DAYS, MONDAY_MIDNIGHT),
        (Tier.ESSENTIAL, WEDNESDAY_NOON, ClockKind.BUSINESS, WEDNESDAY_NOON),
        (Tier.ESSENTIAL, WEDNESDAY_NIGHT, ClockKind.BUSINESS, WEDNESDAY_OFFICE),
        (Tier.ESSENTIAL, SATURDAY, ClockKind.BUSINESS, MONDAY_OFFICE),
        (Tier.NONE, SATURDAY, ClockKind.NONE, None),
        (Tier.UNIDENTIFIED, SATURDAY, ClockKind.NONE, None),
    ],
)
@pytest.mark.parametrize("severity", LESSER)
def test_a_lesser_problem_becomes_a_ticket_on_the_hours_of_its_tier(
    tier: Tier, at: datetime, clock: ClockKind, starts_at: datetime | None, severity: Severity
) -> None:
    decision = decide(problem(tier, severity), at)
    assert (decision.way, decision.clock, decision.starts_at) == (Way.TICKET, clock, starts_at)


@pytest.mark.parametrize(("policy", "at"), list(product(UncoveredCritical, INSTANTS)))
def test_a_critical_problem_without_an_agreement_goes_as_the_policy_says(
    policy: UncoveredCritical, at: datetime
) -> None:
    decision = decide(problem(Tier.NONE, Severity.CRITICAL, CriticalPolicies(uncovered=policy)), at)
    assert (decision.way.value, decision.clock, decision.starts_at) == (policy.value, ClockKind.NONE, None)
    assert decision.reason == f"No active SMA, critical: {POLICY_SAYS[Tier.NONE, decision.way]}"


@pytest.mark.parametrize(("policy", "at"), list(product(UnverifiedCritical, INSTANTS)))
def test_a_critical_problem_of_an_unidentified_caller_goes_as_the_policy_says(
    policy: UnverifiedCritical, at: datetime
) -> None:
    decision = decide(problem(Tier.UNIDENTIFIED, Severity.CRITICAL, CriticalPolicies(unverified=policy)), at)
    assert (decision.way.value, decision.clock, decision.starts_at) == (policy.value, ClockKind.NONE, None)
    assert decision.reason == f"Unidentified caller, critical: {POLICY_SAYS[Tier.UNIDENTIFIED, decision.way]}"


def test_the_shipped_policies_page_the_duty_manager_and_hunt_for_unverified_callers() -> None:
    policies = CriticalPolicies()
    assert (policies.uncovered, policies.unverified) == (UncoveredCritical.DUTY_MANAGER, UnverifiedCritical.HUNT)


@pytest.mark.parametrize(("tier", "severity"), list(product(Tier, Severity)))
def test_every_combination_has_one_row_or_one_inside_and_one_outside(tier: Tier, severity: Severity) -> None:
    rows = [rule.when for rule in RULES if tier in rule.tiers and severity in rule.severities]
    assert rows in ([When.ANY], [When.INSIDE, When.OUTSIDE])


@pytest.mark.parametrize(("tier", "severity", "at"), list(product(Tier, Severity, INSTANTS)))
def test_every_decision_gives_its_reason_and_names_tier_and_severity(
    tier: Tier, severity: Severity, at: datetime
) -> None:
    reason = decide(problem(tier, severity), at).reason
    subject, colon, says = reason.partition(": ")
    assert colon
    assert says
    assert severity.value in subject


def test_the_reason_says_whether_it_was_inside_24_5() -> None:
    inside = decide(problem(Tier.ADVANCED, Severity.LOW), WEDNESDAY_NOON)
    outside = decide(problem(Tier.ADVANCED, Severity.LOW), SATURDAY)
    assert inside.reason.startswith("Advanced, low, inside 24/5: ")
    assert outside.reason.startswith("Advanced, low, outside 24/5: ")
