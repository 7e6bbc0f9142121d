"""Rosters of a world file beside the stored ones: changed layers dated, and what the change comes to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from foundation.clock import iso
from foundation.windows import written_coverage
from oncall.impact import Impact, impact
from oncall.layers import Layer, Roster, parse_roster
from oncall.versions import LayerChange, When, dated
from routing.guard_service import load_contracts
from switchboard.world import Documents, Record, World, merged
from switchboard.world_shape import LAYERS, Document

DAYS = 28
"""How far ahead the impact of a change is worked out: two turns of a fortnightly rotation."""


@dataclass(frozen=True, slots=True)
class Dating:
    """From when changed layers count, seen from the instant `at`; without `keeps_current` in the order as written."""

    when: When
    at: datetime
    keeps_current: bool = True


@dataclass(frozen=True, slots=True)
class RosterLayerChange:
    """One layer of one stored roster that changes."""

    roster: Roster
    change: LayerChange

    def document(self) -> Document:
        """Write it as JSON."""
        change = self.change
        named = {"roster": self.roster.key, "layer": change.layer, "at": iso(change.at)}
        return named | {"current_before": change.before, "current_after": change.after}


def dated_world(stored: Documents, world: World, dating: Dating | None) -> tuple[World, tuple[RosterLayerChange, ...]]:
    """Turn the layers that a file gives for stored rosters into dated versions; without a dating they stay as written."""
    if dating is None:
        return world, ()
    whole, records, changes = merged(stored, world), list[Record](), list[RosterLayerChange]()
    for record in world.records:
        before = stored.get("rosters", {}).get(record.key) if record.kind == "rosters" else None
        if before is None or "layers" not in record.given:
            records.append(record)
            continue
        proposed = roster_of(whole["rosters"][record.key])
        found = dated(roster_of(before), proposed, dating.when, dating.at, keeps_current=dating.keeps_current)
        layers = [layer_document(layer) for layer in found.roster.layers]
        records.append(replace(record, given={**record.given, "layers": layers}))
        changes += (RosterLayerChange(proposed, change) for change in found.changes)
    return replace(world, records=tuple(records)), tuple(changes)


def roster_of(document: Mapping[str, object]) -> Roster:
    """Read a roster of a whole world, which is known to be right."""
    return parse_roster(document)


def layer_document(layer: Layer) -> Document:
    """Write a layer as a world file has it."""
    written = {name: getattr(layer, name) for name in Layer.__slots__}
    lists = {"coverage": written_coverage(layer.coverage), "participants": list(layer.participants)}
    return LAYERS.complete(written | lists)


def days_until(changes: Iterable[RosterLayerChange], at: datetime) -> int:
    """Return how many days lie before the last change, so that a horizon counted behind it shows what it does."""
    latest = max((change.change.at for change in changes), default=at)
    return -((at - latest) // timedelta(days=1))


def impact_of(session: Session, before: Document | None, after: Document, start: datetime, days: int = DAYS) -> Impact:
    """Work out what changes for people, gaps and contracts if one roster is replaced by another, or is new."""
    end = start + timedelta(days=days)
    old = None if before is None else roster_of(before)
    return impact(old, roster_of(after), start, end, load_contracts(session, start, end))
