"""Whether the records of a world fit together, and what is stored: names that exist, numbers that nobody else has."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from oncall.layers import RosterFault, RosterFaults, parse_roster
from switchboard.toml_lines import Path
from switchboard.world import Documents, Fault, Record, Spot, World, called, merged
from switchboard.world_shape import SHAPES, Document, Shape

NOUNS = {
    "technicians": "technician",
    "accounts": "account",
    "rosters": "roster",
    "escalation_policies": "escalation policy",
    "calendars": "calendar",
}


def check(world: World, stored: Documents) -> tuple[Fault, ...]:
    """Find every fault between records; `stored` is the database's world, on which the files are laid."""
    whole = merged(stored, world)
    faults = [fault for record in world.records for fault in _record_faults(record, stored, whole)]
    return (*faults, *_claimed_twice(world, whole))


def check_roster(record: Record) -> tuple[Fault, ...]:
    """Find what is wrong within one roster of a file, without asking who its people are."""
    document = record.shape.defaults() | dict(record.given)
    return (*_missing(record), *_roster_rules(record, document))


def _record_faults(record: Record, stored: Documents, whole: Documents) -> Iterator[Fault]:
    if record.key not in stored.get(record.kind, {}):
        yield from _missing(record)
    yield from CHECKS[record.kind](record, whole)


def _missing(record: Record) -> Iterator[Fault]:
    for name in record.shape.required():
        if name not in record.given and (name,) not in record.faulty:
            yield record.spot.key(name).fault("is missing; a new record needs it")


# References -----------------------------------------------------------------------------------------------------------


def _known(kind: str, key: object, spot: Spot, whole: Documents) -> Iterator[Fault]:
    """Tell of a reference to a record that neither the files nor the database have."""
    names = list(whole[kind])
    if isinstance(key, str) and key and key not in names:
        near = get_close_matches(key, names, 1)
        mend = f"did you mean {near[0]!r}?" if near else f"add it to {kind}"
        yield spot.fault(f"there is no {NOUNS[kind]} {key!r}; {mend}")


def _policies(record: Record, whole: Documents) -> Iterator[Fault]:
    yield from _known("rosters", record.given.get("case_desk_roster"), record.spot.key("case_desk_roster"), whole)


def _technician(record: Record, whole: Documents) -> Iterator[Fault]:
    del record, whole
    yield from ()


def _account(record: Record, whole: Documents) -> Iterator[Fault]:
    account = whole["accounts"][record.key]
    if account.get("pin_required") and not account.get("pin") and ("pin",) not in record.faulty:
        yield record.spot.key("pin_required").fault("asks for a PIN that the account does not have; write pin")
    for spot, contract in _entries(record, "contracts"):
        starts, ends = contract.get("starts"), contract.get("ends")
        if starts and ends and ends < starts:
            yield spot.key("ends").fault(f"{ends} is before {starts}; write a last day that is not before the first")


def _roster(record: Record, whole: Documents) -> Iterator[Fault]:
    yield from _roster_rules(record, whole["rosters"][record.key])
    for spot, layer in _entries(record, "layers"):
        people = spot.key("participants")
        for place, key in enumerate(layer.get("participants", [])):
            yield from _known("technicians", key, people.item(place), whole)
    for name in ("overrides", "time_off"):
        for spot, entry in _entries(record, name):
            for role in ("technician", "replaces"):
                yield from _known("technicians", entry.get(role), spot.key(role), whole)


def _escalation_policy(record: Record, whole: Documents) -> Iterator[Fault]:
    for spot, step in _entries(record, "steps"):
        for place, target in enumerate(step.get("ring", [])):
            kind, _, key = target.partition(":")
            yield from _known(f"{kind}s", key, spot.key("ring").item(place), whole)


def _calendar(record: Record, whole: Documents) -> Iterator[Fault]:
    calendar = whole["calendars"][record.key]
    if calendar["mode"] == "windows" and not calendar["windows"] and ("windows",) not in record.faulty:
        says = 'never opens; write windows such as [["mon 08:00", "mon 17:00"]], or mode = "always"'
        yield record.spot.key("windows").fault(says)


def _service_level(record: Record, whole: Documents) -> Iterator[Fault]:
    yield from _known("calendars", record.given.get("calendar"), record.spot.key("calendar"), whole)


CHECKS: dict[str, Callable[[Record, Documents], Iterator[Fault]]] = {
    "policies": _policies,
    "technicians": _technician,
    "accounts": _account,
    "rosters": _roster,
    "escalation_policies": _escalation_policy,
    "calendars": _calendar,
    "service_levels": _service_level,
}


def _entries(record: Record, name: str) -> Iterator[tuple[Spot, Document]]:
    """Yield the given entries of a nested list with their places."""
    shape = record.shape.field(name).read
    assert isinstance(shape, Shape)
    for place, entry in enumerate(record.given.get(name, [])):
        yield record.spot.key(name).item(place, called(shape, entry)), entry


# Rosters: the rules are those of oncall -------------------------------------------------------------------------------


def _roster_rules(record: Record, document: Mapping[str, Any]) -> Iterator[Fault]:
    """Ask oncall what is wrong with a roster, leaving out the entries whose faults have been told.

    It compares entries with each other only once each is right in itself, so a second question without the entries that
    the first one found faulty completes the answer.
    """
    faulty = set(record.faulty)
    for _ in range(2):
        clean, places = _without_faulty(faulty, document)
        if not {"key", "time_zone"} <= clean.keys():
            return
        try:
            parse_roster(clean)
        except RosterFaults as found:
            spots = [_spot(fault, record, places) for fault in found.faults]
            says = (f"{_in_file(fault.problem, places)}; {fault.mend}" for fault in found.faults)
            yield from (spot.fault(sentence) for spot, sentence in zip(spots, says, strict=True))
            faulty |= {spot.path[len(record.spot.path) :] for spot in spots}
        else:
            return


def _without_faulty(faulty: set[Path], document: Mapping[str, Any]) -> tuple[Document, dict[str, list[int]]]:
    """Leave out faulty entries of lists; for each list, tell at which places the others stand in the file."""
    clean, places = dict(document), {}
    for name in ("layers", "overrides", "time_off"):
        dropped = {way[1] for way in faulty if len(way) > 1 and way[0] == name}
        places[name] = [place for place in range(len(document.get(name, []))) if place not in dropped]
        clean[name] = [document[name][place] for place in places[name]]
    if ("time_zone",) in faulty:
        clean["time_zone"] = "UTC"
    return clean, places


def _in_file(problem: str, places: Mapping[str, list[int]]) -> str:
    """Let `overrides[0]` in a sentence mean the place in the file, not among the entries that were asked about."""
    return re.sub(r"(layers|overrides|time_off)\[(\d+)\]", lambda m: f"{m[1]}[{places[m[1]][int(m[2])]}]", problem)


def _spot(fault: RosterFault, record: Record, places: Mapping[str, list[int]]) -> Spot:
    """Turn `layers[0].unit` into a place of the file."""
    spot = record.spot
    for part in fault.path.split("."):
        name, _, number = part.partition("[")
        if name == "roster":
            continue
        spot = spot.key(name)
        if number:
            place = places[name][int(number.rstrip("]"))]
            spot = spot.item(place, _name_of_entry(record, name, place))
    return spot


def _name_of_entry(record: Record, name: str, place: int) -> str | None:
    shape = record.shape.field(name).read
    entries = record.given.get(name, [])
    return called(shape, entries[place]) if isinstance(shape, Shape) and place < len(entries) else None


# What only one may have -----------------------------------------------------------------------------------------------


def _claimed_twice(world: World, whole: Documents) -> Iterator[Fault]:
    """Tell of account numbers and handsets that two records claim; each is told at the one that is given later."""
    yield from _twins(world, "accounts", ("number",), whole)
    yield from _twins(world, "technicians", ("phone", "sms_phone"), whole)


def _twins(world: World, kind: str, names: Iterable[str], whole: Documents) -> Iterator[Fault]:
    given = {record.key: record for record in world.of(kind)}
    stored_first = sorted(whole[kind], key=lambda key: key in given)
    owners: dict[str, str] = {}
    for key in stored_first:
        for name in names:
            value = whole[kind][key].get(name)
            owner = owners.setdefault(value, key) if value else key
            if owner != key and key in given:
                says = f"{value} belongs to {NOUNS[kind]} {owner!r} already; write another"
                yield given[key].spot.key(name).fault(says)


assert CHECKS.keys() == SHAPES.keys()
