"""Due instants against a clock that is stepped by the minute, from the rules and not from the code."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from foundation.windows import Closure, Weekly, WeeklyWindow, open_time, zone_named
from routing.sla import (
    Calendar,
    Change,
    Clock,
    ClockFacts,
    Pause,
    Reason,
    Target,
    counted_waits,
    due,
    due_at,
    notices,
    promises,
)
from tests.foundation.minutes import CHANGES, MINUTE, ZONES, Minutes, minutes
from tests.foundation.test_windows import closure_lists


class Stepped:
    """One case on a table of minutes; instants are minute numbers, None is a clock that stands or leaves the table."""

    def __init__(self, facts: ClockFacts, table: Minutes) -> None:
        self.facts, self.table = facts, table
        self.changes = sorted(facts.changes, key=lambda change: change.at)
        self.reset = max((n for n, c in enumerate(self.changes) if c.reason in ("reclassified", "lowered")), default=-1)

    def number(self, at: datetime) -> int:
        return int((at - self.table.start) / MINUTE)

    def waiting(self, minute: int) -> bool:
        """Say whether the case waits at a minute and this clock stands for it."""
        at = self.table.instants[minute]
        if self.facts.clock == "response" or not self._paused(at):
            return False
        return self.facts.clock == "resolution" or not (self.facts.escalated or self._severity(at) == "critical")

    def _paused(self, at: datetime) -> bool:
        return any(p.start <= at and (p.end is None or at < p.end) for p in self.facts.pauses)

    def _severity(self, at: datetime) -> str:
        told = [c.severity for n, c in enumerate(self.changes) if c.severity and (n <= self.reset or c.at <= at)]
        return told[-1] if told else self.facts.severity

    def due(self) -> int | None:
        """The earliest due minute: of the case as the last correction made it, and of each worsening after it."""
        dues = []
        for n in range(self.reset, len(self.changes)):
            start = self.facts.opened if n == self.reset else max(self.changes[n].at, self.facts.opened)
            known = self.changes[: n + 1]
            target = ([self.facts.target] + [c.target for c in known if c.target])[-1]
            calendar = ([self.facts.calendar] + [c.calendar for c in known if c.calendar])[-1]
            dues.append(self._promise(self.number(start), target, calendar))
        return min((found for found in dues if found is not None), default=None)

    def _promise(self, start: int, target: Target, calendar: Calendar) -> int | None:
        coverage, closures = calendar.counted
        flags = self.table.open_flags(coverage, closures)
        if target.unit == "bd":
            nominal = self._working_day(start, target.amount, flags)
            return None if nominal is None else self._pushed(start, nominal, flags)
        left = target.amount * (60 if target.unit == "h" else 1)
        at = self._step(start, left, flags)
        return None if at is None or self._stands_from(at) else at

    def _step(self, start: int, left: int, flags: Sequence[bool]) -> int | None:
        for minute in range(start, len(flags)):
            left -= flags[minute] and not self.waiting(minute)
            if left <= 0:
                return minute + 1
        return None

    def _working_day(self, start: int, count: int, flags: Sequence[bool]) -> int | None:
        """The same wall time on the N-th later date that has an open minute, else the next one, else its close."""
        wall = self.table.walls[start]
        dates = sorted({w.date() for n, w in enumerate(self.table.walls) if flags[n]})
        later = [day for day in dates if wall.date() < day < self.table.walls[-1].date()]
        if len(later) < count:
            return None
        of_day = [n for n, w in enumerate(self.table.walls) if w.date() == later[count - 1]]
        shown = next(n for n in of_day if self.table.walls[n].time() >= wall.time())
        return next((n for n in of_day if n >= shown and flags[n]), max(n for n in of_day if flags[n]) + 1)

    def _pushed(self, start: int, nominal: int, flags: Sequence[bool]) -> int | None:
        """Move on by the open minutes of every wait that had begun before the clock fell due."""
        at: int | None = nominal
        for began, ended in self._runs_of_waiting(start):
            if at is not None and began < at:
                at = self._raw_step(at, sum(flags[began:ended]), flags)
        return None if at is None or self._stands_from(at) else at

    def _runs_of_waiting(self, start: int) -> list[tuple[int, int]]:
        minutes_of_waiting = [n for n in range(start, len(self.table.walls)) if self.waiting(n)]
        began = [n for n in minutes_of_waiting if n == start or not self.waiting(n - 1)]
        ended = [n + 1 for n in minutes_of_waiting if n + 1 == len(self.table.walls) or not self.waiting(n + 1)]
        return list(zip(began, ended, strict=True))

    def _raw_step(self, start: int, left: int, flags: Sequence[bool]) -> int | None:
        if left == 0:
            return start
        open_minutes = [n for n in range(start, len(flags)) if flags[n]]
        return open_minutes[left - 1] + 1 if left <= len(open_minutes) else None

    def _stands_from(self, minute: int) -> bool:
        """Whether a wait that nobody has ended holds the clock at a minute."""
        return all(self.waiting(n) for n in range(minute, len(self.table.walls)))


def _calendars(zone: str, day: date) -> st.SearchStrategy[Calendar]:
    def made(opens: int, length: int, days: list[int], closures: tuple[Closure, ...], around: int) -> Calendar:
        windows = tuple(WeeklyWindow(d, opens * 30, d, min(opens * 30 + length * 30, 1440)) for d in sorted(set(days)))
        return Calendar(zone, "always" if around == 0 else "windows", Weekly(windows), closures)

    days = st.lists(st.integers(0, 6), min_size=3, max_size=7)
    return st.builds(made, st.integers(0, 46), st.integers(2, 48), days, closure_lists(day), st.integers(0, 3))


targets = st.one_of(
    st.builds(Target, st.integers(1, 40).map(lambda n: n * 15), st.just("m")),
    st.builds(Target, st.integers(1, 12), st.just("h")),
    st.builds(Target, st.integers(1, 2), st.just("bd")),
)
severities = st.sampled_from(("critical", "medium", "low"))


@st.composite
def cases(draw: st.DrawFn) -> tuple[ClockFacts, Minutes]:
    zone = draw(st.sampled_from(ZONES))
    day = CHANGES[zone][draw(st.integers(0, 1))]
    base = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2)
    moments = st.integers(0, 3 * 96).map(lambda n: base + MINUTE * 15 * n)
    kept = _calendars(zone, day)
    change = st.builds(
        Change,
        moments,
        st.sampled_from(get_args(Reason)),
        st.none() | targets,
        st.none() | kept,
        st.none() | severities,
    )
    ended = st.tuples(moments, st.integers(0, 40)).map(lambda pair: Pause(pair[0], pair[0] + MINUTE * 15 * pair[1]))
    facts = ClockFacts(
        clock=draw(st.sampled_from(get_args(Clock))),
        calendar=draw(kept),
        opened=draw(moments),
        target=draw(targets),
        severity=draw(severities),
        escalated=draw(st.integers(0, 3)) == 0,
        pauses=tuple(draw(st.lists(st.one_of(ended, ended, ended, moments.map(Pause)), max_size=3))),
        changes=tuple(draw(st.lists(change, max_size=3))),
    )
    return facts, minutes(zone_named(zone), day - timedelta(days=5))


@given(cases())
@settings(max_examples=250, deadline=None)
def test_the_due_instant_is_where_the_stepped_clock_runs_out(case: tuple[ClockFacts, Minutes]) -> None:
    facts, table = case
    stepped = Stepped(facts, table).due()
    found = due_at(facts)
    assume(stepped is not None or found is None or found < table.instants[-1] - timedelta(days=2))
    assert found == (None if stepped is None else table.start + MINUTE * stepped)


@given(cases())
@settings(max_examples=80, deadline=None)
def test_the_order_in_which_facts_are_told_changes_nothing(case: tuple[ClockFacts, Minutes]) -> None:
    facts, _ = case
    assume(len({change.at for change in facts.changes}) == len(facts.changes))
    turned = replace(facts, pauses=facts.pauses[::-1] + facts.pauses, changes=facts.changes[::-1])
    assert due_at(turned) == due_at(facts)


@given(cases())
@settings(max_examples=80, deadline=None)
def test_warnings_come_in_order_and_end_with_the_due_instant(case: tuple[ClockFacts, Minutes]) -> None:
    facts, _ = case
    told = notices(facts)
    assert [notice.at for notice in told] == sorted(notice.at for notice in told)
    assert [notice.at for notice in told if notice.event == "breach"] == [at for at in [due_at(facts)] if at]
    assert due(facts).explain


@given(cases())
@settings(max_examples=80, deadline=None)
def test_hours_are_used_up_in_open_time_that_is_not_waited(case: tuple[ClockFacts, Minutes]) -> None:
    facts = replace(case[0], changes=(), target=Target(5, "h"))
    found = due_at(facts)
    assume(found is not None)
    assert found is not None
    coverage, closures = promises(facts)[0].calendar.counted
    zone = zone_named(facts.calendar.zone)
    used = open_time(coverage, zone, facts.opened, found, closures)
    inside = [(max(a, facts.opened), min(b, found)) for a, b in counted_waits(facts) if a < found and b > facts.opened]
    waited = sum((open_time(coverage, zone, a, b, closures) for a, b in inside), timedelta())
    assert used - waited == timedelta(hours=5)
