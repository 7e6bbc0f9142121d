"""The world file: who there is, who is on duty and what is promised, read from TOML or JSON into frozen records.

Reading never stops at the first fault: everything that is wrong in all files is collected, each with its file, line,
key and mend. Nothing here touches the database; references to what is stored there are judged in world_check.py.
"""

import json
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import Any, assert_never

from switchboard.toml_lines import Path, key_lines
from switchboard.world_shape import SHAPES, Document, Field, ListOf, Shape

Documents = dict[str, dict[str, Document]]
"""A whole world: kind of record, then its key, to the record as it is written."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, and a sentence that says what and what to write instead."""

    file: str
    line: int | None
    key: str
    says: str

    def __str__(self) -> str:
        """Write the fault as one line, as compilers do."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.key}: {self.says}" if self.key else f"{place}: {self.says}"


class WorldFaults(Exception):
    """Everything that is wrong with the files, in their order; nothing was changed."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults in the order of files and lines."""
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file: the way to it, and what people call it, such as `rosters[critical].layers[primary].unit`."""

    file: str
    lines: Mapping[Path, int]
    path: Path = ()
    label: str = ""

    def key(self, name: str) -> "Spot":
        """Return the place of a key below this one."""
        return Spot(self.file, self.lines, (*self.path, name), f"{self.label}.{name}" if self.label else name)

    def item(self, place: int, name: str | None = None) -> "Spot":
        """Return the place of an element of this list, called by its key where it has one."""
        return Spot(self.file, self.lines, (*self.path, place), f"{self.label}[{place if name is None else name}]")

    def fault(self, says: str) -> Fault:
        """Say what is wrong here; a key that is not written has the line of the table around it."""
        ways = (self.path[:depth] for depth in range(len(self.path), 0, -1))
        line = next((self.lines[way] for way in ways if way in self.lines), None)
        return Fault(self.file, line, self.label, says)


@dataclass(frozen=True, slots=True)
class Record:
    """One record as given: only the fields in the file; `faulty` are the ways to those that are unreadable."""

    kind: str
    key: str
    given: Mapping[str, Any]
    spot: Spot
    faulty: frozenset[Path] = frozenset()

    @property
    def shape(self) -> Shape:
        """The shape that the record has."""
        return SHAPES[self.kind]


@dataclass(frozen=True, slots=True)
class World:
    """The records of all files, in their order, and the names of the files."""

    records: tuple[Record, ...]
    files: tuple[str, ...]

    def of(self, kind: str) -> tuple[Record, ...]:
        """Return the records of one kind."""
        return tuple(record for record in self.records if record.kind == kind)


# Files ----------------------------------------------------------------------------------------------------------------


def read_world(files: Iterable[FilePath]) -> tuple[World, tuple[Fault, ...]]:
    """Read files into one world, `-` being standard input, and find the faults; what could be read is in the world."""
    return read_texts((str(file), _contents(file)) for file in files)


def read_texts(texts: Iterable[tuple[str, str | Fault]]) -> tuple[World, tuple[Fault, ...]]:
    """Read files that are given by name and contents; contents that begin with a brace are JSON."""
    reading = _Reading()
    listed = list(texts)
    for name, contents in listed:
        if isinstance(contents, Fault):
            reading.faults.append(contents)
        else:
            reading.file(name, contents)
    return World(tuple(reading.records), tuple(name for name, _ in listed)), tuple(reading.faults)


def in_order(faults: Iterable[Fault], files: Sequence[str]) -> list[Fault]:
    """Sort faults by file and line, each told once."""
    return sorted(dict.fromkeys(faults), key=lambda fault: (files.index(fault.file), fault.line or 0))


def _contents(file: FilePath) -> str | Fault:
    try:
        written = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return written.decode("utf-8-sig")
    except OSError as fault:
        return Fault(str(file), None, "", f"cannot be read ({fault.strerror}); name a file that is there")
    except UnicodeDecodeError as fault:
        return Fault(str(file), None, "", f"is not UTF-8 (byte {fault.start}); save it as UTF-8")


def parsed(name: str, contents: str) -> tuple[Any, Mapping[Path, int]] | Fault:
    """Read TOML, or JSON if it begins with a brace, with the lines of its keys; a fault if the syntax is broken."""
    is_json = contents.lstrip().startswith("{")
    try:
        if is_json:
            return json.loads(contents, object_pairs_hook=_once), {}
        return tomllib.loads(contents), key_lines(contents.replace("\r\n", "\n"))
    except json.JSONDecodeError as fault:
        return Fault(name, fault.lineno, "", f"is not JSON: {fault.msg} (column {fault.colno}); mend the syntax there")
    except tomllib.TOMLDecodeError as fault:
        return _toml_fault(name, contents, str(fault))
    except (ValueError, RecursionError) as fault:
        return Fault(name, None, "", f"cannot be read: {str(fault) or 'it is nested too deeply'}; mend it there")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a table of JSON pairs; a key that stands there twice would silently lose its first value."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one table; keep one of the two")
    return made


def _toml_fault(name: str, contents: str, says: str) -> Fault:
    """Take the line out of what tomllib says, such as `Expected '=' after a key (at line 3, column 5)`."""
    what, _, where = says.rpartition(" (at ")
    numbers = [int(word.strip(",)")) for word in where.split() if word.strip(",)").isdigit()]
    line = numbers[0] if numbers else contents.count("\n") + 1
    return Fault(name, line, "", f"is not TOML: {what or says}; mend the syntax there")


# Tables ---------------------------------------------------------------------------------------------------------------


class _Reading:
    """Collects records and faults while the files are read."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.faults: list[Fault] = []
        self.seen: dict[tuple[str, str], Fault] = {}

    def file(self, name: str, contents: str) -> None:
        found = parsed(name, contents)
        if isinstance(found, Fault):
            self.faults.append(found)
            return
        data, lines = found
        top = Spot(name, lines)
        for kind, value in data.items():
            spot = top.key(kind)
            if kind not in SHAPES:
                self.faults.append(spot.fault(unknown(kind, SHAPES)))
            elif kind == "policies":
                self._record(SHAPES[kind], value, spot)
            else:
                self._records(SHAPES[kind], value, spot)

    def _records(self, shape: Shape, value: object, spot: Spot) -> None:
        if not isinstance(value, list):
            self.faults.append(spot.fault(f"is no list of tables; write [[{shape.name}]] above each of them"))
            return
        for place, entry in enumerate(value):
            self._record(shape, entry, spot.item(place, called(shape, entry)))

    def _record(self, shape: Shape, value: object, spot: Spot) -> None:
        table = Table(shape, spot)
        given = table.read(value)
        self.faults += table.faults
        lacking = [name for name in shape.key if name not in given]
        self.faults += [spot.fault(f"has no {name}; write one") for name in lacking if (name,) not in table.faulty]
        if not lacking:
            faulty = frozenset(table.faulty)
            self._keep(Record(shape.name, shape.key_of(given) or shape.name, given, spot, faulty))

    def _keep(self, record: Record) -> None:
        """Keep a record, unless one of its key is there; policies are told apart by their fields."""
        twins = False
        for name in record.given if record.kind == "policies" else (record.key,):
            spot = record.spot.key(name) if record.kind == "policies" else record.spot
            first = self.seen.setdefault((record.kind, name), spot.fault(""))
            if first != spot.fault(""):
                place = first.file if first.line is None else f"{first.file}:{first.line}"
                self.faults.append(spot.fault(f"is already in {place}; keep one of the two, or write another key"))
                twins = True
        if not twins:
            self.records.append(record)


class Table:
    """Reads one table by its shape; `faulty` are the ways to what could not be read, below the table."""

    def __init__(self, shape: Shape, spot: Spot) -> None:
        """Begin with nothing read."""
        self.shape = shape
        self.spot = spot
        self.faults: list[Fault] = []
        self.faulty: list[Path] = []

    def read(self, value: object) -> Document:
        """Return the fields that are given and right; note the others."""
        if not isinstance(value, dict):
            self.faults.append(self.spot.fault("is not a table; write keys with their values"))
            self.faulty.append(())
            return {}
        known = {field.name: field for field in self.shape.fields}
        given: Document = {}
        for name, written in value.items():
            if name in known:
                self._field(known[name], written, given)
            else:
                self._note((name,), self.spot.key(name).fault(unknown(name, known)))
        return given

    def read_whole(self, value: object) -> Document:
        """Return a table inside a list, which is complete in itself: defaults filled in, what is missing noted."""
        given = self.read(value)
        if isinstance(value, dict):
            for name in self.shape.required():
                if name not in value:
                    self._note((name,), self.spot.key(name).fault("is missing; write it"))
        return self.shape.complete(given)

    def _field(self, field: Field, written: object, given: Document) -> None:
        spot = self.spot.key(field.name)
        if field.may_be_cleared and (written is None or written == ""):
            given[field.name] = None
            return
        match field.read:
            case Shape() as shape:
                self._nested(shape, written, spot, given)
            case ListOf() as entries:
                self._list(entries, written, spot, given)
            case reader if callable(reader):
                self._value(field.name, written, spot, given)
            case _:
                assert_never(field.read)

    def _value(self, name: str, written: object, spot: Spot, given: Document) -> None:
        read = self.shape.field(name).read
        assert callable(read)
        try:
            given[name] = read(written)
        except ValueError as fault:
            self._note((name,), spot.fault(str(fault)))

    def _list(self, entries: ListOf, written: object, spot: Spot, given: Document) -> None:
        name = str(spot.path[-1])
        if not isinstance(written, list) or (not written and not entries.may_be_empty):
            problem = "is empty" if written == [] else f"{written!r} is not a list"
            self._note((name,), spot.fault(f"{problem}; write the entries in brackets"))
            return
        given[name] = []
        for place, entry in enumerate(written):
            try:
                given[name].append(entries.entry(entry))
            except ValueError as fault:
                self._note((name, place), spot.item(place).fault(str(fault)))

    def _nested(self, shape: Shape, written: object, spot: Spot, given: Document) -> None:
        if not isinstance(written, list):
            self._note((shape.name,), spot.fault("is no list of tables; write each of them in braces, inside brackets"))
            return
        given[shape.name] = []
        for place, entry in enumerate(written):
            table = Table(shape, spot.item(place, called(shape, entry)))
            given[shape.name].append(table.read_whole(entry))
            self.faults += table.faults
            self.faulty += [(shape.name, place, *way) for way in table.faulty]
        self._tell_twins(shape, given[shape.name], spot)

    def _tell_twins(self, shape: Shape, documents: list[Document], spot: Spot) -> None:
        """Note every table whose key another one of its list has."""
        seen: set[str] = set()
        for place, document in enumerate(documents):
            if not shape.key or any(name not in document for name in shape.key):
                continue
            name = shape.key_of(document)
            if name in seen:
                self._note((shape.name, place), spot.item(place, name).fault("is there twice; write another key"))
            seen.add(name)

    def _note(self, way: Path, fault: Fault) -> None:
        self.faulty.append(way)
        self.faults.append(fault)


def called(shape: Shape, entry: object) -> str | None:
    """Return what a table is called by its own key, if it has one that can be shown."""
    names = shape.key or tuple(field.name for field in shape.fields[:1] if field.name == "key")
    if not names or not isinstance(entry, Mapping):
        return None
    values = [entry.get(name) for name in names]
    return " ".join(str(value) for value in values) if all(isinstance(v, str) and v for v in values) else None


def unknown(name: str, known: Iterable[str]) -> str:
    """Say that a key is not known, and which one may have been meant."""
    names = list(known)
    near = get_close_matches(name, names, 1)
    mend = f"did you mean {near[0]}?" if near else f"known here: {', '.join(names)}"
    return f"is not a known key; {mend}"


# Worlds as documents --------------------------------------------------------------------------------------------------


def merged(stored: Documents, world: World) -> Documents:
    """Lay a world over what is stored: fields that are not given stay, new records get defaults."""
    whole = {kind: dict(stored.get(kind, {})) for kind in SHAPES}
    for record in world.records:
        before = whole[record.kind].get(record.key)
        whole[record.kind][record.key] = settled(
            record.shape, (record.shape.defaults() if before is None else before) | dict(record.given)
        )
    return whole


def settled(shape: Shape, document: Document) -> Document:
    """Put lists whose order means nothing into one order, so that equal records look equal."""
    done = dict(document)
    for field in shape.fields:
        nested = field.read
        if isinstance(nested, Shape) and nested.sorted_by and field.name in done:
            done[field.name] = sorted(done[field.name], key=lambda entry: _order(nested, entry))
    return done


def _order(shape: Shape, document: Document) -> tuple[str, ...]:
    return tuple(str(document.get(name) or "") for name in shape.sorted_by)
