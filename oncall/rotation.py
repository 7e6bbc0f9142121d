"""When a rotation hands over, and which of its shifts holds an instant.

The rule is written in wall-clock time and the answers are instants: handoff(n) = resolve(start + n x length) for every
integer n, also before the start. Hours follow the wall clock like days do, so a 12-hour shift stays 07 to 19 when the
clock changes. A shift whose two handoffs fall into one gap has no length: it holds no instant, but keeps its number.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from foundation.windows import first_instant, wall_clock

Unit = Literal["hours", "days", "weeks", "months"]

STEPS: dict[Unit, timedelta] = {"hours": timedelta(hours=1), "days": timedelta(days=1), "weeks": timedelta(weeks=1)}
"""Length of each unit that has one; months count from the anchor day instead."""

DAWN = datetime(2, 1, 1, tzinfo=UTC)
DUSK = datetime(9998, 1, 1, tzinfo=UTC)
"""The first and the last handoff there can be; a year is left on either side for the offsets of zones."""


class Shift(NamedTuple):
    """The n-th shift of a rotation, half-open, as the rule makes it: never cut to coverage, versions or questions."""

    n: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Rotation:
    """Shifts of `length` units each, counted from `start`, a naive wall time of the zone: handoff(0)."""

    unit: Unit
    length: int
    start: datetime
    zone: ZoneInfo

    def handoff(self, n: int) -> datetime:
        """Return the instant at which shift n begins; beyond the calendar, the first or the last there can be."""
        try:
            wall = self._wall(n)
        except (OverflowError, ValueError):
            return DUSK if n > 0 else DAWN
        if DAWN.year < wall.year < DUSK.year:
            return first_instant(wall, self.zone)
        return DUSK if n > 0 else DAWN

    def _wall(self, n: int) -> datetime:
        if self.unit == "months":
            return months_after(self.start, n * self.length)
        return self.start + STEPS[self.unit] * (n * self.length)

    def shift(self, n: int) -> Shift:
        """Return shift n, which may be empty."""
        return Shift(n, self.handoff(n), self.handoff(n + 1))

    def shift_at(self, at: datetime) -> Shift:
        """Return the shift that holds an instant: the n with handoff(n) <= at < handoff(n + 1).

        The wall clock only proposes n; instants decide. In a repeated hour the proposal is one repetition too small.
        """
        n = self._proposal(wall_clock(at, self.zone))
        start = self.handoff(n)
        while start > at:
            n -= 1
            start = self.handoff(n)
        end = self.handoff(n + 1)
        while end <= at < DUSK:
            n, start, end = n + 1, end, self.handoff(n + 2)
        return Shift(n, start, end)

    def _proposal(self, wall: datetime) -> int:
        if self.unit == "months":
            return ((wall.year - self.start.year) * 12 + wall.month - self.start.month) // self.length
        return (wall - self.start) // (STEPS[self.unit] * self.length)

    def shifts(self, start: datetime, end: datetime) -> Iterator[Shift]:
        """Yield the shifts that touch [start, end), whole and in order; empty ones are left out."""
        shift = self.shift_at(start)
        while shift.start < end and shift.start < DUSK:
            if shift.start < shift.end:
                yield shift
            shift = Shift(shift.n + 1, shift.end, self.handoff(shift.n + 2))


def months_after(wall: datetime, months: int) -> datetime:
    """Return the same day of the month so many months on, or the month's last day where it is shorter."""
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    return wall.replace(year=year, month=month + 1, day=min(wall.day, monthrange(year, month + 1)[1]))
