"""What a changed roster does before it is saved: who gains and loses which hours, gaps, clock-change nights, contracts.

Both rosters are asked the same questions by the one resolver, over the same horizon; what differs is the impact.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from foundation.clock import iso
from foundation.windows import DAY, Interval, first_instant, last_instant, midnight, wall_clock
from oncall.coverage import covered, gaps
from oncall.guards import Demand, Reach, course, periods, uncovered_words, unserved
from oncall.layers import Roster
from oncall.resolver import segments
from oncall.timetable import bare
from oncall.turns import clock_changes

CLOCK_CHANGES = 2
"""How many coming nights with a change of the clock are looked at, within the horizon or beyond it."""

LONGEST_LOOK = 2
"""Years in which a change of the clock is looked for; a zone without any has none to show."""

NOON = 12
SECOND = timedelta(seconds=1)


class Held(NamedTuple):
    """Some time with the people on duty in it, perhaps nobody."""

    start: datetime
    end: datetime
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonImpact:
    """One person's hours before and after, and which they gain and lose."""

    technician: str
    seconds_before: int
    seconds_after: int
    gains: tuple[Interval, ...]
    loses: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class ClockNight:
    """A night in which the roster's clock changes: noon to noon around it, with who is on duty before and after."""

    at: datetime
    shift: timedelta
    before: tuple[Held, ...]
    after: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Hole:
    """Hours of contracts that lose, or get back, somebody who can be reached."""

    demand: Demand
    period: Interval


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything that a change does to one roster in [start, end), and to the coming clock-change nights."""

    roster: Roster
    start: datetime
    end: datetime
    before: tuple[Held, ...]
    after: tuple[Held, ...]
    wanted: tuple[Interval, ...]
    people: tuple[PersonImpact, ...]
    gaps_opened: tuple[Interval, ...]
    gaps_closed: tuple[Interval, ...]
    uncovered: tuple[Hole, ...]
    covered_again: tuple[Hole, ...]
    nights: tuple[ClockNight, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether the same people are on duty at the same times, before and after."""
        return not self.people and not self.gaps_opened and not self.gaps_closed and not self._changed_nights

    @property
    def _changed_nights(self) -> bool:
        return any(night.before != night.after for night in self.nights)


@dataclass(frozen=True, slots=True)
class Contracts:
    """What contracts ask of rosters in the horizon, and who can be reached."""

    demands: tuple[Demand, ...] = ()
    people: Mapping[str, Reach] | None = None


def impact(
    before: Roster | None, after: Roster, start: datetime, end: datetime, contracts: Contracts | None = None
) -> Impact:
    """Compare a roster as it is, or nothing for a new one, with the roster as it would be."""
    contracts = contracts or Contracts()
    had = list[Interval]() if before is None else gaps(before, start, end)
    has = gaps(after, start, end)
    return Impact(
        roster=after,
        start=start,
        end=end,
        before=_course(before, start, end),
        after=_course(after, start, end),
        wanted=tuple(covered(after, start, end)),
        people=tuple(_people(before, after, start, end)),
        gaps_opened=tuple(bare(has, had)),
        gaps_closed=tuple(bare(had, has)),
        uncovered=tuple(_holes(before, after, contracts, (start, end))),
        covered_again=() if before is None else tuple(_holes(after, before, contracts, (start, end))),
        nights=tuple(_nights(before, after, start)),
    )


def _course(roster: Roster | None, start: datetime, end: datetime) -> tuple[Held, ...]:
    """Return who is on duty when; a new shift of the same people begins nothing new."""
    joined: list[Held] = []
    for segment in () if roster is None else segments(roster, start, end):
        if joined and set(joined[-1].people) == set(segment.people):
            joined[-1] = joined[-1]._replace(end=segment.end)
        else:
            joined.append(Held(segment.start, segment.end, segment.people))
    return tuple(joined)


def _people(before: Roster | None, after: Roster, start: datetime, end: datetime) -> Iterator[PersonImpact]:
    """Yield everybody whose hours change, by key."""
    old, new = ({} if before is None else course(before, start, end)), course(after, start, end)
    for key in sorted(old.keys() | new.keys()):
        had, has = periods(old.get(key, ())), periods(new.get(key, ()))
        if had != has:
            yield PersonImpact(key, _seconds(had), _seconds(has), tuple(bare(has, had)), tuple(bare(had, has)))


def _seconds(intervals: Sequence[Interval]) -> int:
    return sum((end - start) // SECOND for start, end in intervals)


def _holes(
    before: Roster | None, after: Roster, contracts: Contracts, window: tuple[datetime, datetime]
) -> Iterator[Hole]:
    """Yield the hours of contracts that nobody can be reached for after, and somebody could before."""
    people = contracts.people or {}
    old = {} if before is None else course(before, *window)
    new = course(after, *window)
    for demand in contracts.demands:
        if demand.roster == after.key:
            had = () if before is None else unserved(demand, old, people).nobody
            yield from (Hole(demand, hole) for hole in bare(unserved(demand, new, people).nobody, had))


# Nights in which the clock changes ------------------------------------------------------------------------------------


def clock_changes_after(zone: ZoneInfo, at: datetime, count: int = CLOCK_CHANGES) -> list[datetime]:
    """Find the next instants at which a zone's clock is put forward or back, within two years."""
    found: list[datetime] = []
    for year in range(at.year, at.year + LONGEST_LOOK + 1):
        for around in clock_changes(zone.key, year):
            change = _change_within(zone, around)
            if change > at and change not in found:
                found.append(change)
    return sorted(found)[:count]


def _change_within(zone: ZoneInfo, around: Interval) -> datetime:
    """Find the second at which the offset changes in a stretch that holds one change; 18 steps for two days."""
    low, high = around
    before = low.astimezone(zone).utcoffset()
    while high - low > SECOND:
        middle = low + (high - low) // (2 * SECOND) * SECOND
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _nights(before: Roster | None, after: Roster, start: datetime) -> Iterator[ClockNight]:
    zone = after.zone
    for change in clock_changes_after(zone, start):
        night = _noon_to_noon(change, zone)
        yield ClockNight(change, _moved_by(change, zone), _course(before, *night), _course(after, *night))


def _noon_to_noon(change: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the noons around the night of a clock change; one in the afternoon belongs to the night that follows."""
    last = wall_clock(change - SECOND, zone)
    noon = midnight(last.date()) + (DAY / 2 if last.hour >= NOON else -DAY / 2)
    return first_instant(noon, zone), last_instant(noon + DAY, zone)


def _moved_by(change: datetime, zone: ZoneInfo) -> timedelta:
    """Return by how much the clock is put forward, negative for back."""
    return wall_clock(change, zone) - wall_clock(change - SECOND, zone) - SECOND


# As JSON --------------------------------------------------------------------------------------------------------------


def impact_document(change: Impact) -> dict[str, Any]:
    """Write the impact for programs; hours are counted in elapsed time."""
    return {
        "roster": change.roster.key,
        "from": iso(change.start),
        "to": iso(change.end),
        "changes": not change.is_nothing,
        "now": {"before": list(_people_at(change.before)), "after": list(_people_at(change.after))},
        "people": [_person_document(person) for person in change.people],
        "gaps_opened": [_interval(gap) for gap in change.gaps_opened],
        "gaps_closed": [_interval(gap) for gap in change.gaps_closed],
        "uncovered": [_hole(hole, change.roster) for hole in change.uncovered],
        "covered_again": [_hole(hole, change.roster) for hole in change.covered_again],
        "clock_changes": [_night_document(night) for night in change.nights],
    }


def _people_at(course: Sequence[Held]) -> tuple[str, ...]:
    return course[0].people if course else ()


def _person_document(person: PersonImpact) -> dict[str, Any]:
    return {
        "technician": person.technician,
        "hours_before": round(person.seconds_before / 3600, 2),
        "hours_after": round(person.seconds_after / 3600, 2),
        "gains": [_interval(period) for period in person.gains],
        "loses": [_interval(period) for period in person.loses],
    }


def _interval(period: Interval) -> dict[str, str]:
    return {"start": iso(period.start), "end": iso(period.end)}


def _hole(hole: Hole, roster: Roster) -> dict[str, Any]:
    demand = hole.demand
    named = {"tier": demand.tier, "service": demand.service, "accounts": list(demand.accounts)}
    return named | _interval(hole.period) | {"says": uncovered_words(demand, hole.period, roster)}


def _night_document(night: ClockNight) -> dict[str, Any]:
    return {
        "at": iso(night.at),
        "clock_moves_minutes": int(night.shift.total_seconds() // 60),
        "before": [_held(held) for held in night.before],
        "after": [_held(held) for held in night.after],
    }


def _held(held: Held) -> dict[str, Any]:
    return {"start": iso(held.start), "end": iso(held.end), "on_duty": list(held.people)}
