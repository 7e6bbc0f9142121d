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


def incoming_words(roster: Roster, at: datetime, until: datetime | None) -> str:
    """Text for somebody whose duty begins."""
    ends = "until further notice" if until is None else f"until {wall_words(until, roster.time_zone)}"
    return f"You are on duty for {roster.name} from {wall_words(at, roster.time_zone)} {ends}."


def outgoing_words(roster: Roster, at: datetime, names: Collection[str]) -> str:
    """Text for somebody whose duty has ended."""
    now = f"{' and '.join(names)} took over" if names else "nobody is on duty now"
    return f"Your duty for {roster.name} ended {wall_words(at, roster.time_zone)}; {now}."


def wall_words(at: datetime, zone: str) -> str:
    """Say an instant on the wall clock of a zone: `Mon 5 Jan 08:00 (Chicago)`."""
    local = at.astimezone(ZoneInfo(zone))
    city = zone.rsplit("/", maxsplit=1)[-1].replace("_", " ")
    return f"{local:%a} {local.day} {local:%b %H:%M} ({city})"
