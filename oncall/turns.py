"""Whose turn a shift is, by number: the calendar's, or only of shifts in which somebody was needed.

A calendar turn is the number of the shift. A covered turn counts the shifts that touch the layer's coverage, cut to the
roster's and to its holidays: a weekdays-only daily rotation with covered turns starves nobody. The count runs from
shift 0 in both directions and is arithmetic: coverage repeats weekly while the clocks of the zones stand still, so only
the shifts beside a clock change or a holiday are looked at one by one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from math import gcd
from zoneinfo import ZoneInfo

from foundation.windows import DAY, WEEK, Closure, Coverage, Interval, closed_intervals, iter_open, merged
from oncall.rotation import DAWN, DUSK, STEPS, Rotation

BLOCK = 512
"""Shifts whose covered ones are counted once and remembered together."""

SECOND = timedelta(seconds=1)

Phase = tuple[int, timedelta, timedelta]
"""Second of the week at which a shift begins, and the offsets of the two zones: what settles whether it is covered."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The open time of a layer: its own coverage in its zone, cut to its roster's in that zone, less the holidays."""

    layer: Coverage
    layer_zone: ZoneInfo
    roster: Coverage
    roster_zone: ZoneInfo
    holidays: tuple[Closure, ...]

    def touch(self, start: datetime, end: datetime) -> bool:
        """Say whether any time in [start, end) is open."""
        return any(
            next(iter_open(self.roster, self.roster_zone, begin, stop, self.holidays), None)
            for begin, stop in iter_open(self.layer, self.layer_zone, start, end)
        )

    def unsettled(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Yield, merged and in order, the stretches of [start, end) that need not be like any other week."""
        years = range(max(start.year - 1, DAWN.year), min(end.year + 2, DUSK.year))
        pieces = list(closed_intervals(self.holidays, self.roster_zone))
        for zone in (self.layer_zone, self.roster_zone):
            pieces += (piece for year in years for piece in clock_changes(zone.key, year))
        return (Interval(max(s, start), min(e, end)) for s, e in merged(sorted(pieces)) if s < end and e > start)


@lru_cache(maxsize=4096)
def clock_changes(zone: str, year: int) -> tuple[Interval, ...]:
    """Return the days of a year in which the zone's offset changes, wider by the change on either side.

    So much wider, because a wall time that is repeated or skipped lies no further from the change than its size: past
    that, windows are what the offset in force makes of them.
    """
    began = datetime(year, 1, 1, tzinfo=UTC)
    days = (datetime(year + 1, 1, 1, tzinfo=UTC) - began).days
    offsets = [_offset(began + DAY * day, ZoneInfo(zone)) for day in range(days + 1)]
    changes = ((began + DAY * day, abs(b - a)) for day, (a, b) in enumerate(pairwise(offsets)) if a != b)
    return tuple(Interval(day - size, day + DAY + size) for day, size in changes)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


@dataclass(frozen=True, slots=True)
class CoveredTurns:
    """Counts the covered shifts of a rotation; what was counted is remembered while the rule stays the same."""

    rotation: Rotation
    hours: Hours
    _turns: dict[int, int] = field(default_factory=dict, compare=False, repr=False)
    _blocks: dict[int, int] = field(default_factory=dict, compare=False, repr=False)
    _phases: dict[Phase, bool] = field(default_factory=dict, compare=False, repr=False)

    def turn(self, n: int) -> int:
        """Return the number of covered shifts in [0, n); before 0, minus the number in [n, 0)."""
        if n not in self._turns:
            self._turns[n] = self._after_zero(n) if n >= 0 else -self._before_zero(n)
        return self._turns[n]

    def _after_zero(self, n: int) -> int:
        blocks = n // BLOCK
        return sum(self._block(block) for block in range(blocks)) + self._count(blocks * BLOCK, n)

    def _before_zero(self, n: int) -> int:
        first = -(-n // BLOCK)
        return self._count(n, first * BLOCK) + sum(self._block(block) for block in range(first, 0))

    def _block(self, block: int) -> int:
        if block not in self._blocks:
            self._blocks[block] = self._count(block * BLOCK, (block + 1) * BLOCK)
        return self._blocks[block]

    def _count(self, first: int, last: int) -> int:
        """Count the covered shifts in [first, last)."""
        count, n = 0, first
        for start, end in self.hours.unsettled(self.rotation.handoff(first), self.rotation.handoff(last)):
            beside = max(n, min(last, self.rotation.shift_at(start).n))
            beyond = max(beside, min(last, self.rotation.shift_at(end).n + 1))
            count += self._settled(n, beside) + self._one_by_one(beside, beyond)
            n = beyond
        return count + self._settled(n, last)

    def _one_by_one(self, first: int, last: int) -> int:
        shifts = (self.rotation.shift(n) for n in range(first, last))
        return sum(self.hours.touch(shift.start, shift.end) for shift in shifts)

    def _settled(self, first: int, last: int) -> int:
        """Count in [first, last), none of which touches an unsettled stretch: the pattern repeats after whole weeks."""
        if self.rotation.unit == "months":
            return self._one_by_one(first, last)
        step = STEPS[self.rotation.unit] * self.rotation.length // SECOND
        cycle = WEEK // SECOND // gcd(step, WEEK // SECOND)
        cycles, rest = divmod(last - first, cycle)
        whole = cycles * self._by_phase(first, first + cycle) if cycles else 0
        return whole + self._by_phase(last - rest, last)

    def _by_phase(self, first: int, last: int) -> int:
        return sum(self._phase_covered(n) for n in range(first, last))

    def _phase_covered(self, n: int) -> bool:
        start = self.rotation.handoff(n)
        second = int(start.timestamp()) % (WEEK // SECOND)
        phase = second, _offset(start, self.hours.layer_zone), _offset(start, self.hours.roster_zone)
        if phase not in self._phases:
            self._phases[phase] = self.hours.touch(start, self.rotation.handoff(n + 1))
        return self._phases[phase]


@lru_cache(maxsize=1024)
def covered_turns(rotation: Rotation, hours: Hours) -> CoveredTurns:
    """Return the one counter of a rule, so that editing overrides does not forget what was counted."""
    return CoveredTurns(rotation, hours)
