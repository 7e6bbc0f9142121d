"""Applying a world file: what would change is worked out first, then written in one transaction, or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from switchboard.stored_world import free_account_numbers, load_world, write_record
from switchboard.world import Documents, Fault, World, WorldFaults, in_order, merged
from switchboard.world_check import check
from switchboard.world_shape import Document

SECRET = ("pin",)
"""Fields whose values are never printed."""

APPLY_LOCK = 5_237_001
"""Any number that nothing else uses: on PostgreSQL two applies wait for each other; SQLite has one writer anyway."""


@dataclass(frozen=True, slots=True)
class Change:
    """What applying does to one record; `fields` maps each field that changes to its values before and after."""

    kind: str
    key: str
    is_new: bool
    after: Document
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What people call the record, such as `accounts[northside]`."""
        return self.kind if self.kind == "policies" else f"{self.kind}[{self.key}]"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What applying did or would do."""

    changes: tuple[Change, ...]
    unchanged: int

    @property
    def created(self) -> tuple[Change, ...]:
        """The records that were not there before."""
        return tuple(change for change in self.changes if change.is_new)

    @property
    def changed(self) -> tuple[Change, ...]:
        """The records that were there and look different now."""
        return tuple(change for change in self.changes if not change.is_new)


def apply_world(session: Session, world: World, faults: Iterable[Fault] = ()) -> Outcome:
    """Create and update the records of the files in the caller's transaction; WorldFaults if anything is wrong."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": APPLY_LOCK})
    outcome = rehearse(session, world, faults)
    free_account_numbers(session, [c.key for c in outcome.changed if c.kind == "accounts" and "number" in c.fields])
    for change in outcome.changes:
        write_record(session, change.kind, change.after)
    session.flush()
    return outcome


def rehearse(session: Session, world: World, faults: Iterable[Fault] = ()) -> Outcome:
    """Work out what applying would do; `faults` are those found while reading. WorldFaults tells them all."""
    stored = load_world(session)
    found = (*faults, *check(world, stored))
    if found:
        raise WorldFaults(in_order(found, world.files))
    return outcome_of(stored, world)


def outcome_of(stored: Documents, world: World) -> Outcome:
    """Compare what is stored with what it would be; only records that the files name are looked at."""
    whole = merged(stored, world)
    names = list(dict.fromkeys((record.kind, record.key) for record in world.records))
    changes = [_change(kind, key, stored.get(kind, {}).get(key), whole[kind][key]) for kind, key in names]
    real = tuple(change for change in changes if change.is_new or change.fields)
    return Outcome(real, len(changes) - len(real))


def _change(kind: str, key: str, before: Document | None, after: Document) -> Change:
    if before is None:
        return Change(kind, key, is_new=True, after=after)
    differing = {name: (before.get(name), value) for name, value in after.items() if before.get(name) != value}
    return Change(kind, key, is_new=False, after=after, fields=differing)


# Telling --------------------------------------------------------------------------------------------------------------


def outcome_document(outcome: Outcome, *, is_rehearsal: bool) -> Document:
    """Write the outcome as the command's JSON."""
    return {
        "dry_run": is_rehearsal,
        "created": [{"kind": change.kind, "key": change.key} for change in outcome.created],
        "changed": [
            {"kind": change.kind, "key": change.key, "fields": _fields_document(change)} for change in outcome.changed
        ],
        "unchanged": outcome.unchanged,
    }


def _fields_document(change: Change) -> Document:
    return {
        name: {"before": _shown(name, before), "after": _shown(name, after)}
        for name, (before, after) in change.fields.items()
    }


def outcome_lines(outcome: Outcome, *, is_rehearsal: bool) -> list[str]:
    """Write the outcome for people: a line for each record that changes, below it one for each field, counts last."""
    lines = [f"created    {change.name}" for change in outcome.created]
    for change in outcome.changed:
        lines.append(f"changed    {change.name}")
        lines += [line for name, values in change.fields.items() for line in _field_lines(name, *values)]
    if not outcome.changes:
        would = "would change" if is_rehearsal else "changed"
        return [*lines, f"nothing {would} ({_records(outcome.unchanged)} as they are)"]
    counts = f"{len(outcome.created)} created, {len(outcome.changed)} changed, {outcome.unchanged} unchanged"
    return [*lines, f"would be: {counts}; nothing was written" if is_rehearsal else counts]


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count} records"


def _field_lines(name: str, before: object, after: object) -> list[str]:
    """Tell one field; of a list of tables only the entries that go and those that come."""
    tables = [v for v in (before, after) if isinstance(v, list) and any(isinstance(entry, dict) for entry in v)]
    if not tables or not isinstance(before, list) or not isinstance(after, list):
        return [f"           {name}: {_told(_shown(name, before))} -> {_told(_shown(name, after))}"]
    gone = [f"           {name}: - {_told(entry)}" for entry in before if entry not in after]
    come = [f"           {name}: + {_told(entry)}" for entry in after if entry not in before]
    return [*gone, *come] or [f"           {name}: the same entries in another order or number"]


def _shown(name: str, value: object) -> object:
    return "(hidden)" if name in SECRET and value is not None else value


def _told(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return ", ".join(f"{name} {_told(entry)}" for name, entry in value.items() if entry is not None)
        case list():
            return "[" + ", ".join(_told(entry) for entry in value) + "]"
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)
