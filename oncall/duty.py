"""A person on duty, and the sentence that says why: which layer, turn, override or swap gave them, and who lost."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from foundation.windows import Interval, wall_clock
from oncall.layers import Layer, Override
from oncall.rotation import DUSK, Rotation, Shift, Unit

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
RHYTHMS: dict[Unit, str] = {"hours": "hourly", "days": "daily", "weeks": "weekly", "months": "monthly"}


class PlacedOverride(NamedTuple):
    """An override with its instants; `swap` is the replace in return, if the two make a swap."""

    start: datetime
    end: datetime
    override: Override
    swap: Override | None = None


class Turn(NamedTuple):
    """Why somebody holds a layer's shift: the shift, its turn, whose turn it is, and who of the order is away.

    `outranked` are the layers of lower priority with the time in which they are in force.
    """

    layer: Layer
    rotation: Rotation
    shift: Shift
    number: int
    owner: str
    away: tuple[str, ...] = ()
    outranked: tuple[tuple[str, Interval], ...] = ()


class Removal(NamedTuple):
    """Time for which an override left a layer without the person whose shift it was."""

    start: datetime
    end: datetime
    layer: str
    placed: PlacedOverride


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One person on duty at some time.

    `layer` and the shift's bounds say which shift is held: inherited by who replaces or covers, None and the override's
    own time for somebody added. The bounds are the rule's, never cut to coverage or to the question.
    """

    technician: str
    layer: str | None
    shift_start: datetime
    shift_end: datetime
    zone: ZoneInfo
    turn: Turn | None
    placed: PlacedOverride | None = None
    removals: tuple[Removal, ...] = ()

    @property
    def held(self) -> tuple[str, str | None, datetime, datetime]:
        """What a segment is cut by: the person and the shift."""
        return self.technician, self.layer, self.shift_start, self.shift_end

    @property
    def why(self) -> str:
        """The reason as one sentence, in the roster's zone."""
        return "; ".join(chain(self._by_turn(), self._by_override(), self._by_rank(), self._by_removal()))

    def _by_turn(self) -> Iterable[str]:
        if self.turn is None:
            return
        layer, owner = self.turn.layer, self.turn.owner
        rhythm = RHYTHMS[layer.unit] if layer.length == 1 else f"every {layer.length} {layer.unit}"
        rule = f"{rhythm} from {written_wall(self.turn.rotation.start)}"
        yield f"layer {layer.key}, turn {self.turn.number} ({rule}): {owner}'s shift {self._until(self.shift_end)}"
        if self.turn.away:
            cover = self.technician if self.placed is None else self.placed.override.replaces
            yield f"{', '.join(self.turn.away)} away, {cover} covers"

    def _by_override(self) -> Iterable[str]:
        if self.placed is None:
            return
        override = self.placed.override
        if override.replaces is None:
            yield f"{self.technician} is added from {self._written(self.placed.start)} {self._until(self.placed.end)}"
            return
        yield f"{self.technician} replaces {override.replaces} {self._until(self.placed.end)}"
        if self.placed.swap is not None:
            yield f"a swap, {override.replaces} replaces {self.technician} from {self.placed.swap.start} in return"

    def _by_rank(self) -> Iterable[str]:
        if self.turn is None:
            return
        others = dict.fromkeys(
            key for key, (start, end) in self.turn.outranked if start < self.shift_end and end > self.shift_start
        )
        if others:
            yield f"priority {self.turn.layer.priority} goes before layer {', '.join(others)}"

    def _by_removal(self) -> Iterable[str]:
        for removal in self.removals:
            who = removal.placed.override.technician
            yield f"{who} is taken off layer {removal.layer} {self._until(removal.placed.end)}"

    def _written(self, at: datetime) -> str:
        return written_wall(wall_clock(at, self.zone))

    def _until(self, end: datetime) -> str:
        return "without end" if end >= DUSK else f"until {self._written(end)}"

    def after_removals(self, removals: tuple[Removal, ...]) -> "OnDuty":
        """Return the same duty, said to be owed to removals in higher layers."""
        return replace(self, removals=(*removals, *self.removals))


class Stretch(NamedTuple):
    """Some time with the people on duty in it, in order of layers, then of additions."""

    start: datetime
    end: datetime
    on_duty: tuple[OnDuty, ...]


def written_wall(wall: datetime) -> str:
    """Write a wall time as 'Mon 5 Jan 2026 08:00', seconds only where there are any, the same in every locale."""
    day = f"{WEEKDAYS[wall.weekday()]} {wall.day} {MONTHS[wall.month - 1]} {wall.year}"
    return f"{day} {wall:%H:%M:%S}" if wall.second else f"{day} {wall:%H:%M}"
