"""Things with a start and an end, found by time."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Generic, Protocol, TypeVar

from foundation.windows import Interval


class Period(Protocol):
    """Anything half-open in time."""

    @property
    def start(self) -> datetime:
        """Its first instant."""

    @property
    def end(self) -> datetime:
        """The first instant after it."""


P = TypeVar("P", bound=Period)


class Timetable(Generic[P]):
    """Periods in order of their starts, those of one start in the order given; they may overlap."""

    __slots__ = ("_ends", "_periods", "_starts")

    def __init__(self, periods: Iterable[P]) -> None:
        self._periods = sorted(periods, key=lambda period: period.start)
        self._starts = [period.start for period in self._periods]
        # The latest end so far only grows, so that it can be searched though ends need not be in order.
        self._ends = list(accumulate((period.end for period in self._periods), max))

    def touching(self, start: datetime, end: datetime) -> list[P]:
        """Return the periods that share time with [start, end)."""
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
        return [period for period in self._periods[first:last] if period.end > start]


def common(one: Sequence[Interval], other: Sequence[Interval]) -> Iterator[Interval]:
    """Yield the time that two lists of intervals, each disjoint and in order, have in common."""
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = one[i]
        begin, stop = other[j]
        if start < stop and begin < end:
            yield Interval(max(start, begin), min(end, stop))
        if end <= stop:
            i += 1
        else:
            j += 1


def bare(whole: Sequence[Interval], held: Iterable[Period]) -> Iterator[Interval]:
    """Yield what is left of intervals without some periods; both are disjoint and in order."""
    taken = iter(held)
    period = next(taken, None)
    for start, end in whole:
        begin = start
        while period is not None and period.start < end:
            if begin < period.start:
                yield Interval(begin, period.start)
            begin = max(begin, period.end)
            if period.end > end:
                break
            period = next(taken, None)
        if begin < end:
            yield Interval(begin, end)


def cut(start: datetime, end: datetime, periods: Iterable[Period]) -> Iterator[Interval]:
    """Yield [start, end) cut wherever one of the periods begins or ends."""
    bounds = {start, end}
    for period in periods:
        bounds.update(bound for bound in (period.start, period.end) if start < bound < end)
    ordered = sorted(bounds)
    return (Interval(begin, stop) for begin, stop in pairwise(ordered))
