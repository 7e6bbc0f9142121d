"""What an account is entitled to at an instant: the best contract whose dates hold that day, in the account's own zone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Tier(StrEnum):
    """The tiers of the Service Maintenance Agreement, no active one, and a caller whom nobody could name."""

    NONE = "none"
    ESSENTIAL = "essential"
    ADVANCED = "advanced"
    PREMIUM = "premium"
    UNIDENTIFIED = "unidentified"


COVERED = (Tier.ESSENTIAL, Tier.ADVANCED, Tier.PREMIUM)
"""The tiers with a contract, from the least to the best."""


@dataclass(frozen=True, slots=True)
class Contract:
    """An SMA: its tier and its first and last day, both inclusive."""

    tier: Tier
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What holds at an instant, on which local day, and by which contract."""

    tier: Tier
    day: date
    contract: Contract | None


def entitlement(contracts: Iterable[Contract], zone: str, at: datetime, grace_days: int = 0) -> Entitlement:
    """Find the best contract that holds on the account's local date of `at`; `grace_days` prolong every contract's end."""
    day = at.astimezone(ZoneInfo(zone)).date()
    grace = timedelta(days=grace_days)
    holding = [c for c in contracts if c.starts <= day <= c.ends + grace]
    best = max(holding, key=lambda c: (COVERED.index(c.tier), c.ends), default=None)
    return Entitlement(best.tier if best else Tier.NONE, day, best)
