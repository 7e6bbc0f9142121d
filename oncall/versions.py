"""Changing a layer from an instant on: the rule that held before stays on record, and the current person stays current.

A proposed roster says what shall hold; what is stored says what has held. The two are laid together layer by layer: the
version of the proposal that would be in force at the change becomes a new version from that instant, every stored version
up to now stays, and versions planned for later are those of the proposal. A layer that the proposal does not have ends:
it gets a version without people.

The new version's participants are rotated, never reordered, so that its turn at the instant of the change falls to the
person whose turn it would have been without the change; everybody behind follows in the new order. If that person is not
in the new order, the next of the old order who is takes the turn. The anchor stays as written: shifting it would make
months of a clamped day and covered turns count differently.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from foundation.errors import Refused
from foundation.windows import wall_clock
from oncall.layers import Layer, Roster, instant
from oncall.resolver import compiled
from oncall.rotation import DAWN
from oncall.shifts import LayerVersion


@dataclass(frozen=True, slots=True)
class Now:
    """The change takes effect at once."""


@dataclass(frozen=True, slots=True)
class NextHandoff:
    """The change takes effect when the layer's running shift ends."""


@dataclass(frozen=True, slots=True)
class OnDate:
    """The change takes effect at a moment, as written: wall clock of the layer's zone, or with an offset."""

    moment: str


When = Now | NextHandoff | OnDate


@dataclass(frozen=True, slots=True)
class LayerChange:
    """One layer that changes: from when, and whose turn it is then, before and after; None is nobody."""

    layer: str
    at: datetime
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class DatedRoster:
    """A roster whose changed layers are dated versions, and which ones those are."""

    roster: Roster
    changes: tuple[LayerChange, ...]


def when_named(text: str) -> When:
    """Read `now`, `next-handoff` or a moment; the moment is judged later, when the layer's zone is known."""
    match text.strip().lower():
        case "now":
            return Now()
        case "next-handoff":
            return NextHandoff()
        case _:
            return OnDate(text.strip())


def dated(stored: Roster, proposed: Roster, when: When, at: datetime, *, keeps_current: bool = True) -> DatedRoster:
    """Lay a proposal over what is stored, its changed layers taking effect as `when` says, seen from the instant `at`.

    With `keeps_current` false the participants stay in the order as written, whoever's turn that makes it. Refused
    `change_in_the_past` for a date before `at`, `moment_unreadable` for one that cannot be read.
    """
    pinned = _pinned(stored, proposed)
    change = _Change(pinned, proposed, when, at.astimezone(UTC).replace(microsecond=0), keeps_current=keeps_current)
    keys = dict.fromkeys(layer.key for layer in (*proposed.layers, *pinned.layers))
    laid = [change.layer(key) for key in keys]
    layers = tuple(layer for versions, _ in laid for layer in versions)
    return DatedRoster(replace(proposed, layers=layers), tuple(change for _, change in laid if change is not None))


def _pinned(stored: Roster, proposed: Roster) -> Roster:
    """Write the zone into stored layers that owe it to a roster which is moved to another: their history stays put."""
    if stored.time_zone == proposed.time_zone:
        return stored
    layers = tuple(replace(layer, time_zone=layer.time_zone or stored.time_zone) for layer in stored.layers)
    return replace(stored, layers=layers)


class _Change:
    """One change of one roster, asked layer by layer."""

    def __init__(self, stored: Roster, proposed: Roster, when: When, at: datetime, *, keeps_current: bool) -> None:
        self.stored = stored
        self.proposed = proposed
        self.when = when
        self.at = at
        self.keeps_current = keeps_current

    def layer(self, key: str) -> tuple[tuple[Layer, ...], LayerChange | None]:
        """Return the versions of one layer after the change, by the instant since when they hold, and the change."""
        had, wanted = _by_since(self.stored, key), _by_since(self.proposed, key)
        effect = self._effect(had, wanted)
        kept = [(since, v) for since, v in had if since <= self.at or (since < effect and (since, v) in wanted)]
        planned = [(since, v) for since, v in wanted if since > effect]
        rule = _in_force(wanted, effect) if wanted else _ended(_in_force(had, effect))
        if rule is None:
            return _layers(kept + planned), None
        version = self._version(rule, effect)
        if _same_rule(_in_force(kept, effect), version):
            return _layers(kept + planned), None
        before = [(since, v) for since, v in kept if since < effect]
        change = LayerChange(
            key, effect, self._owner(self.stored, key, effect), _first_name(self._turn(version, effect))
        )
        return _layers([*before, (effect, version), *planned]), change

    def _effect(self, had: Sequence[tuple[datetime, Layer]], wanted: Sequence[tuple[datetime, Layer]]) -> datetime:
        """Return the instant from which the new version holds."""
        match self.when:
            case Now():
                return self.at
            case NextHandoff():
                return self._next_handoff(had, wanted)
            case OnDate(moment):
                return self._on_date(moment, wanted or had)
            case _:
                assert_never(self.when)

    def _next_handoff(
        self, had: Sequence[tuple[datetime, Layer]], wanted: Sequence[tuple[datetime, Layer]]
    ) -> datetime:
        running, roster = _in_force(had, self.at), self.stored
        if running is None:
            running, roster = _in_force(wanted, self.at) or wanted[0][1], self.proposed
        return _ready(roster, running).rotation.shift_at(self.at).end

    def _on_date(self, moment: str, versions: Sequence[tuple[datetime, Layer]]) -> datetime:
        zone = self.proposed.zone_of(versions[-1][1])
        try:
            effect = instant(moment, zone)
        except ValueError as fault:
            raise Refused("moment_unreadable", moment=moment, why=str(fault)) from fault
        if effect < self.at:
            raise Refused("change_in_the_past", moment=moment)
        return effect

    def _version(self, rule: Layer, effect: datetime) -> Layer:
        """Return the rule as a version from the instant, its order begun with whoever's turn it is."""
        zone = self.proposed.zone_of(rule)
        version = replace(rule, effective_from=_written(effect, zone))
        running = _in_force(_by_since(self.stored, rule.key), effect)
        if running is None or not running.participants or not rule.participants or not self.keeps_current:
            return version
        number = _turn_number(_ready(self.proposed, version), effect)
        upcoming = _turn_order(_ready(self.stored, running), effect)
        return replace(version, participants=rotated(rule.participants, number, upcoming))

    def _owner(self, roster: Roster, key: str, at: datetime) -> str | None:
        running = _in_force(_by_since(roster, key), at)
        return None if running is None else _first_name(_turn_order(_ready(roster, running), at))

    def _turn(self, version: Layer, at: datetime) -> tuple[str, ...]:
        return _turn_order(_ready(self.proposed, version), at)


def rotated(participants: tuple[str, ...], number: int, upcoming: Sequence[str]) -> tuple[str, ...]:
    """Rotate participants so that turn `number` falls to the first of `upcoming` who is among them.

    Of several places of one person, the one is taken behind which most of `upcoming` follows in order. Nobody of
    `upcoming` among them leaves the order as it is.
    """
    for skipped, person in enumerate(upcoming):
        places = [place for place, one in enumerate(participants) if one == person]
        if places:
            following = upcoming[skipped:]
            best = max(places, key=lambda place: _agreement(participants[place:] + participants[:place], following))
            first = (best - number) % len(participants)
            return participants[first:] + participants[:first]
    return participants


def _agreement(order: Sequence[str], upcoming: Sequence[str]) -> int:
    """Count how many of an order's first turns are those that were to come."""
    pairs = zip(order, upcoming, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(order), len(upcoming)))


# Versions of one layer ------------------------------------------------------------------------------------------------


def _by_since(roster: Roster, key: str) -> list[tuple[datetime, Layer]]:
    """Return the versions of a layer with the instants since when they hold, in order."""
    return sorted(((_since(roster, layer), layer) for layer in roster.layers if layer.key == key), key=lambda v: v[0])


def _since(roster: Roster, layer: Layer) -> datetime:
    return DAWN if layer.effective_from is None else instant(layer.effective_from, roster.zone_of(layer))


def _in_force(versions: Iterable[tuple[datetime, Layer]], at: datetime) -> Layer | None:
    held = [layer for since, layer in versions if since <= at]
    return held[-1] if held else None


def _ended(running: Layer | None) -> Layer | None:
    """Return a version in which nobody has a turn; nothing if nobody has one now."""
    return None if running is None or not running.participants else replace(running, participants=())


def _same_rule(one: Layer | None, other: Layer) -> bool:
    return one is not None and replace(one, effective_from=None) == replace(other, effective_from=None)


def _layers(versions: Iterable[tuple[datetime, Layer]]) -> tuple[Layer, ...]:
    return tuple(layer for _, layer in versions)


def _written(at: datetime, zone: ZoneInfo) -> str:
    """Write an instant as the layer's wall clock, which stays right if the zone's rules change; a repeated one in UTC."""
    wall = wall_clock(at, zone).isoformat(timespec="minutes" if at.second == 0 else "seconds")
    return wall if instant(wall, zone) == at else at.replace(tzinfo=None).isoformat() + "Z"


# Turns ----------------------------------------------------------------------------------------------------------------


def _ready(roster: Roster, layer: Layer) -> LayerVersion:
    """Return one version of a layer, ready to be asked, in its roster's hours."""
    alone = replace(roster, layers=(replace(layer, effective_from=None),), overrides=(), time_off=())
    return compiled(alone).levels[0][0]


def _turn_number(version: LayerVersion, at: datetime) -> int:
    n = version.rotation.shift_at(at).n
    return n if version.covered is None else version.covered.turn(n)


def _turn_order(version: LayerVersion, at: datetime) -> tuple[str, ...]:
    """Return everybody of a layer from the one whose turn it is at an instant."""
    people = version.layer.participants
    if not people:
        return ()
    first = _turn_number(version, at) % len(people)
    return people[first:] + people[:first]


def _first_name(order: Sequence[str]) -> str | None:
    return order[0] or None if order else None


def change_words(change: LayerChange, zone: ZoneInfo) -> Iterator[str]:
    """Say from when a layer changes and whose turn it is then."""
    wall = wall_clock(change.at, zone)
    yield f"layer {change.layer} changes on {wall:%Y-%m-%d %H:%M:%S} {change.at.astimezone(zone).tzname()}"
    after = change.after or "nobody"
    yield f"{after} stays current" if change.after == change.before else f"{after} follows {change.before or 'nobody'}"
