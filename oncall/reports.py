"""What duty came to over a range: hours, nights, weekends, holidays, shifts and calls, for each person.

Everything is counted in elapsed time, so that a night in which the clock goes back is an hour longer. Nights, weekends
and holidays are those of the person, in the person's own zone where it is known, else in the roster's: a day shift in
Sydney is nobody's night because the roster is kept in Chicago.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from foundation.windows import Closure, Interval, Weekly, WeeklyWindow, closed_intervals, merged, open_intervals
from oncall.coverage import gaps
from oncall.duty import OnDuty
from oncall.layers import EMPTY_SLOT, Roster
from oncall.resolver import compiled, segments
from oncall.timetable import common

NIGHT = Weekly(tuple(WeeklyWindow(day, 22 * 60, (day + 1) % 7, 6 * 60) for day in range(7)))
"""22:00 to 06:00: an assumption, the hours in which a call wakes most people."""

WEEKEND = Weekly((WeeklyWindow(5, 0, 6, 24 * 60),))
"""Saturday 00:00 to Sunday 24:00."""


@dataclass(frozen=True, slots=True)
class Rang:
    """A handset that rang: whose, when, and whether that person took what it rang for and talked."""

    technician: str
    at: datetime
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a report needs to know besides the roster: people's zones, days that are holidays, and what rang."""

    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)
    holidays: tuple[Closure, ...] = ()
    rang: tuple[Rang, ...] = ()


@dataclass(frozen=True, slots=True)
class DutyTime:
    """Elapsed time on duty, and the parts of it that fell into nights, weekends and holidays; these may overlap."""

    total: timedelta = timedelta()
    nights: timedelta = timedelta()
    weekends: timedelta = timedelta()
    holidays: timedelta = timedelta()

    def __add__(self, other: "DutyTime") -> "DutyTime":
        """Add the parts one by one."""
        return DutyTime(
            self.total + other.total,
            self.nights + other.nights,
            self.weekends + other.weekends,
            self.holidays + other.holidays,
        )

    def __truediv__(self, people: int) -> "DutyTime":
        """Split evenly among so many people."""
        return DutyTime(self.total / people, self.nights / people, self.weekends / people, self.holidays / people)


@dataclass(frozen=True, slots=True)
class PersonDuty:
    """One person's duty. `rang` are handsets that rang for them while on duty, `taken` the calls they took and talked."""

    technician: str
    time: DutyTime
    shifts: int
    rang: int
    taken: int


@dataclass(frozen=True, slots=True)
class RosterDuty:
    """A roster's duty over a range: everybody in it by name of key, those with nothing too, and the time left bare."""

    roster: str
    people: tuple[PersonDuty, ...]
    bare: timedelta


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch on one shift by one person; nobody else's coming and going cuts it."""

    technician: str
    start: datetime
    end: datetime
    duty: OnDuty


def spells(roster: Roster, start: datetime, end: datetime) -> list[Spell]:
    """Return the stretches of [start, end) that people hold, in order of their starts: one for each unbroken hold of a shift."""
    found: list[Spell] = []
    open_spells: dict[tuple[str, str | None, datetime, datetime], Spell] = {}
    for segment in segments(roster, start, end):
        held = {duty.held: duty for duty in segment.on_duty}
        found += (spell for key, spell in open_spells.items() if key not in held)
        open_spells = {
            key: Spell(
                duty.technician, open_spells[key].start if key in open_spells else segment.start, segment.end, duty
            )
            for key, duty in held.items()
        }
    return sorted((*found, *open_spells.values()), key=lambda spell: (spell.start, spell.technician))


def duty_time(pieces: Sequence[Interval], zone: ZoneInfo, holidays: tuple[Closure, ...] = ()) -> DutyTime:
    """Measure intervals that are disjoint and in order, by the clock of a zone."""
    if not pieces:
        return DutyTime()
    start, end = pieces[0].start, pieces[-1].end
    return DutyTime(
        total=_length(pieces),
        nights=_length(common(pieces, open_intervals(NIGHT, zone, start, end))),
        weekends=_length(common(pieces, open_intervals(WEEKEND, zone, start, end))),
        holidays=_length(common(pieces, closed_intervals(holidays, zone))),
    )


def _length(pieces: Iterable[Interval]) -> timedelta:
    return sum((piece.end - piece.start for piece in pieces), timedelta())


def roster_duty(roster: Roster, start: datetime, end: datetime, given: Circumstances) -> RosterDuty:
    """Report one roster over [start, end). A ring counts if its person was on duty on this roster at that instant."""
    held = spells(roster, start, end)
    names = sorted({spell.technician for spell in held} | set(participants(roster, start, end)))
    people = tuple(_person(name, [s for s in held if s.technician == name], roster.zone, given) for name in names)
    return RosterDuty(roster.key, people, _length(gaps(roster, start, end)))


def all_duty(rosters: Iterable[Roster], start: datetime, end: datetime, given: Circumstances) -> tuple[PersonDuty, ...]:
    """Report people over several rosters: an hour on two of them at once counts once, every ring counts."""
    held: dict[str, list[tuple[Spell, ZoneInfo]]] = {}
    for roster in rosters:
        for spell in spells(roster, start, end):
            held.setdefault(spell.technician, []).append((spell, roster.zone))
    for ring in given.rang:
        held.setdefault(ring.technician, [])
    return tuple(_over_rosters(name, held[name], Interval(start, end), given) for name in sorted(held))


def _over_rosters(name: str, held: list[tuple[Spell, ZoneInfo]], window: Interval, given: Circumstances) -> PersonDuty:
    pieces = list(merged(sorted(Interval(spell.start, spell.end) for spell, _ in held)))
    zone = given.zones.get(name) or (held[0][1] if held else ZoneInfo("UTC"))
    mine = [r for r in given.rang if r.technician == name and window.start <= r.at < window.end]
    taken = sum(ring.is_taken for ring in mine)
    return PersonDuty(name, duty_time(pieces, zone, given.holidays), _shifts(s for s, _ in held), len(mine), taken)


def _person(name: str, held: Sequence[Spell], roster_zone: ZoneInfo, given: Circumstances) -> PersonDuty:
    pieces = list(merged(sorted(Interval(spell.start, spell.end) for spell in held)))
    mine = [ring for ring in given.rang if ring.technician == name and _holds(pieces, ring.at)]
    time = duty_time(pieces, given.zones.get(name, roster_zone), given.holidays)
    return PersonDuty(name, time, _shifts(held), len(mine), sum(ring.is_taken for ring in mine))


def _shifts(held: Iterable[Spell]) -> int:
    """Count shifts: one that coverage or an override has cut to pieces counts once."""
    return len({spell.duty.held for spell in held})


def _holds(pieces: Sequence[Interval], at: datetime) -> bool:
    place = bisect_right(pieces, at, key=lambda piece: piece.start)
    return place > 0 and at < pieces[place - 1].end


def participants(roster: Roster, start: datetime, end: datetime) -> Iterator[str]:
    """Yield everybody in the order of a layer that is in force at some time of [start, end)."""
    for version in chain.from_iterable(compiled(roster).levels):
        if version.in_force.start < end and version.in_force.end > start:
            yield from (person for person in version.layer.participants if person != EMPTY_SLOT)
