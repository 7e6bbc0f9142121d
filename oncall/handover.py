"""Handovers as pure rules: between two instants, who came on duty and who went, compared with who was last told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from oncall.layers import Roster
from oncall.resolver import segments


@dataclass(frozen=True, slots=True)
class Handover:
    """An instant at which other people are on duty than before; a new shift of the same people is none."""

    at: datetime
    incoming: tuple[str, ...]
    outgoing: tuple[str, ...]
    on_duty: tuple[str, ...]


def handovers(roster: Roster, people: Collection[str], since: datetime, until: datetime) -> list[Handover]:
    """Find every handover in [since, until], where `people` were told to be on duty before `since`."""
    found: list[Handover] = []
    before = frozenset(people)
    for segment in segments(roster, since, until):
        now = frozenset(segment.people)
        if now != before:
            incoming = tuple(key for key in segment.people if key not in before)
            found.append(Handover(segment.start, incoming, tuple(sorted(before - now)), segment.people))
            before = now
    return found


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a handover's texts tell besides the handover: who is the backup, who comes next and when, what is open."""

    until: datetime | None
    backup: tuple[str, ...] = ()
    open_criticals: tuple[str, ...] = ()
    """Numbers of the critical cases that are not resolved."""


def incoming_words(roster: Roster, at: datetime, outlook: Outlook) -> str:
    """Text for somebody whose duty begins."""
    until, zone = outlook.until, roster.time_zone
    ends = "until further notice" if until is None else f"until {wall_words(until, zone)}"
    told = [f"You are on duty for {roster.name} from {wall_words(at, zone)} {ends}."]
    told.append(f"Backup is {' and '.join(outlook.backup)}." if outlook.backup else "There is no backup.")
    return " ".join([*told, open_words(outlook.open_criticals)])


def outgoing_words(roster: Roster, at: datetime, names: Collection[str], again: datetime | None = None) -> str:
    """Text for somebody whose duty has ended; `again` is when they are on duty next, if they are the next to come."""
    now = f"{' and '.join(names)} took over" if names else "nobody is on duty now"
    told = f"Your duty for {roster.name} ended {wall_words(at, roster.time_zone)}; {now}."
    return told if again is None else f"{told} You are next, from {wall_words(again, roster.time_zone)}."


def next_words(roster: Roster, begins: datetime) -> str:
    """Text for somebody whose duty begins with the next handover."""
    return f"You are next for {roster.name}, from {wall_words(begins, roster.time_zone)}."


def open_words(numbers: Collection[str]) -> str:
    """Say which critical cases are open."""
    if not numbers:
        return "No open criticals."
    return f"{len(numbers)} open critical{'s' if len(numbers) > 1 else ''}: {', '.join(numbers)}."


def wall_words(at: datetime, zone: str) -> str:
    """Say an instant on the wall clock of a zone: `Mon 5 Jan 08:00 (Chicago)`."""
    local = at.astimezone(ZoneInfo(zone))
    city = zone.rsplit("/", maxsplit=1)[-1].replace("_", " ")
    return f"{local:%a} {local.day} {local:%b %H:%M} ({city})"
