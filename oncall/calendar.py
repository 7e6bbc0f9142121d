"""Duty as iCalendar (RFC 5545): one event for each unbroken hold of a shift, for a person or for a whole roster.

Times are UTC, which every client shows in its reader's own zone, so no zone has to be described. An event's UID is made
from what it is, not from when it was asked for: the same hold of a shift keeps its UID in every feed and at every
reading, and a window's edge never cuts one. DTSTAMP and LAST-MODIFIED are the roster's last change and SEQUENCE counts
its changes, so two readings without a change between them are equal byte for byte.

The library takes 0.08 s to import, so programs import this module where a calendar is asked for.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from hashlib import sha256

from icalendar import Calendar, Event, vDuration, vText

from foundation.windows import Interval
from oncall.coverage import gaps
from oncall.duty import OnDuty
from oncall.layers import Roster
from oncall.published import Published, Revision
from oncall.reports import Spell, spells
from oncall.resolver import on_duty

PRODUCT = "-//Switchboard//On call//EN"

REFRESH = timedelta(minutes=15)
"""How often a client is asked to look again; many take hours whatever they are told."""

LONGEST_SHIFT = timedelta(days=400)
"""How far beyond the window the ends of a shift are looked for; one that is longer is cut there."""

SECOND = timedelta(seconds=1)


def feed(published: Published, shown: Interval) -> bytes:
    """Write a feed: CRLF line ends, lines folded at 75 octets, text escaped."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, vText(published.title))
    if published.zone is not None:
        calendar.add("x-wr-timezone", published.zone)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for event in _events(published, shown):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(published: Published, shown: Interval) -> Iterator[Event]:
    for roster, revision in published.rosters:
        for spell in whole_spells(roster, shown):
            if published.technician in (None, spell.technician):
                yield _shift(published, roster, revision, spell)
        if published.technician is None:
            yield from (_gap(published, roster, revision, gap) for gap in whole_gaps(roster, shown))


def whole_spells(roster: Roster, shown: Interval) -> list[Spell]:
    """Return the spells that touch a window, with their true ends: the window is widened by the shifts at its edges."""
    first = [duty.shift_start for duty in on_duty(roster, shown.start)]
    last = [duty.shift_end for duty in on_duty(roster, shown.end - SECOND)]
    start = max(min([shown.start, *first]), shown.start - LONGEST_SHIFT)
    end = min(max([shown.end, *last]), shown.end + LONGEST_SHIFT)
    return [spell for spell in spells(roster, start, end) if spell.start < shown.end and spell.end > shown.start]


def whole_gaps(roster: Roster, shown: Interval) -> list[Interval]:
    """Return the gaps that touch a window, with their true ends, looked for as far as those of shifts."""
    first, last = gaps(roster, shown.start, shown.start + SECOND), gaps(roster, shown.end - SECOND, shown.end)
    start = shown.start - LONGEST_SHIFT if first else shown.start
    end = shown.end + LONGEST_SHIFT if last else shown.end
    return [gap for gap in gaps(roster, start, end) if gap.start < shown.end and gap.end > shown.start]


def _shift(published: Published, roster: Roster, revision: Revision, spell: Spell) -> Event:
    name = published.names.get(spell.technician, spell.technician)
    mine = published.technician is not None
    event = _event(published, revision, spell, (roster.key, spell.technician, *_identity(spell.duty)))
    event.add("summary", f"On duty: {roster.name}" if mine else f"{name}: {roster.name}")
    event.add("description", f"{name} is on duty for {roster.name}. Why: {spell.duty.why}.")
    event.add("categories", ["On duty"])
    return event


def _gap(published: Published, roster: Roster, revision: Revision, gap: Interval) -> Event:
    event = _event(published, revision, gap, (roster.key, "", "gap"))
    event.add("summary", f"NOBODY: {roster.name}")
    event.add("description", f"Nobody is on duty for {roster.name}, though it is to be staffed then.")
    event.add("categories", ["Gap"])
    return event


def _identity(duty: OnDuty) -> tuple[str, str]:
    return duty.layer or "", f"{duty.shift_start:%Y%m%dT%H%M%SZ}"


def _event(published: Published, revision: Revision, when: Interval | Spell, identity: Iterable[str]) -> Event:
    """Make an event that blocks nobody's day: being on call is no meeting."""
    event = Event()
    parts = "\n".join((*identity, f"{when.start:%Y%m%dT%H%M%SZ}"))
    event.add("uid", f"{sha256(parts.encode()).hexdigest()[:32]}@{published.host}")
    event.add("dtstart", when.start)
    event.add("dtend", when.end)
    event.add("dtstamp", revision.at)
    event.add("last-modified", revision.at)
    event.add("sequence", revision.sequence)
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event
