"""What a roster is made of, as people write it: layers, overrides and time off, with times in wall clock.

`parse_roster` reads the shape of the world file. It collects every fault instead of stopping at the first, and names
each by its path, so that a refused file can be mended in one go. Nothing is resolved to instants here: a roster is kept
as written, because a wall time stays right when the rules of its zone change.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from foundation.windows import (
    Always,
    Closure,
    Coverage,
    first_instant,
    parse_closures,
    parse_coverage,
    parse_moment,
    wall_clock,
    zone_named,
)
from oncall.rotation import Unit

Turns = Literal["calendar", "covered"]
Kind = Literal["add", "remove", "replace"]
T = TypeVar("T")

UNITS: tuple[Unit, ...] = ("hours", "days", "weeks", "months")
TURNS: tuple[Turns, ...] = ("calendar", "covered")
KINDS: tuple[Kind, ...] = ("add", "remove", "replace")
ALWAYS: Coverage = Always()
UTC_ZONE = zone_named("UTC")

EMPTY_SLOT = ""
"""A participant who is nobody: the turn is spent and the layer has no person."""

LONGEST_SHIFT = 100_000
"""Units in a shift: eleven years of hours. More is a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One version of a layer: a rotation with its people in order.

    `start` is handoff(0) on the wall clock of `time_zone`, or of the roster's zone without one. Layers of one key are
    versions; `effective_from` (wall clock or with an offset) says since when this one is in force, None means always.
    """

    key: str
    priority: int
    unit: Unit
    length: int
    start: str
    turns: Turns
    coverage: Coverage
    participants: tuple[str, ...]
    effective_from: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """An exception from start to end: somebody added, removed, or put in the place of `replaces`."""

    kind: Kind
    technician: str
    replaces: str | None
    start: str
    end: str

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody whom it concerns."""
        return (self.technician,) if self.replaces is None else (self.technician, self.replaces)


@dataclass(frozen=True, slots=True)
class TimeOff:
    """A technician's absence: the next in order of the same layer covers."""

    technician: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Roster:
    """Everything that decides who is on duty; a value that can be compared and kept as a key."""

    key: str
    name: str
    time_zone: str
    coverage: Coverage
    holidays: tuple[Closure, ...] = ()
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    time_off: tuple[TimeOff, ...] = ()
    _hash: int = field(init=False, repr=False, compare=False, default=0)
    """Computed once: whoever asks looks up the compiled roster by value, and 800 overrides make 800 hashes."""

    def __post_init__(self) -> None:
        parts = (self.key, self.name, self.time_zone, self.coverage, self.holidays)
        object.__setattr__(self, "_hash", hash((*parts, self.layers, self.overrides, self.time_off)))

    def __hash__(self) -> int:
        return self._hash

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its coverage, holidays, overrides and time off."""
        return zone_named(self.time_zone)

    def zone_of(self, layer: Layer) -> ZoneInfo:
        """Return the zone in which a layer's start, versions and coverage are written."""
        return zone_named(layer.time_zone or self.time_zone)


@lru_cache(maxsize=8192)
def instant(text: str, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """Return the instant of a moment as written; remembered, since a roster is read for each call that comes in."""
    return parse_moment(text, zone, end=end)


def anchor(text: str, zone: ZoneInfo) -> datetime:
    """Return the naive wall time of handoff(0); a time with an offset counts as what the zone's clock shows then."""
    as_utc, local = instant(text, UTC_ZONE), instant(text, zone)
    wall = as_utc.replace(tzinfo=None)
    return wall if first_instant(wall, zone) == local else wall_clock(local, zone)


# Faults ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RosterFault:
    """One thing wrong with a written roster: where, what, and how to mend it."""

    path: str
    problem: str
    mend: str

    def __str__(self) -> str:
        """Write the fault as one line."""
        return f"{self.path}: {self.problem}; {self.mend}"


class RosterFaults(ValueError):
    """Everything that is wrong with a written roster, in the order of the file."""

    def __init__(self, faults: Sequence[RosterFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


# Reading --------------------------------------------------------------------------------------------------------------


def parse_roster(data: Mapping[str, object], path: str = "") -> Roster:
    """Read one roster of a world file; `path` is put before the place of each fault, such as 'rosters[0].'.

    Raises RosterFaults with everything that is wrong: missing, unknown and malformed keys, two versions of a layer from
    the same instant, and a person in two overlapping overrides.
    """
    faults: list[RosterFault] = []
    roster = _roster(_Table(data, path, faults))
    if not faults:
        faults.extend(_contradictions(roster, path))
    if faults:
        raise RosterFaults(faults)
    return roster


class _Table:
    """One table of the file; reads keys, and notes what is wrong with them instead of raising."""

    def __init__(self, data: object, path: str, faults: list[RosterFault]) -> None:
        self.path = path
        self.faults = faults
        self.asked: list[str] = []
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        if not isinstance(data, Mapping):
            self.fault("", f"{data!r} is not a table", "write keys with their values")

    def fault(self, key: str, problem: str, mend: str) -> None:
        self.faults.append(RosterFault((self.path + key).rstrip(".") or "roster", problem, mend))

    def read(self, key: str, how: Callable[[Any], T], fallback: T, *, required: bool = False) -> T:
        """Return what `how` makes of a value; the fallback if there is none, or if it is faulty, which is noted."""
        self.asked.append(key)
        if self.data.get(key) is None:
            if required:
                self.fault(key, "is missing", f"write {key}")
            return fallback
        try:
            return how(self.data[key])
        except ValueError as fault:
            problem, _, mend = str(fault).partition("; ")
            self.fault(key, problem, mend or "correct it")
            return fallback

    def tables(self, key: str) -> Iterator["_Table"]:
        """Yield the tables of a list, none if the key is absent."""
        for place, entry in enumerate(self.read(key, _list, list[object]())):
            yield _Table(entry, f"{self.path}{key}[{place}].", self.faults)

    def done(self) -> None:
        """Note every key that nobody asked for: most are slips, and a silent one would change who is on duty."""
        for key in self.data:
            if key not in self.asked:
                near = get_close_matches(str(key), self.asked, 1)
                self.fault(str(key), "is not a key of this table", f"did you mean {near[0]}?" if near else "remove it")


def _roster(table: _Table) -> Roster:
    zone_name = table.read("time_zone", _zone_name, "UTC", required=True)
    key = table.read("key", _text, "", required=True)
    roster = Roster(
        key=key,
        name=table.read("name", _text, key),
        time_zone=zone_name,
        coverage=table.read("coverage", parse_coverage, ALWAYS),
        holidays=table.read("holidays", parse_closures, ()),
        layers=tuple(_layer(entry, zone_name) for entry in table.tables("layers")),
        overrides=tuple(_override(entry, zone_named(zone_name)) for entry in table.tables("overrides")),
        time_off=tuple(_time_off(entry, zone_named(zone_name)) for entry in table.tables("time_off")),
    )
    table.done()
    return roster


def _layer(table: _Table, roster_zone: str) -> Layer:
    own_zone = table.read("time_zone", _zone_name, None)
    moment = _moment(zone_named(own_zone or roster_zone))
    layer = Layer(
        key=table.read("key", _text, "", required=True),
        priority=table.read("priority", _whole, 1),
        unit=table.read("unit", _one_of(UNITS), UNITS[0], required=True),
        length=table.read("length", _length, 1),
        start=table.read("start", moment, "", required=True),
        turns=table.read("turns", _one_of(TURNS), TURNS[0]),
        coverage=table.read("coverage", parse_coverage, ALWAYS),
        participants=table.read("participants", _participants, (), required=True),
        effective_from=table.read("effective_from", moment, None),
        time_zone=own_zone,
    )
    table.done()
    return layer


def _override(table: _Table, zone: ZoneInfo) -> Override:
    kind = table.read("kind", _one_of(KINDS), KINDS[0], required=True)
    technician = table.read("technician", _text, "", required=True)
    replaces = table.read("replaces", _text, None, required=kind == "replace")
    if kind != "replace" and replaces is not None:
        table.fault("replaces", f"has no meaning for {kind}", 'remove it, or write kind = "replace"')
    if technician and replaces == technician:
        table.fault("replaces", f"{technician} cannot replace {technician}", "name two people")
    override = Override(kind, technician, replaces, *_period(table, zone))
    table.done()
    return override


def _time_off(table: _Table, zone: ZoneInfo) -> TimeOff:
    time_off = TimeOff(table.read("technician", _text, "", required=True), *_period(table, zone))
    table.done()
    return time_off


def _period(table: _Table, zone: ZoneInfo) -> tuple[str, str]:
    """Read start and end; the end must come later, if only on the wall clock: both may lie in one gap."""
    start = table.read("start", _moment(zone), "", required=True)
    end = table.read("end", _moment(zone), "", required=True)
    if start and end and not _rises(start, end, zone):
        table.fault("end", f"{end} is not after {start}", "write an end later than the start")
    return start, end


def _rises(start: str, end: str, zone: ZoneInfo) -> bool:
    begins, ends = instant(start, zone), instant(end, zone, end=True)
    return begins < ends or (begins == ends and instant(start, UTC_ZONE) < instant(end, UTC_ZONE))


# Values ---------------------------------------------------------------------------------------------------------------


def _text(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ValueError(f"{value!r} is not a text; write a key in quotes")


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"{value!r} is not a whole number; write for example 1")


def _length(value: object) -> int:
    if 1 <= (length := _whole(value)) <= LONGEST_SHIFT:
        return length
    raise ValueError(f"{value!r} is not the length of a shift; write 1 to {LONGEST_SHIFT}")


def _list(value: object) -> list[object]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(value)
    raise ValueError(f"{value!r} is not a list; write it in brackets")


def _participants(value: object) -> tuple[str, ...]:
    people = _list(value)
    if all(person is None or isinstance(person, str) for person in people):
        return tuple(str(person or EMPTY_SLOT).strip() for person in people)
    raise ValueError(f'{value!r} is not a list of technicians; write their keys in order, such as ["sam", "kim"]')


def _zone_name(value: object) -> str:
    return zone_named(_text(value)).key


def _one_of(choices: Sequence[T]) -> Callable[[object], T]:
    """Return a reader for exactly one of a few words."""

    def read(value: object) -> T:
        if value in choices:
            return choices[choices.index(value)]
        raise ValueError(f"{value!r} is not possible here; write one of {', '.join(map(str, choices))}")

    return read


def _moment(zone: ZoneInfo) -> Callable[[object], str]:
    """Return a reader that keeps a moment as it was written, once it is seen to be one."""

    def read(value: object) -> str:
        written = value.isoformat() if isinstance(value, datetime) else _text(value)
        instant(written, zone)
        return written

    return read


# Contradictions -------------------------------------------------------------------------------------------------------


def _contradictions(roster: Roster, path: str) -> Iterator[RosterFault]:
    """Yield what is wrong between the parts of a roster whose parts are each in order."""
    yield from _equal_versions(roster, path)
    yield from _overlapping_overrides(roster, path)


def _equal_versions(roster: Roster, path: str) -> Iterator[RosterFault]:
    seen: dict[tuple[str, datetime | None], int] = {}
    for place, layer in enumerate(roster.layers):
        since = layer.effective_from and instant(layer.effective_from, roster.zone_of(layer))
        first = seen.setdefault((layer.key, since or None), place)
        if first != place:
            where = f"{path}layers[{place}].effective_from"
            problem = f"layer {layer.key} has another version from the same instant, layers[{first}]"
            yield RosterFault(where, problem, "give it another key, or another effective_from")


def _overlapping_overrides(roster: Roster, path: str) -> Iterator[RosterFault]:
    """Yield each pair of overrides that claim one person at one time.

    Both ends are read as starts: two overrides that meet at a repeated wall time touch, though by the end rule the
    earlier one lasts an hour longer.
    """
    claims: dict[str, list[tuple[datetime, datetime, int]]] = {}
    for place, override in enumerate(roster.overrides):
        start, end = (instant(text, roster.zone) for text in (override.start, override.end))
        for person in override.people:
            claims.setdefault(person, []).append((start, end, place))
    for person, entries in claims.items():
        for one, other in _overlaps(sorted(entries)):
            problem = f"{person} is also in overrides[{min(one, other)}] at that time"
            yield RosterFault(f"{path}overrides[{max(one, other)}]", problem, "move one of the two, or remove it")


def _overlaps(entries: Iterable[tuple[datetime, datetime, int]]) -> Iterator[tuple[int, int]]:
    """Yield the places of entries, in order of their starts, that begin before an earlier one has ended."""
    busy_until, busy_with = datetime.min.replace(tzinfo=UTC), -1
    for start, end, place in entries:
        if start < busy_until:
            yield busy_with, place
        if end > busy_until:
            busy_until, busy_with = end, place
