"""Who is on duty: the one resolver behind live calls, pages, previews, handovers and reports.

Per instant: the layer of highest priority that covers it and has a person, layers of equal priority together; time off
lets the next in order cover; removes and replaces act on each layer's person, and additions join. A question about an
instant is answered as the smallest window that holds it, so that live answers and previews cannot differ. A window's
answer is the slice of any larger window's answer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain, groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from foundation.windows import Closure, Coverage, Interval, open_intervals
from oncall.duty import OnDuty, Removal, Stretch
from oncall.layers import Layer, Roster, anchor, instant
from oncall.overrides import Overrides, placed_overrides
from oncall.rotation import DAWN, DUSK, Rotation
from oncall.shifts import Absences, LayerVersion, Question, absences
from oncall.timetable import bare
from oncall.turns import Hours, covered_turns

TICK = timedelta(microseconds=1)
"""The smallest window: nothing begins or ends inside it."""

FIRST_LOOK = timedelta(days=2)
"""How far the search for the next change looks at first; each further look is twice as long."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Time in which the same people hold the same shifts, perhaps nobody; `later` are the same duties, given otherwise.

    A duty may be owed to one rule first and to another then, such as two overrides that meet: people and shifts are the
    same, so the segment goes on, and it is explained by both.
    """

    start: datetime
    end: datetime
    on_duty: tuple[OnDuty, ...]
    later: tuple[OnDuty, ...] = ()

    @property
    def people(self) -> tuple[str, ...]:
        """The technicians on duty, in order of layers, then of additions."""
        return tuple(duty.technician for duty in self.on_duty)

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons, one sentence each."""
        return tuple(dict.fromkeys(duty.why for duty in (*self.on_duty, *self.later)))


def on_duty(roster: Roster, at: datetime) -> tuple[OnDuty, ...]:
    """Return who is on duty at an instant, in order of layers, then of additions; nobody is an empty tuple."""
    found = compiled(roster).stretches(at, at + TICK)
    return found[0].on_duty if found else ()


def segments(roster: Roster, start: datetime, end: datetime) -> list[Segment]:
    """Return [start, end) without holes, cut where the people, or the shift of a person on duty, change.

    Time with nobody on duty is a segment too, whether it is covered or not.
    """
    return list(_joined(compiled(roster).stretches(start, end), start, end))


def next_change(roster: Roster, after: datetime, horizon: datetime) -> datetime | None:
    """Return the first instant after `after` and before `horizon` at which other people are on duty than just before.

    A new shift of the same people is no change. None if there is none before the horizon.
    """
    people = {duty.technician for duty in on_duty(roster, after)}
    start, look = after, FIRST_LOOK
    while start < horizon:
        end = min(start + look, horizon)
        for segment in segments(roster, start, end):
            if set(segment.people) != people:
                return segment.start
        start, look = end, look * 2
    return None


# Ready to be asked ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CompiledRoster:
    """A roster with its times resolved, highest priority first."""

    zone: ZoneInfo
    coverage: Coverage
    holidays: tuple[Closure, ...]
    levels: tuple[tuple[LayerVersion, ...], ...]
    overrides: Overrides

    def open(self, start: datetime, end: datetime) -> list[Interval]:
        """Return the roster's coverage in [start, end), less its holidays."""
        return open_intervals(self.coverage, self.zone, start, end, self.holidays)

    def stretches(self, start: datetime, end: datetime) -> list[Stretch]:
        """Return who is on duty in [start, end), in order and disjoint; time with nobody is left out."""
        if start >= end:
            return []
        question = Question(start, end, self.open(start, end))
        by_layers = self._ranked(question)
        added = list(self.overrides.added(start, end))
        return list(_together([by_layers, *([stretch] for stretch in added)])) if added else by_layers

    def _ranked(self, question: Question) -> list[Stretch]:
        """Return whom the layers put on duty: by the first level that has somebody, where it has nobody by the next."""
        found, removals, free = list[Stretch](), list[Removal](), question.roster_open
        for level in self.levels:
            if not free:
                break
            here, removed = self._level(level, question, free)
            found += _owed(here, removals)
            removals += removed
            free = list(bare(free, here))
        return sorted(found, key=itemgetter(0))

    def _level(
        self, level: Iterable[LayerVersion], question: Question, free: Sequence[Interval]
    ) -> tuple[list[Stretch], list[Removal]]:
        """Return whom layers of one priority put on duty in `free`, and the removals among them."""
        lanes, removals = list[list[Stretch]](), list[Removal]()
        for version in level:
            applied = list(self.overrides.applied(version.stretches(question, free)))
            lanes.append([stretch for stretch in applied if isinstance(stretch, Stretch)])
            removals += (removal for removal in applied if isinstance(removal, Removal))
        return list(_together(lanes)), removals


def _owed(stretches: Iterable[Stretch], removals: Sequence[Removal]) -> Iterator[Stretch]:
    """Yield the stretches of a layer; those that fill in for removals in higher layers get them as a reason."""
    if not removals:
        yield from stretches
        return
    for stretch in stretches:
        owed = tuple(gone for gone in removals if gone.start < stretch.end and gone.end > stretch.start)
        if owed:
            yield stretch._replace(on_duty=tuple(duty.after_removals(owed) for duty in stretch.on_duty))
        else:
            yield stretch


def _together(lanes: Sequence[Sequence[Stretch]]) -> Iterator[Stretch]:
    """Yield the stretches of all lanes laid over each other: at each time everybody, in the order of the lanes.

    Each lane is disjoint. Somebody in several lanes counts once, with the shift of the first.
    """
    if len(lanes) == 1:
        yield from lanes[0]
        return
    changes = sorted(
        (at, begins, lane, stretch.on_duty if begins else ())
        for lane, stretches in enumerate(lanes)
        for stretch in stretches
        for at, begins in ((stretch.start, True), (stretch.end, False))
    )
    since, active = DAWN, dict[int, tuple[OnDuty, ...]]()
    for at, here in groupby(changes, key=itemgetter(0)):
        if active:
            yield Stretch(since, at, _each_once(chain.from_iterable(active[lane] for lane in sorted(active))))
        for _, begins, lane, duties in here:
            if begins:
                active[lane] = duties
            else:
                del active[lane]
        since = at


def _each_once(duties: Iterable[OnDuty]) -> tuple[OnDuty, ...]:
    first: dict[str, OnDuty] = {}
    for duty in duties:
        first.setdefault(duty.technician, duty)
    return tuple(first.values())


def _joined(stretches: Iterable[Stretch], start: datetime, end: datetime) -> Iterator[Segment]:
    """Yield segments from stretches: the time between them too, and those with the same duties as one."""
    first, until, later = None, start, dict[OnDuty, None]()
    for stretch in _with_nobody(stretches, start, end):
        if first is not None and _same(first.on_duty, stretch.on_duty):
            later |= dict.fromkeys(duty for duty in stretch.on_duty if duty not in first.on_duty)
        else:
            if first is not None:
                yield Segment(first.start, until, first.on_duty, tuple(later))
            first, later = stretch, {}
        until = stretch.end
    if first is not None:
        yield Segment(first.start, until, first.on_duty, tuple(later))


def _same(some: Sequence[OnDuty], others: Sequence[OnDuty]) -> bool:
    """Say whether the same people hold the same shifts, in whatever order."""
    if len(some) != len(others):
        return False
    return {duty.held for duty in some} == {duty.held for duty in others}


def _with_nobody(stretches: Iterable[Stretch], start: datetime, end: datetime) -> Iterator[Stretch]:
    at = start
    for stretch in stretches:
        if stretch.start > at:
            yield Stretch(at, stretch.start, ())
        yield stretch
        at = stretch.end
    if at < end:
        yield Stretch(at, end, ())


@lru_cache(maxsize=256)
def compiled(roster: Roster) -> CompiledRoster:
    """Resolve the times of a roster, once for each value it takes."""
    spans = _in_force(roster)
    away = absences(
        (gone.technician, Interval(instant(gone.start, roster.zone), instant(gone.end, roster.zone, end=True)))
        for gone in roster.time_off
    )
    order = list(dict.fromkeys(layer.key for layer in roster.layers))
    versions = sorted(
        (_version(roster, layer, span, spans, away) for layer, span in zip(roster.layers, spans, strict=True)),
        key=lambda version: (-version.layer.priority, order.index(version.layer.key)),
    )
    levels = tuple(tuple(level) for _, level in groupby(versions, key=lambda version: version.layer.priority))
    return CompiledRoster(roster.zone, roster.coverage, roster.holidays, levels, placed_overrides(roster))


def _version(
    roster: Roster, layer: Layer, in_force: Interval, spans: Sequence[Interval], away: Absences
) -> LayerVersion:
    zone = roster.zone_of(layer)
    rotation = Rotation(layer.unit, layer.length, anchor(layer.start, zone), zone)
    hours = Hours(layer.coverage, zone, roster.coverage, roster.zone, roster.holidays)
    return LayerVersion(
        layer=layer,
        rotation=rotation,
        in_force=in_force,
        covered=covered_turns(rotation, hours) if layer.turns == "covered" else None,
        absences=away,
        outranked=tuple(
            (other.key, span)
            for other, span in zip(roster.layers, spans, strict=True)
            if other.priority < layer.priority and other.key != layer.key
        ),
        roster_zone=roster.zone,
    )


def _in_force(roster: Roster) -> list[Interval]:
    """Return, for each layer as written, when it is in force: from its instant until the next version's.

    A version without an instant has always been in force. Of two with the same instant the later in the file holds.
    """
    since = [
        DAWN if layer.effective_from is None else instant(layer.effective_from, roster.zone_of(layer))
        for layer in roster.layers
    ]
    until = [DUSK] * len(since)
    latest: dict[str, int] = {}
    for place in sorted(range(len(since)), key=since.__getitem__):
        key = roster.layers[place].key
        if key in latest:
            until[latest[key]] = since[place]
        latest[key] = place
    return [Interval(start, end) for start, end in zip(since, until, strict=True)]
