from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.entitlement import COVERED, Contract, Tier, entitlement

ZONES = (
    "America/New_York",
    "America/Phoenix",
    "Pacific/Auckland",
    "Pacific/Honolulu",
    "Pacific/Chatham",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "UTC",
)
LAST_DAY = date(2026, 3, 7)
"""The day before New York loses an hour."""


def contract(tier: Tier = Tier.ADVANCED, starts: str = "2026-01-01", ends: str = "2026-12-31") -> Contract:
    return Contract(tier, date.fromisoformat(starts), date.fromisoformat(ends))


def local(day: date, wall: str, zone: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(wall), ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("wall", ["00:00", "12:00", "23:59:59"])
def test_an_agreement_holds_on_the_whole_of_its_last_day_in_the_account_s_zone(zone: str, wall: str) -> None:
    ends_today = contract(ends=LAST_DAY.isoformat())
    assert entitlement([ends_today], zone, local(LAST_DAY, wall, zone)).tier is Tier.ADVANCED


@pytest.mark.parametrize("zone", ZONES)
def test_an_agreement_is_over_one_second_after_the_last_local_midnight(zone: str) -> None:
    ended_yesterday = contract(ends=LAST_DAY.isoformat())
    found = entitlement([ended_yesterday], zone, local(LAST_DAY + timedelta(days=1), "00:00", zone))
    assert (found.tier, found.contract) == (Tier.NONE, None)
    assert found.day == LAST_DAY + timedelta(days=1)


@pytest.mark.parametrize("zone", ZONES)
def test_an_agreement_begins_with_the_first_second_of_its_first_local_day(zone: str) -> None:
    starts_today = contract(starts=LAST_DAY.isoformat())
    midnight = local(LAST_DAY, "00:00", zone)
    assert entitlement([starts_today], zone, midnight).tier is Tier.ADVANCED
    assert entitlement([starts_today], zone, midnight - timedelta(seconds=1)).tier is Tier.NONE


@pytest.mark.parametrize(
    ("zone", "tier"),
    [
        ("America/Los_Angeles", Tier.ADVANCED),
        ("America/New_York", Tier.NONE),
        ("Europe/London", Tier.NONE),
        ("Pacific/Auckland", Tier.NONE),
        ("Pacific/Honolulu", Tier.ADVANCED),
    ],
)
def test_one_instant_is_another_day_in_another_zone(zone: str, tier: Tier) -> None:
    half_past_midnight_in_new_york = datetime(2026, 3, 8, 5, 30, tzinfo=UTC)
    ends = contract(ends=LAST_DAY.isoformat())
    assert entitlement([ends], zone, half_past_midnight_in_new_york).tier is tier


@pytest.mark.parametrize(("late", "tier"), [(3, Tier.ADVANCED), (4, Tier.NONE)])
def test_grace_days_prolong_an_agreement_by_whole_local_days(late: int, tier: Tier) -> None:
    day = LAST_DAY + timedelta(days=late)
    at = local(day, "23:59", "America/New_York")
    assert entitlement([contract(ends=LAST_DAY.isoformat())], "America/New_York", at, grace_days=3).tier is tier


def test_grace_days_do_not_make_an_agreement_begin_earlier() -> None:
    at = local(LAST_DAY - timedelta(days=1), "12:00", "UTC")
    assert entitlement([contract(starts=LAST_DAY.isoformat())], "UTC", at, grace_days=30).tier is Tier.NONE


def test_of_several_agreements_that_hold_the_best_tier_counts_whatever_their_order() -> None:
    held = [contract(Tier.ESSENTIAL), contract(Tier.PREMIUM), contract(Tier.ADVANCED)]
    for given_order in (held, held[::-1]):
        assert entitlement(given_order, "UTC", local(LAST_DAY, "12:00", "UTC")).tier is Tier.PREMIUM


def test_a_better_agreement_that_is_over_does_not_count() -> None:
    over, holds = contract(Tier.PREMIUM, ends="2026-03-06"), contract(Tier.ESSENTIAL)
    found = entitlement([over, holds], "UTC", local(LAST_DAY, "12:00", "UTC"))
    assert (found.tier, found.contract) == (Tier.ESSENTIAL, holds)


def test_of_two_agreements_of_one_tier_the_longer_one_is_named() -> None:
    short, long = contract(ends="2026-06-30"), contract(ends="2027-06-30")
    assert entitlement([short, long], "UTC", local(LAST_DAY, "12:00", "UTC")).contract == long


def test_an_account_without_agreements_has_none() -> None:
    assert entitlement([], "UTC", local(LAST_DAY, "12:00", "UTC")).tier is Tier.NONE


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
CONTRACTS = st.lists(st.builds(Contract, st.sampled_from(COVERED), DAYS, DAYS), max_size=4)


@settings(max_examples=80, deadline=None)
@given(
    contracts=CONTRACTS,
    zone=st.sampled_from(ZONES),
    at=st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    grace=st.integers(0, 40),
)
def test_the_answer_is_the_same_at_every_instant_of_one_local_day(
    contracts: list[Contract], zone: str, at: datetime, grace: int
) -> None:
    found = entitlement(contracts, zone, at, grace)
    assert entitlement(contracts, zone, local(found.day, "12:00", zone), grace) == found
    assert (found.tier is Tier.NONE) == (found.contract is None)


@settings(max_examples=60, deadline=None)
@given(contracts=CONTRACTS, grace=st.integers(0, 20), more=st.integers(0, 20))
def test_more_grace_never_takes_a_tier_away(contracts: list[Contract], grace: int, more: int) -> None:
    ranks = [Tier.NONE, *COVERED]
    at = local(LAST_DAY, "12:00", "UTC")
    strict, lenient = (entitlement(contracts, "UTC", at, days).tier for days in (grace, grace + more))
    assert ranks.index(lenient) >= ranks.index(strict)
