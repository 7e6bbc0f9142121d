"""Applying a world file: what would change is worked out first, then written in one transaction, or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.db import take_turns
from foundation.windows import zone_named
from oncall.impact import Impact
from oncall.versions import change_words
from switchboard.roster_change import DAYS, Dating, RosterLayerChange, dated_world, days_until, impact_of
from switchboard.stored_world import free_account_numbers, load_world, write_record
from switchboard.world import Documents, Fault, World, WorldFaults, in_order, merged
from switchboard.world_check import check
from switchboard.world_shape import Document

SECRET = ("pin",)
"""Fields whose values are never printed."""

AUDITED_AS = {
    "policies": "policy",
    "technicians": "technician",
    "accounts": "account",
    "rosters": "roster",
    "escalation_policies": "escalation_policy",
    "calendars": "calendar",
    "service_levels": "service_level",
}
"""What the audit calls the kinds of records of a world file."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who applies files, when and why: what the audit keeps of each record that changes."""

    at: datetime
    by: str
    reason: str | None = None


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

    @property
    def before(self) -> Document:
        """The whole record as it was, for one that was there."""
        return {**self.after, **{name: values[0] for name, values in self.fields.items()}}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What applying did or would do."""

    changes: tuple[Change, ...]
    unchanged: int
    layers: tuple[RosterLayerChange, ...] = ()
    """Layers that were given a dated version."""

    @property
    def created(self) -> tuple[Change, ...]:
        """The records that were not there before."""
        return tuple(change for change in self.changes if change.is_new)

    @property
    def changed(self) -> tuple[Change, ...]:
        """The records that were there and look different now."""
        return tuple(change for change in self.changes if not change.is_new)


def apply_world(
    session: Session,
    world: World,
    faults: Iterable[Fault] = (),
    signature: Signature | None = None,
    dating: Dating | None = None,
) -> Outcome:
    """Create and update the records of the files in the caller's transaction; WorldFaults if anything is wrong.

    With a signature each change is put into the audit; with a dating changed layers become versions from its instant.
    """
    take_turns(session, "rosters")  # with other applies, and with shifts that change hands at this moment
    outcome = rehearse(session, world, faults, dating)
    free_account_numbers(session, [c.key for c in outcome.changed if c.kind == "accounts" and "number" in c.fields])
    for change in outcome.changes:
        write_record(session, change.kind, change.after)
        if signature is not None:
            _audit(session, change, signature)
    session.flush()
    return outcome


def rehearse(session: Session, world: World, faults: Iterable[Fault] = (), dating: Dating | None = None) -> Outcome:
    """Work out what applying would do; `faults` are those found while reading. WorldFaults tells them all."""
    stored = load_world(session)
    found = (*faults, *check(world, stored))
    if found:
        raise WorldFaults(in_order(found, world.files))
    laid, layers = dated_world(stored, world, dating)
    return replace(outcome_of(stored, laid), layers=layers)


def _audit(session: Session, change: Change, signature: Signature) -> None:
    """Put a change into the audit: of a new record all of it, else the fields that change; secrets are left out."""
    if change.is_new:
        before, after = None, {name: _shown(name, value) for name, value in change.after.items()}
    else:
        before = {name: _shown(name, values[0]) for name, values in change.fields.items()}
        after = {name: _shown(name, values[1]) for name, values in change.fields.items()}
    subject = AUDITED_AS[change.kind], change.key
    record(session, signature.at, signature.by, subject, before, after, signature.reason)


def impacts(session: Session, outcome: Outcome, at: datetime) -> list[Impact]:
    """Work out what the changed rosters of an outcome do to people, gaps and contracts until some time after the change."""
    days = DAYS + days_until(outcome.layers, at)
    rosters = [change for change in outcome.changed if change.kind == "rosters"]
    return [impact_of(session, change.before, change.after, at, days) for change in rosters]


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
    } | ({"layers": [change.document() for change in outcome.layers]} if outcome.layers else {})


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
    lines += [f"dated      {dated_words(change)}" for change in outcome.layers]
    if not outcome.changes:
        would = "would change" if is_rehearsal else "changed"
        return [*lines, f"nothing {would} ({_records(outcome.unchanged)} as they are)"]
    counts = f"{len(outcome.created)} created, {len(outcome.changed)} changed, {outcome.unchanged} unchanged"
    return [*lines, f"would be: {counts}; nothing was written" if is_rehearsal else counts]


def dated_words(change: RosterLayerChange) -> str:
    """Say which layer changes when, and who is current then."""
    return f"roster {change.roster.key}, " + "; ".join(change_words(change.change, zone_named(change.roster.time_zone)))


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
