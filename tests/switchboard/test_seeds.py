"""The standing cast: what tests, documents and the demo rely on, and that the defaults say what the code says."""

import tomllib
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest

from foundation.windows import parse_coverage
from intake.entitlement import Contract, Tier, entitlement
from oncall.coverage import gaps
from oncall.layers import parse_roster
from oncall.resolver import on_duty
from routing.sla import DEFAULT_HOURS, SERVICE_LEVELS, parse_target
from routing.store import SHIPPED_STEPS, Policies
from switchboard.demo import demo_world
from switchboard.world_check import check


def seed(name: str) -> dict[str, Any]:
    """Read a seed as it is written."""
    return tomllib.loads((files("switchboard") / "seeds" / name).read_text(encoding="utf-8"))


DEFAULTS, CAST = seed("defaults.toml"), seed("demo.toml")
HOURS = {"24/7": "case-24x7", "24/5": "case-24x5", "business hours": "business-hours"}
NOW = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)


def test_the_seeds_have_no_faults() -> None:
    assert check(demo_world(), {}) == ()


def test_the_default_service_levels_are_those_of_the_code() -> None:
    written = {
        (row["tier"], row["severity"]): (row["response"], row["update"], row["calendar"])
        for row in DEFAULTS["service_levels"]
    }
    assert written == {
        (tier.value, severity.value): (str(level.response), str(level.update), HOURS[level.hours])
        for (tier, severity), level in SERVICE_LEVELS.items()
    }
    assert all(parse_target(text) for row in DEFAULTS["service_levels"] for text in (row["response"], row["update"]))


@pytest.mark.parametrize("hours", DEFAULT_HOURS)
def test_the_default_calendars_are_those_of_the_code(hours: Any) -> None:  # noqa: ANN401 - one of the kinds of hours
    row = next(row for row in DEFAULTS["calendars"] if row["key"] == HOURS[hours])
    assert parse_coverage("always" if row["mode"] == "always" else row["windows"]) == DEFAULT_HOURS[hours]
    assert (row["zone"], row["holidays"]) == ("account", [])


def test_the_default_policies_are_those_of_the_code() -> None:
    shipped = Policies()
    named = {name: getattr(shipped, name) for name in Policies.__slots__ if name != "critical"}
    critical = {"uncovered_critical": shipped.critical.uncovered, "unverified_critical": shipped.critical.unverified}
    assert DEFAULTS["policies"] == named | critical


@pytest.mark.parametrize(
    ("account", "tier"),
    [("northside", "premium"), ("riverbend", "advanced"), ("mesa", "essential"), ("lakeshore", "none")],
)
@pytest.mark.parametrize("year", [2026, 2028, 2031])
def test_the_cast_has_an_account_of_each_tier_for_years(account: str, tier: str, year: int) -> None:
    row = next(row for row in CAST["accounts"] if row["key"] == account)
    contracts = [
        Contract(Tier(c["tier"]), *(datetime.fromisoformat(c[name]).date() for name in ("starts", "ends")))
        for c in row["contracts"]
    ]
    assert entitlement(contracts, row["time_zone"], NOW.replace(year=year)).tier.value == tier


@pytest.mark.parametrize("row", CAST["rosters"], ids=lambda row: row["key"])
@pytest.mark.parametrize("year", [2026, 2031])
def test_the_rosters_of_the_cast_have_no_gaps(row: dict[str, Any], year: int) -> None:
    assert gaps(parse_roster(row), datetime(year, 1, 5, tzinfo=UTC), datetime(year + 1, 1, 5, tzinfo=UTC)) == []


def test_the_critical_line_rings_sam_first_in_2026() -> None:
    roster = parse_roster(next(row for row in CAST["rosters"] if row["key"] == "critical"))
    assert [duty.technician for duty in on_duty(roster, NOW)] == ["sam"]


def test_one_number_belongs_to_contacts_of_two_accounts_and_one_account_speaks_spanish() -> None:
    phones = [contact["phone"] for account in CAST["accounts"] for contact in account["contacts"]]
    assert [phone for phone in set(phones) if phones.count(phone) == 2] == ["+12025550115"]
    assert [account["key"] for account in CAST["accounts"] if account.get("language") == "es"] == ["mesa"]


def test_the_shipped_steps_ring_rosters_that_the_cast_has() -> None:
    rosters = {f"roster:{row['key']}" for row in CAST["rosters"]}
    named: list[dict[str, Any]] = SHIPPED_STEPS
    assert {target for step in named for target in step["ring"]} <= rosters
