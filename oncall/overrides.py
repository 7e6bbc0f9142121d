"""Exceptions to what the layers say: somebody removed, replaced or added for a while.

A replace or a remove acts on the person whom a layer puts on duty, layer by layer and before layers are ranked: so it
does nothing to somebody who is not on duty, a layer left without a person lets the next lower one in, and a replace
inherits the shift. An add comes on top of the result, outside coverage too. Nobody here asks for time off: an override
of somebody who is away wins. The order in the file has no effect, since nobody is ever in two overrides at once. Only
where two meet at a repeated wall time do both hold for a while; there a replace is preferred, which leaves no hole.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from oncall.duty import OnDuty, PlacedOverride, Removal, Stretch
from oncall.layers import Override, Roster, instant
from oncall.timetable import Timetable, cut


@dataclass(frozen=True, slots=True)
class Overrides:
    """The overrides of a roster with their times resolved: by the person they act on, and additions apart."""

    by_person: Mapping[str, Timetable[PlacedOverride]]
    additions: Timetable[PlacedOverride]
    zone: ZoneInfo

    def applied(self, stretches: Iterable[Stretch]) -> Iterator[Stretch | Removal]:
        """Yield a layer's stretches of one person each, in order, with replaces and removes done."""
        for stretch in stretches:
            duty = stretch.on_duty[0]
            timetable = self.by_person.get(duty.technician)
            touching = timetable.touching(stretch.start, stretch.end) if timetable else []
            if not touching:
                yield stretch
                continue
            for start, end in cut(stretch.start, stretch.end, touching):
                yield _changed(Stretch(start, end, (duty,)), touching)

    def added(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """Yield the additions in [start, end), clipped to it."""
        for placed in self.additions.touching(start, end):
            technician = placed.override.technician
            duty = OnDuty(technician, None, placed.start, placed.end, self.zone, None, placed)
            yield Stretch(max(start, placed.start), min(end, placed.end), (duty,))


def _changed(part: Stretch, candidates: Iterable[PlacedOverride]) -> Stretch | Removal:
    """Return a part, in which no override begins or ends, as the override that holds it says."""
    holding = [placed for placed in candidates if placed.start <= part.start and part.end <= placed.end]
    placed = min(holding, key=lambda candidate: candidate.override.kind != "replace", default=None)
    if placed is None:
        return part
    duty = part.on_duty[0]
    if placed.override.replaces is None:
        return Removal(part.start, part.end, duty.layer or "", placed)
    return part._replace(on_duty=(replace(duty, technician=placed.override.technician, placed=placed),))


def placed_overrides(roster: Roster) -> Overrides:
    """Resolve the overrides of a roster; one whose time falls into a gap of the clock altogether is dropped."""
    by_person: dict[str, list[PlacedOverride]] = {}
    additions: list[PlacedOverride] = []
    for placed in _placed(roster):
        override = placed.override
        if placed.start >= placed.end:
            continue
        if override.kind == "add":
            additions.append(placed)
        else:
            by_person.setdefault(override.replaces or override.technician, []).append(placed)
    timetables = {person: Timetable(theirs) for person, theirs in by_person.items()}
    return Overrides(timetables, Timetable(additions), roster.zone)


def _placed(roster: Roster) -> Iterator[PlacedOverride]:
    """Yield the overrides with their instants, each replace with the nearest one in return: the two are a swap."""
    zone = roster.zone
    replaces: dict[tuple[str | None, str], list[tuple[datetime, Override]]] = {}
    for override in roster.overrides:
        pair = override.replaces, override.technician
        replaces.setdefault(pair, []).append((instant(override.start, zone), override))
    for override in roster.overrides:
        start, end = instant(override.start, zone), instant(override.end, zone, end=True)
        returns = replaces.get((override.technician, override.replaces), ()) if override.replaces else ()
        nearest = min(returns, key=lambda other: abs(other[0] - start), default=None)
        yield PlacedOverride(start, end, override, nearest[1] if nearest else None)
