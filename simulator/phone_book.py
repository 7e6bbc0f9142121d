"""Who owns which phone: the standing cast that the page and the terminal show by name."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from simulator.twiml import E164

ROLES = ("caller", "technician", "manager")


@dataclass(frozen=True, slots=True)
class Entry:
    """One phone with its owner; `note` says in a few words what calling from it shows."""

    number: str
    name: str
    role: str = "caller"
    note: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the entry as the file and the control API have it."""
        return asdict(self)


class PhoneBookError(ValueError):
    """The file is not a phone book; the message says where and what would be right."""


def read_phone_book(path: Path) -> tuple[Entry, ...]:
    """Read a file; raise PhoneBookError that names the entry and the mend."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise PhoneBookError(f"{path}: {error}") from error
    if not isinstance(rows, list):
        raise PhoneBookError(f'{path}: expected a list of {{"number", "name", "role", "note"}}')
    return tuple(_entry(path, number, row) for number, row in enumerate(rows, 1))


def _entry(path: Path, place: int, row: object) -> Entry:
    try:
        entry = Entry(**row) if isinstance(row, dict) else None
    except TypeError:
        entry = None
    if entry is None or not all(isinstance(value, str) for value in entry.to_json().values()):
        raise PhoneBookError(f'{path}, entry {place}: expected {{"number", "name", "role", "note"}}, all texts')
    if not E164.fullmatch(entry.number):
        raise PhoneBookError(f"{path}, entry {place}: number {entry.number!r} is not like +12025550141")
    if entry.role not in ROLES:
        raise PhoneBookError(f"{path}, entry {place}: role {entry.role!r} is not one of {', '.join(ROLES)}")
    return entry


def find(book: Sequence[Entry], who: str) -> str:
    """Return the number meant: one as it is, or that of the only owner whose name begins like this, else ''."""
    if E164.fullmatch(who):
        return who
    found = [entry.number for entry in book if entry.name.casefold().startswith(who.casefold())]
    return found[0] if who and len(found) == 1 else ""
