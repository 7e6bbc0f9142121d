"""The impact of a change as text: whose hours change, what opens and closes, and each changed day as two strips of hours.

A strip has one letter for each elapsed hour of the local day, so that the day on which the clock changes has 23 or 25.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from string import ascii_letters

from foundation.windows import DAY, Interval, first_instant, midnight, wall_clock
from oncall.duty import MONTHS, WEEKDAYS, written_wall
from oncall.guards import hours_words, span, uncovered_words
from oncall.impact import ClockNight, Held, Impact
from oncall.layers import Roster

LONGEST_PICTURE = 14
"""Days that are drawn; the others are only counted."""

LONGEST_LIST = 6
"""Stretches of time that are written out of one list; the others are only counted."""

DAY_WIDTH = 10
"""Letters of `Mon  2 Mar`."""

HOUR = timedelta(hours=1)
NOBODY_WANTED, GAP, SEVERAL = ".", "!", "*"


def impact_lines(change: Impact) -> list[str]:
    """Write an impact for people."""
    first, last = (written_wall(wall_clock(at, change.roster.zone)) for at in (change.start, change.end))
    head = f"Impact on {change.roster.name} ({change.roster.key}), {first} to {last}, {change.roster.time_zone}:"
    if change.is_nothing:
        return [head, "  nobody gains or loses an hour", *_holes(change)]
    return [head, *_now(change), *_hours(change), *_holes(change), *_nights(change), *_picture(change)]


def _now(change: Impact) -> Iterator[str]:
    before, after = (_named(course[0].people if course else ()) for course in (change.before, change.after))
    yield f"  on duty at its start: {after}" + ("" if before == after else f" (before the change: {before})")


def _named(people: Sequence[str]) -> str:
    return " and ".join(people) or "nobody"


def _hours(change: Impact) -> Iterator[str]:
    width = max((len(person.technician) for person in change.people), default=0)
    for person in change.people:
        gains, loses = (sum((p.end - p.start for p in part), timedelta()) for part in (person.gains, person.loses))
        before, after = (hours_words(timedelta(seconds=s)) for s in (person.seconds_before, person.seconds_after))
        told = f"gains {hours_words(gains)}, loses {hours_words(loses)} (from {before} to {after})"
        yield f"  {person.technician.ljust(width)}  {told}"


def _holes(change: Impact) -> Iterator[str]:
    roster = change.roster
    yield from _listed("GAP OPENED", (span(gap, roster) for gap in change.gaps_opened))
    yield from _listed("gap closed", (span(gap, roster) for gap in change.gaps_closed))
    holes = (uncovered_words(hole.demand, hole.period, roster) for hole in change.uncovered)
    yield from _listed("CONTRACT LEFT UNCOVERED", holes)
    again = (f"{hole.demand.tier}, {hole.demand.service}, {span(hole.period, roster)}" for hole in change.covered_again)
    yield from _listed("contract covered again", again)


def _listed(what: str, entries: Iterable[str]) -> Iterator[str]:
    listed = list(entries)
    yield from (f"  {what} {entry}" for entry in listed[:LONGEST_LIST])
    if len(listed) > LONGEST_LIST:
        yield f"  {what}: {len(listed) - LONGEST_LIST} more"


def _nights(change: Impact) -> Iterator[str]:
    for night in change.nights:
        way = "forward" if night.shift > timedelta() else "back"
        when = written_wall(wall_clock(night.at, change.roster.zone))
        yield f"  the clock is put {way} by {hours_words(abs(night.shift))} to {when}: {_night(night, change.roster)}"


def _night(night: ClockNight, roster: Roster) -> str:
    after = _course_words(night.after, roster)
    return (
        f"{after}, as before"
        if night.before == night.after
        else f"{after}; before: {_course_words(night.before, roster)}"
    )


def _course_words(course: Sequence[Held], roster: Roster) -> str:
    """Say who is on duty one after another: `sam until Sun 08:00, then kim`."""
    if not course:
        return "nobody"
    told = [f"{_named(held.people)} until {_clock(held.end, roster)}" for held in course[:-1]]
    return ", then ".join([*told, _named(course[-1].people)])


def _clock(at: datetime, roster: Roster) -> str:
    wall = wall_clock(at, roster.zone)
    return f"{WEEKDAYS[wall.weekday()]} {wall:%H:%M}"


# Strips ---------------------------------------------------------------------------------------------------------------


def _picture(change: Impact) -> Iterator[str]:
    """Draw the days that differ, and say which letter is who."""
    letters = _letters((*change.before, *change.after))
    differing = [
        (day, strips)
        for day in _days(change)
        if (strips := tuple(_strip(course, day, change.wanted, letters) for course in (change.before, change.after)))
        and strips[0] != strips[1]
    ]
    if not differing:
        return
    yield ""
    yield " " * (DAY_WIDTH + 11) + "0     6     12    18    (hours of the local day)"
    for day, (before, after) in differing[:LONGEST_PICTURE]:
        yield f"  {_day_name(day, change.roster)}  before {before}"
        yield f"  {'':{DAY_WIDTH}}  after  {after}"
    if len(differing) > LONGEST_PICTURE:
        yield f"  days that differ and are not drawn: {len(differing) - LONGEST_PICTURE}"
    legend = [f"{letter} {_named(people)}" for people, letter in letters.items()]
    yield "  " + ", ".join(
        [*legend, f"{GAP} gap", f"{SEVERAL} changes within the hour", f"{NOBODY_WANTED} nobody wanted"]
    )


def _day_name(day: Interval, roster: Roster) -> str:
    wall = wall_clock(day.start, roster.zone)
    return f"{WEEKDAYS[wall.weekday()]} {wall.day:2} {MONTHS[wall.month - 1]}".ljust(DAY_WIDTH)


def _letters(course: Iterable[Held]) -> dict[tuple[str, ...], str]:
    """Give each set of people a letter: where it is free, the first one's initial."""
    letters: dict[tuple[str, ...], str] = {}
    for held in course:
        people = tuple(sorted(held.people))
        if people and people not in letters:
            wanted = [letter for letter in "".join(people).upper() if letter in ascii_letters]
            free = (letter for letter in (*wanted, *ascii_letters) if letter not in letters.values())
            letters[people] = next(free, "?")
    return letters


def _days(change: Impact) -> Iterator[Interval]:
    """Yield the local days of the horizon, clipped to it."""
    zone = change.roster.zone
    day = midnight(wall_clock(change.start, zone).date())
    while (start := first_instant(day, zone)) < change.end:
        end = first_instant(day + DAY, zone)
        if start < end:
            yield Interval(start, end)
        day += DAY


def _strip(
    course: Sequence[Held], day: Interval, wanted: Sequence[Interval], letters: dict[tuple[str, ...], str]
) -> str:
    hours, at = [], day.start
    while at < day.end:
        hours.append(_letter(course, Interval(at, min(at + HOUR, day.end)), wanted, letters))
        at += HOUR
    return "".join(hours)


def _letter(
    course: Sequence[Held], hour: Interval, wanted: Sequence[Interval], letters: dict[tuple[str, ...], str]
) -> str:
    here = [held for held in course if held.start < hour.end and held.end > hour.start]
    if len(here) > 1:
        return SEVERAL
    if here and here[0].people:
        return letters[tuple(sorted(here[0].people))]
    is_wanted = bool(here) and any(start < hour.end and end > hour.start for start, end in wanted)
    return GAP if is_wanted else NOBODY_WANTED
