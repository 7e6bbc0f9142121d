"""What is wrong with the coming days: gaps, double bookings, people who cannot be reached, rest cut short, holes in coverage.

A finding is a fact with a sentence. An `alarm` means that somebody who needs help may find nobody, a `warning` that it
rests on somebody tired, doubly needed or hard to reach, a `note` that a handset was never proven: no text goes out for a
note alone. Contracts are handed in as `Demand`s: what they are for is not known here, only that some hours on a roster
need somebody who can be reached.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from typing import Any, Literal, NamedTuple, get_args

from foundation.clock import iso
from foundation.windows import DAY_NAMES, Interval, merged, open_intervals, parse_coverage, wall_clock
from oncall.coverage import gaps
from oncall.duty import OnDuty, written_wall
from oncall.layers import Roster, instant
from oncall.resolver import segments
from oncall.timetable import bare, common

Kind = Literal["gap", "uncovered", "double_booking", "away_override", "rest", "unreachable", "unproven"]
Severity = Literal["alarm", "warning", "note"]
Channel = Literal["call", "text"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""Kinds of findings, the gravest first: findings of one severity are told in this order."""

SEVERITIES: tuple[Severity, ...] = get_args(Severity)

REST_HOURS = 11
"""Shipped least time off between a night duty and the next one: the daily rest of directive 2003/88/EC, article 3."""

NIGHT = parse_coverage([[f"{day} 22:00", f"{after} 06:00"] for day, after in pairwise((*DAY_NAMES, DAY_NAMES[0]))])
"""Night by the roster's wall clock; a duty that touches it is a night duty."""

LONGEST_WORKED = timedelta(hours=25)
"""A shift of up to a day, which has 25 hours once a year, is worked; a longer one is stand-by, which has no daily rest."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of how a person can be reached."""

    is_verified: bool
    texts_refused: bool


@dataclass(frozen=True, slots=True)
class Demand:
    """Hours in which somebody has to be reachable on a roster, because contracts of one tier say so."""

    tier: str
    service: str
    roster: str
    hours: tuple[Interval, ...]
    accounts: tuple[str, ...] = ()
    channel: Channel = "call"
    severity: Severity = "alarm"
    """How grave it is if nobody is there."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Everything the guards look at; `rung_together` are the sets of rosters that one step of a policy rings at once."""

    rosters: tuple[Roster, ...]
    people: Mapping[str, Reach]
    demands: tuple[Demand, ...] = ()
    rung_together: tuple[frozenset[str], ...] = ()
    rest_hours: int = REST_HOURS


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with its time, its people and a sentence in the roster's wall clock."""

    kind: Kind
    severity: Severity
    roster: str
    start: datetime
    end: datetime
    people: tuple[str, ...]
    says: str

    def document(self) -> dict[str, Any]:
        """Write the finding as JSON."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "roster": self.roster,
            "start": iso(self.start),
            "end": iso(self.end),
            "people": list(self.people),
            "says": self.says,
        }


class Held(NamedTuple):
    """Some time of one person on duty."""

    start: datetime
    end: datetime
    duty: OnDuty

    @property
    def period(self) -> Interval:
        """When it is."""
        return Interval(self.start, self.end)


Courses = Mapping[str, Mapping[str, Sequence[Held]]]
"""By roster, then by person: their time on duty in order."""


def findings(watch: Watch, start: datetime, end: datetime) -> list[Finding]:
    """Find everything that is wrong in [start, end): the gravest first, then by kind, then by time."""
    courses = {roster.key: course(roster, start, end) for roster in watch.rosters}
    found: list[Finding] = []
    for roster in watch.rosters:
        here = courses[roster.key]
        found += _gaps(roster, watch, start, end)
        found += _unreachable(roster, here, watch.people)
        found += _away(roster, here)
    for demand in watch.demands:
        found += _uncovered(demand, watch, courses)
    found += _double_bookings(watch, courses)
    found += _short_rests(watch, courses)
    return sorted(found, key=lambda f: (SEVERITIES.index(f.severity), KINDS.index(f.kind), f.start, f.roster, f.people))


def course(roster: Roster, start: datetime, end: datetime) -> dict[str, list[Held]]:
    """Return when each person is on duty in [start, end); a new shift or another reason begins a new piece."""
    held: dict[str, list[Held]] = {}
    for segment in segments(roster, start, end):
        for duty in segment.on_duty:
            pieces = held.setdefault(duty.technician, [])
            if pieces and pieces[-1].end == segment.start and pieces[-1].duty.held == duty.held:
                pieces[-1] = Held(pieces[-1].start, segment.end, pieces[-1].duty)
            else:
                pieces.append(Held(segment.start, segment.end, duty))
    return held


def periods(pieces: Iterable[Held]) -> list[Interval]:
    """Return pieces as intervals, touching ones as one."""
    return list(merged(sorted(piece.period for piece in pieces)))


# Gaps and coverage ----------------------------------------------------------------------------------------------------


def _gaps(roster: Roster, watch: Watch, start: datetime, end: datetime) -> Iterator[Finding]:
    """A gap is an alarm where contracts of any tier are owed an answer at any hour, else a warning."""
    is_owed = any(demand.roster == roster.key and demand.severity == "alarm" for demand in watch.demands)
    for gap in gaps(roster, start, end):
        says = f"{roster.name}: nobody is on duty {span(gap, roster)}"
        yield Finding("gap", "alarm" if is_owed else "warning", roster.key, *gap, (), says)


@dataclass(frozen=True, slots=True)
class Unserved:
    """Hours of a demand without anybody who can be reached, and those in which everybody's handset is unproven."""

    nobody: tuple[Interval, ...]
    unproven: tuple[Interval, ...]


def unserved(demand: Demand, here: Mapping[str, Sequence[Held]], people: Mapping[str, Reach]) -> Unserved:
    """Find the hours of a demand that nobody on the roster can be counted on for; `here` is the roster's course."""
    reachable = {key for key, reach in people.items() if demand.channel == "call" or not reach.texts_refused}
    proven = {key for key in reachable if people[key].is_verified}
    without = list(bare(demand.hours, _together(here, reachable)))
    weak = bare(list(bare(demand.hours, _together(here, proven))), without)
    return Unserved(tuple(without), tuple(weak))


def _together(here: Mapping[str, Sequence[Held]], people: Iterable[str]) -> list[Interval]:
    return list(merged(sorted(piece.period for key in people for piece in here.get(key, ()))))


def _uncovered(demand: Demand, watch: Watch, courses: Courses) -> Iterator[Finding]:
    roster = next((one for one in watch.rosters if one.key == demand.roster), None)
    here = courses.get(demand.roster, {})
    found = unserved(demand, here, watch.people)
    for hole in found.nobody:
        on_duty = _on_duty(here, hole)
        yield Finding(
            "uncovered", demand.severity, demand.roster, *hole, on_duty, uncovered_words(demand, hole, roster)
        )
    for hole in found.unproven:
        says = f"{_owed(demand)} rests on unverified handsets alone {span(hole, roster)}"
        yield Finding("unproven", "note", demand.roster, *hole, _on_duty(here, hole), says)


def uncovered_words(demand: Demand, hole: Interval, roster: Roster | None) -> str:
    """Say which contracts have nobody, where and when."""
    where = f"on {demand.roster}" if roster else f"because there is no roster {demand.roster}"
    return f"{_owed(demand)} has nobody who can be reached {where} {span(hole, roster)}"


def _owed(demand: Demand) -> str:
    count = len(demand.accounts)
    return f"{demand.tier.title()} ({count} account{'' if count == 1 else 's'}): {demand.service}"


def _on_duty(here: Mapping[str, Sequence[Held]], hole: Interval) -> tuple[str, ...]:
    return tuple(sorted(key for key, pieces in here.items() if any(_touch(piece.period, hole) for piece in pieces)))


# People ---------------------------------------------------------------------------------------------------------------


def _unreachable(roster: Roster, here: Mapping[str, Sequence[Held]], people: Mapping[str, Reach]) -> Iterator[Finding]:
    """Yield one finding for each person who may not hear a ring or a text, from their first duty to their last."""
    for key, pieces in here.items():
        problem = unreachable_words(people.get(key))
        if problem is None:
            continue
        whole = Interval(pieces[0].start, pieces[-1].end)
        severity = _gravity(people.get(key))
        says = f"{roster.name}: {key} {problem} and is on duty {span(whole, roster)}"
        yield Finding("unreachable", severity, roster.key, *whole, (key,), says)


def _gravity(reach: Reach | None) -> Severity:
    if reach is None:
        return "alarm"
    return "warning" if reach.texts_refused else "note"


def unreachable_words(reach: Reach | None) -> str | None:
    """Say why a person may not be reached; nothing where nothing speaks against it."""
    if reach is None:
        return "is not on record"
    told = (() if reach.is_verified else ("has no verified phone",)) + (
        ("refuses texts",) if reach.texts_refused else ()
    )
    return " and ".join(told) or None


def _away(roster: Roster, here: Mapping[str, Sequence[Held]]) -> Iterator[Finding]:
    """An override of somebody who has time off wins; that is told, since it may be a slip."""
    for gone in roster.time_off:
        away = Interval(instant(gone.start, roster.zone), instant(gone.end, roster.zone, end=True))
        by_override = [piece for piece in here.get(gone.technician, ()) if _is_placed(piece.duty)]
        for both in common(periods(by_override), [away]):
            says = (
                f"{roster.name}: {gone.technician} has time off and is put on duty by an override {span(both, roster)}"
            )
            yield Finding("away_override", "warning", roster.key, *both, (gone.technician,), says)


def _is_placed(duty: OnDuty) -> bool:
    return duty.placed is not None and duty.placed.override.technician == duty.technician


# Double bookings ------------------------------------------------------------------------------------------------------


def _double_bookings(watch: Watch, courses: Courses) -> Iterator[Finding]:
    """Yield who is on duty on two rosters that are rung at once, or is put on two rosters by overrides at one time."""
    for one, other in combinations(watch.rosters, 2):
        at_once = any({one.key, other.key} <= step for step in watch.rung_together)
        for key in courses[one.key].keys() & courses[other.key].keys():
            here, there = courses[one.key][key], courses[other.key][key]
            if not at_once:
                here, there = ([piece for piece in pieces if _is_placed(piece.duty)] for pieces in (here, there))
            why = "which one step rings at once" if at_once else "by an override on each"
            for both in common(periods(here), periods(there)):
                says = f"{key} is on duty on {one.name} and {other.name}, {why}, {span(both, one)}"
                yield Finding("double_booking", "warning", one.key, *both, (key,), says)


# Rest -----------------------------------------------------------------------------------------------------------------


def _short_rests(watch: Watch, courses: Courses) -> Iterator[Finding]:
    """Yield each night duty that is followed too soon by the same person's next duty, on whatever roster."""
    least, rosters = timedelta(hours=watch.rest_hours), {roster.key: roster for roster in watch.rosters}
    for key in sorted({key for here in courses.values() for key in here}):
        duties = sorted((shift, roster) for roster in courses for shift in _worked(courses[roster].get(key, ())))
        for (earlier, roster), (later, other) in pairwise(duties):
            rest = later.start - earlier.end
            if timedelta() <= rest < least and _is_night(earlier, rosters[roster]):
                gone, back = (written_wall(wall_clock(at, rosters[roster].zone)) for at in (earlier.end, later.start))
                says = f"{key} is off {rosters[roster].name} at {gone} after a night and on {rosters[other].name} at {back}"
                told = f"{says}: {hours_words(rest)} of rest, {watch.rest_hours} h are wanted"
                yield Finding("rest", "warning", roster, earlier.end, later.end, (key,), told)


def _worked(pieces: Sequence[Held]) -> list[Interval]:
    """Return the shifts of up to a day, each as one stretch from when the person comes on until they go."""
    shifts: dict[tuple[datetime, datetime], Interval] = {}
    for piece in pieces:
        shift = piece.duty.shift_start, piece.duty.shift_end
        if shift[1] - shift[0] <= LONGEST_WORKED:
            first = shifts.get(shift)
            shifts[shift] = Interval(first.start if first else piece.start, piece.end)
    return list(shifts.values())


def _is_night(duty: Interval, roster: Roster) -> bool:
    return bool(open_intervals(NIGHT, roster.zone, duty.start, duty.end))


# Words ----------------------------------------------------------------------------------------------------------------


def _touch(one: Interval, other: Interval) -> bool:
    return one.start < other.end and other.start < one.end


def span(period: Interval, roster: Roster | None) -> str:
    """Say from when to when on the roster's wall clock, or in UTC where there is no roster, and how long it is."""
    if roster is None:
        return f"from {iso(period.start)} to {iso(period.end)} ({hours_words(period.end - period.start)})"
    start, end = (written_wall(wall_clock(at, roster.zone)) for at in period)
    return f"from {start} to {end} ({hours_words(period.end - period.start)})"


def hours_words(length: timedelta) -> str:
    """Say a length in hours and minutes: `12 h`, `1 h 30 min`, `20 min`."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    if not minutes:
        return f"{hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


TOLD = 3
"""Findings that a text spells out; the command lists the rest."""


def worth_telling(found: Iterable[Finding]) -> list[Finding]:
    """Leave out what can wait until somebody looks."""
    return [finding for finding in found if finding.severity != "note"]


def guard_words(found: Sequence[Finding], days: int) -> str:
    """Text to a manager: the gravest findings, and how many more there are.

    A gap and the contracts that it leaves bare are told once.
    """
    bare_hours = {(one.roster, one.start, one.end) for one in found if one.kind == "gap"}
    listed = [f for f in worth_telling(found) if f.kind != "uncovered" or (f.roster, f.start, f.end) not in bare_hours]
    told = ". ".join(finding.says for finding in listed[:TOLD])
    more = f" And {len(listed) - TOLD} more." if len(listed) > TOLD else ""
    return f"Check of the next {days} days: {told}.{more} All of them: switchboard roster guards"
