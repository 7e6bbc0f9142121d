"""The rules of coverage once more, minute by minute: slow, simple, and sharing nothing with the code under test."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from foundation.windows import Always, Closure, Coverage

MINUTE = timedelta(minutes=1)
SEARCHED = timedelta(days=14)

ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Phoenix",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Dublin",
    "Asia/Jerusalem",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
)

CHANGES = {
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/Chicago": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/Phoenix": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/Sao_Paulo": (date(2015, 10, 18), date(2016, 2, 21)),
    "Europe/London": (date(2026, 3, 29), date(2026, 10, 25)),
    "Europe/Dublin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Asia/Jerusalem": (date(2026, 3, 27), date(2026, 10, 25)),
    "Asia/Kolkata": (date(2026, 3, 8), date(2026, 11, 1)),
    "Asia/Kathmandu": (date(2026, 3, 8), date(2026, 11, 1)),
    "Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 30)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Pacific/Auckland": (date(2026, 4, 5), date(2026, 9, 27)),
    "Pacific/Chatham": (date(2026, 4, 5), date(2026, 9, 27)),
}
"""The local dates on which the clock is changed, or plain ones where it never is."""


class Minutes:
    """Fourteen days of a zone, a minute at a time, from 00:00 UTC on a day; rules hold from the second day on."""

    def __init__(self, zone: ZoneInfo, first: date) -> None:
        self.start = datetime(first.year, first.month, first.day, tzinfo=UTC)
        self.instants = [self.start + MINUTE * n for n in range(int(SEARCHED / MINUTE))]
        self.walls = [at.astimezone(zone).replace(tzinfo=None) for at in self.instants]

    def open_flags(self, coverage: Coverage, closures: Sequence[Closure] = ()) -> list[bool]:
        """Say of every minute whether it is open."""
        flags = [isinstance(coverage, Always)] * len(self.walls)
        for opens, closes in self._window_walls(coverage):
            self._paint(flags, opens, closes, value=True)
        for closure in closures:
            midnight = datetime(closure.date.year, closure.date.month, closure.date.day)
            for begin, end in closure.closed:
                self._paint(flags, midnight + MINUTE * begin, midnight + MINUTE * end, value=False)
        return flags

    def _window_walls(self, coverage: Coverage) -> list[tuple[datetime, datetime]]:
        if isinstance(coverage, Always):
            return []
        monday = (self.walls[0] - timedelta(days=self.walls[0].weekday() + 7)).replace(hour=0, minute=0)
        found = []
        for week in range(5):
            for window in coverage.windows:
                opens = monday + timedelta(days=7 * week + window.open_day, minutes=window.open_minute)
                closes = monday + timedelta(days=7 * week + window.close_day, minutes=window.close_minute)
                found.append((opens, closes if closes > opens else closes + timedelta(days=7)))
        return found

    def _paint(self, flags: list[bool], opens: datetime, closes: datetime, *, value: bool) -> None:
        """From the first minute that shows the opening or more, to the last that shows less than the closing."""
        if closes <= self.walls[0] or opens > self.walls[-1]:
            return
        first = next(n for n, wall in enumerate(self.walls) if wall >= opens)
        last = next(n for n in reversed(range(len(self.walls))) if self.walls[n] < closes)
        flags[first : last + 1] = [value] * (last + 1 - first)


@lru_cache(maxsize=64)
def minutes(zone: ZoneInfo, first: date) -> Minutes:
    return Minutes(zone, first)
