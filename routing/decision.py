"""What happens to a problem: one pure function over tier, severity and instant; its table is the heart of the product."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from intake.entitlement import COVERED, Tier
from intake.severity import Severity
from routing.sla import Calendar, starts_at


class Way(StrEnum):
    """The ways that a problem can go."""

    HUNT = "hunt"
    DUTY_MANAGER = "duty_manager"
    TICKET = "ticket"
    COURTESY = "courtesy"
    BILLABLE = "billable"


class ClockKind(StrEnum):
    """The hours on which a case's clock runs."""

    ALWAYS = "24/7"
    FIVE_DAYS = "24/5"
    BUSINESS = "business hours"
    NONE = "no clock"


class When(StrEnum):
    """Whether a row of the table looks at the calendar."""

    ANY = "any time"
    INSIDE = "inside its hours"
    OUTSIDE = "outside its hours"


class UncoveredCritical(StrEnum):
    """What a critical problem without an active agreement comes to."""

    DUTY_MANAGER = "duty_manager"
    COURTESY = "courtesy"
    BILLABLE = "billable"
    TICKET = "ticket"


class UnverifiedCritical(StrEnum):
    """What a critical problem of a caller whom nobody could name comes to."""

    HUNT = "hunt"
    DUTY_MANAGER = "duty_manager"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class CriticalPolicies:
    """The two switches that decide the rows without an agreement."""

    uncovered: UncoveredCritical = UncoveredCritical.DUTY_MANAGER
    unverified: UnverifiedCritical = UnverifiedCritical.HUNT


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table. `way` None means that a policy decides."""

    tiers: tuple[Tier, ...]
    severities: tuple[Severity, ...]
    when: When
    way: Way | None
    clock: ClockKind
    says: str


LESSER = (Severity.MEDIUM, Severity.LOW)

RULES: tuple[Rule, ...] = (
    Rule(COVERED, (Severity.CRITICAL,), When.ANY, Way.HUNT, ClockKind.ALWAYS,
         "critical case; the caller is held and the 24/7 roster is hunted live"),
    Rule((Tier.PREMIUM,), LESSER, When.ANY, Way.TICKET, ClockKind.ALWAYS,
         "ticket; the clock runs 24/7; the case desk on duty is told"),
    Rule((Tier.ADVANCED,), LESSER, When.INSIDE, Way.TICKET, ClockKind.FIVE_DAYS,
         "ticket; the clock runs on 24/5; the case desk on duty is told"),
    Rule((Tier.ADVANCED,), LESSER, When.OUTSIDE, Way.TICKET, ClockKind.FIVE_DAYS,
         "ticket; the clock starts at the next opening, which the caller hears"),
    Rule((Tier.ESSENTIAL,), LESSER, When.ANY, Way.TICKET, ClockKind.BUSINESS,
         "ticket; the clock runs on business hours"),
    Rule((Tier.NONE,), (Severity.CRITICAL,), When.ANY, None, ClockKind.NONE,
         "policy uncovered_critical decides"),
    Rule((Tier.NONE,), LESSER, When.ANY, Way.TICKET, ClockKind.NONE,
         "ticket without a clock; text with portal and knowledge-center link"),
    Rule((Tier.UNIDENTIFIED,), (Severity.CRITICAL,), When.ANY, None, ClockKind.NONE,
         "policy unverified_critical decides"),
    Rule((Tier.UNIDENTIFIED,), LESSER, When.ANY, Way.TICKET, ClockKind.NONE,
         "name, organisation and problem recorded; ticket for triage"),
)  # fmt: skip
"""The decision table of the technical support guide's tiers; docs, command line and tests read it."""

POLICY_SAYS: dict[tuple[Tier, Way], str] = {
    (Tier.NONE, Way.DUTY_MANAGER): "critical case; the duty manager is paged and decides, the caller is told plainly",
    (Tier.NONE, Way.COURTESY): "hunted like a covered case and entered in the courtesy ledger",
    (Tier.NONE, Way.BILLABLE): "hunted after the caller's consent to be charged, kept as evidence",
    (Tier.NONE, Way.TICKET): "ticket without a clock",
    (Tier.UNIDENTIFIED, Way.HUNT): "name and organisation recorded; hunted, the technician hears 'unverified caller'",
    (Tier.UNIDENTIFIED, Way.DUTY_MANAGER): "name and organisation recorded; the duty manager is paged and decides",
    (Tier.UNIDENTIFIED, Way.TICKET): "name and organisation recorded; ticket for triage",
}
"""What each answer of the two policies means."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What the decision looks at. `calendar` is the service level's, nothing where the tier promises none."""

    tier: Tier
    severity: Severity
    calendar: Calendar | None
    policies: CriticalPolicies = CriticalPolicies()


@dataclass(frozen=True, slots=True)
class Decision:
    """The way, the hours of the clock, the instant at which it starts, and a sentence that says why."""

    way: Way
    clock: ClockKind
    starts_at: datetime | None
    reason: str


def decide(problem: Problem, at: datetime) -> Decision:
    """Decide what a problem that is told at `at` comes to; every combination of tier and severity has exactly one row."""
    starts = _starts_at(problem, at)
    rule = _rule(problem, is_open=starts == at)
    way = rule.way or _policy(problem)
    says = rule.says if rule.way else POLICY_SAYS[problem.tier, way]
    has_clock = rule.clock is not ClockKind.NONE
    return Decision(way, rule.clock, starts if has_clock else None, f"{_subject(problem, rule)}: {says}")


def _starts_at(problem: Problem, at: datetime) -> datetime:
    if problem.severity is Severity.CRITICAL or problem.calendar is None:
        return at
    return starts_at(problem.calendar, at)


def _rule(problem: Problem, *, is_open: bool) -> Rule:
    closed = When.INSIDE if not is_open else When.OUTSIDE
    return next(
        r for r in RULES if problem.tier in r.tiers and problem.severity in r.severities and r.when is not closed
    )


def _policy(problem: Problem) -> Way:
    policies = problem.policies
    return Way(policies.unverified if problem.tier is Tier.UNIDENTIFIED else policies.uncovered)


def _subject(problem: Problem, rule: Rule) -> str:
    tier = {Tier.NONE: "No active SMA", Tier.UNIDENTIFIED: "Unidentified caller"}.get(
        problem.tier, problem.tier.title()
    )
    told = [tier, problem.severity.value]
    if rule.when is not When.ANY:
        told.append(rule.when.value.replace("its hours", rule.clock.value))
    return ", ".join(told)
