"""What a calendar feed shows and when it has changed, told without writing it: most readers have it already.

Kept apart from the writing of calendars, whose library takes 0.08 s to import and a quarter of a millisecond an event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from foundation.windows import Interval
from oncall.layers import Roster

FORMAT = 1
"""Raise it when the same shifts are written otherwise: readers then fetch their copy anew."""

MONTHS_BACK, MONTHS_AHEAD = 2, 7
"""Whole months shown before and after the present one, so that a feed changes by itself once a month, not at each reading."""


@dataclass(frozen=True, slots=True)
class Revision:
    """How often a roster has been changed, and when it last was."""

    sequence: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """What a feed shows: rosters with their revisions; the shifts of one person, or of everybody with the gaps.

    `host` goes into the UIDs, so that two organisations never share one. `names` says what to call people.
    """

    title: str
    host: str
    rosters: tuple[tuple[Roster, Revision], ...]
    technician: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    zone: str | None = None


def window(at: datetime) -> Interval:
    """Return the months that a feed shows at an instant, whole ones by UTC."""
    return Interval(_month(at, -MONTHS_BACK), _month(at, MONTHS_AHEAD))


def _month(at: datetime, months: int) -> datetime:
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def title(technician: str | None, names: Mapping[str, str], rosters: Sequence[str]) -> str:
    """Name a feed: after its person, or after its roster."""
    if technician is not None:
        return f"On call: {names.get(technician, technician)}"
    return f"On call: {rosters[0]}" if len(rosters) == 1 else "On call"


def fingerprint(published: Published, shown: Interval) -> str:
    """Name what a feed would hold: the same name, the same bytes. Made of everything that the feed is written from."""
    return sha256(repr((FORMAT, published, shown)).encode()).hexdigest()[:32]
