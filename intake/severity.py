"""How bad it is: the guide's three severities, in its own words."""

from enum import StrEnum


class Severity(StrEnum):
    """Critical: complete outage or 100 % network failure. Medium: degraded, not halted. Low: a minor inconvenience."""

    CRITICAL = "critical"
    MEDIUM = "medium"
    LOW = "low"


DEFINITIONS = {
    Severity.CRITICAL: "Complete system outage or 100 % network failure",
    Severity.MEDIUM: "Degraded system performance affecting workflows, but not halting operations",
    Severity.LOW: "Minor inconvenience with no significant operational impact",
}
"""The technical support guide's own definitions."""
