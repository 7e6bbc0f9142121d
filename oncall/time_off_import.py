"""Time off out of a calendar that somebody keeps elsewhere: which events it holds, and what is wrong with each.

An event is an absence from its start to its end. An all-day event lasts from midnight to midnight by the person's own
clock, by which a time without a zone is read too. Repeated events are worked out one by one.
A cancelled event is none. Of an event nothing is kept but its times: a calendar tells more of a person than a roster needs.

The libraries take 0.1 s to import, so programs import this module where a calendar is read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component, Event, vDDDTypes

from foundation.windows import DAY, Interval, first_instant, last_instant, midnight

MOST_EVENTS = 5000
"""Events that a file may hold; a calendar of a working life has fewer."""

MOST_ABSENCES = 1000
"""Absences that one import may come to; more is a rule that repeats too often."""

EARLIEST = 1970
"""Year before which no event may begin: a rule is worked out from its beginning on."""

TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
FINE_PARTS = ("BYSECOND", "BYMINUTE", "BYHOUR")
"""Rules that no absence needs, and that would take hours to work out."""


ONCE = {"DTSTART": date, "DTEND": date, "RECURRENCE-ID": date, "DURATION": timedelta}
TIMES = frozenset({*ONCE, "RRULE", "RDATE", "EXDATE"})
"""Parts of an event that say when it is."""


class NotACalendar(ValueError):
    """The file is no iCalendar at all; the text says why."""


class BadEvent(ValueError):
    """One event cannot be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Absence:
    """One event as time off. `summary` is for people to recognise it by, and is not kept."""

    start: datetime
    end: datetime
    summary: str

    @property
    def interval(self) -> Interval:
        """Its time."""
        return Interval(self.start, self.end)


@dataclass(frozen=True, slots=True)
class EventFault:
    """What is wrong with one event, called by its summary and start as they stand there."""

    event: str
    says: str

    def __str__(self) -> str:
        """Write the fault as one line."""
        return f"{self.event}: {self.says}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a calendar holds within the window, in order of time, and its faulty events."""

    absences: tuple[Absence, ...]
    faults: tuple[EventFault, ...]


def read_absences(contents: bytes, zone: ZoneInfo, window: Interval, only: str | None = None) -> Reading:
    """Read the absences that touch a window, of events whose summary or category holds `only`, if it is given.

    `zone` is the person's own. Raises NotACalendar. Faulty events are told one by one and hold nothing else up.
    """
    calendar = _calendar(contents)
    zones = [part for part in calendar.subcomponents if part.name == "VTIMEZONE"]
    found: list[Absence] = []
    faults: list[EventFault] = []
    for events in _series(calendar, only):
        try:
            found += _occurrences(events, zones, zone, window)
        except BadEvent as fault:
            faults.append(EventFault(_called(events[0]), str(fault)))
        if len(found) > MOST_ABSENCES:
            faults.append(
                EventFault(_called(events[0]), f"more than {MOST_ABSENCES} absences; shorten the range or the rule")
            )
            break
    return Reading(tuple(sorted(set(found), key=lambda absence: absence.interval)), tuple(faults))


def _calendar(contents: bytes) -> Calendar:
    try:
        calendar = Calendar.from_ical(contents.removeprefix(b"\xef\xbb\xbf"))
    except (
        ValueError,
        IndexError,
        KeyError,
    ) as fault:  # the library's parse errors are ValueErrors; odd files find others
        raise NotACalendar(str(fault).splitlines()[0][:200] if str(fault) else "it cannot be parsed") from fault
    if calendar.name != "VCALENDAR":
        raise NotACalendar("it does not begin with BEGIN:VCALENDAR")
    events = sum(part.name == "VEVENT" for part in calendar.subcomponents)
    if events > MOST_EVENTS:
        raise NotACalendar(f"it holds {events} events, more than {MOST_EVENTS}; export a shorter range")
    return calendar


def _series(calendar: Calendar, only: str | None) -> Iterable[list[Event]]:
    """Return events that belong together, by UID: a rule with its moved and cancelled occurrences. Those without are alone."""
    series: dict[str, list[Event]] = {}
    for place, event in enumerate(part for part in calendar.subcomponents if isinstance(part, Event)):
        series.setdefault(str(event.get("UID") or f"event {place}"), []).append(event)
    return [events for events in series.values() if only is None or any(_matches(event, only) for event in events)]


def _matches(event: Event, only: str) -> bool:
    words = (_summary(event), *map(str, event.categories))
    return any(only.casefold() in word.casefold() for word in words)


def _called(event: Event) -> str:
    start = event.get("DTSTART")
    when = getattr(start, "dt", None) if isinstance(start, vDDDTypes) else None
    return f"{_summary(event)!r} ({'no start' if when is None else when})"


def _summary(event: Component) -> str:
    written = event.get("SUMMARY")
    first = written[0] if isinstance(written, list) else written
    return " ".join(str(first or "no summary").split())[:80]


# One series -----------------------------------------------------------------------------------------------------------


def _occurrences(events: list[Event], zones: list[Any], zone: ZoneInfo, window: Interval) -> Iterator[Absence]:
    """Yield the absences of one series, in whatever order."""
    for event in events:
        _refuse_if_unreadable(event)
    if all(_is_cancelled(event) for event in events):
        return
    for occurrence in _worked_out(events, zones, window):
        if _is_cancelled(occurrence):
            continue
        absence = Absence(*_times(occurrence, zone), _summary(occurrence))
        if absence.start < window.end and absence.end > window.start:
            yield absence


def _is_cancelled(event: Component) -> bool:
    return str(event.get("STATUS") or "").upper() == "CANCELLED"


def _worked_out(events: list[Event], zones: list[Any], window: Interval) -> list[Any]:
    """Work out a rule by the library, a day wider: what has no zone may lie up to so far from where it thinks."""
    if len(events) == 1 and not any(key in events[0] for key in ("RRULE", "RDATE", "RECURRENCE-ID")):
        return list(events)
    alone = Calendar()
    alone.subcomponents = [*zones, *events]
    try:
        found = recurring_ical_events.of(alone).between(window.start - DAY, window.end + DAY)
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
    ) as fault:  # what odd rules make of it
        raise BadEvent(f"its repetition cannot be worked out ({type(fault).__name__}); mend its rule") from fault
    return list(found)


def _refuse_if_unreadable(event: Event) -> None:
    garbled = next(((name, says) for name, says in event.errors if name in TIMES), None)
    if garbled is not None:
        raise BadEvent(f"its {garbled[0]} cannot be read ({garbled[1]}); mend it")
    if "DTSTART" not in event:
        raise BadEvent("has no start; write a DTSTART")
    for name, kind in ONCE.items():
        if name in event:
            _refuse_odd(name, event[name], kind)
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        _refuse_too_often(rule)


def _refuse_odd(name: str, value: Any, kind: type) -> None:  # noqa: ANN401 - the library's properties have no common type
    """Refuse what is there twice, is of another kind than a date, a time or a length, or names a zone that nobody knows."""
    if isinstance(value, list):
        raise BadEvent(f"has {len(value)} of {name}; keep one")
    if not isinstance(value.dt, kind):
        raise BadEvent(f"its {name} is a {type(value.dt).__name__}; write a {kind.__name__}")
    if isinstance(value.dt, date) and value.dt.year < EARLIEST:
        raise BadEvent(f"its {name} is before {EARLIEST}; begin it later")
    named = value.params.get("TZID")
    if named and isinstance(value.dt, datetime) and value.dt.tzinfo is None:
        raise BadEvent(f"its zone {named!r} is unknown; add a VTIMEZONE for it, or use an IANA name")


def _refuse_too_often(rule: Any) -> None:  # noqa: ANN401 - the library's rule is an untyped mapping
    frequency = {str(word).upper() for word in rule.get("FREQ", [])}
    if frequency & TOO_OFTEN or any(len(rule.get(part, [])) > 1 for part in FINE_PARTS):
        raise BadEvent("repeats more often than daily; no absence does")
    if not frequency:
        raise BadEvent("its rule has no FREQ that can be read; mend its rule")


# Times ----------------------------------------------------------------------------------------------------------------


def _times(event: Any, zone: ZoneInfo) -> tuple[datetime, datetime]:  # noqa: ANN401 - the library's properties have no common type
    """Return the instants of one event: an end that is not written is that of RFC 5545, a day or no time at all."""
    start = event["DTSTART"].dt
    end = event["DTEND"].dt if "DTEND" in event else None
    if end is None:
        length = event["DURATION"].dt if "DURATION" in event else timedelta() if isinstance(start, datetime) else DAY
        end = start + length
    if isinstance(start, datetime) != isinstance(end, datetime):
        raise BadEvent("starts with a date and ends with a time, or the other way round; write both alike")
    begins, ends = _instant(start, zone, is_end=False), _instant(end, zone, is_end=True)
    if begins >= ends:
        raise BadEvent("does not end after its start; give it a length")
    return begins, ends


def _instant(moment: date | datetime, zone: ZoneInfo, *, is_end: bool) -> datetime:
    """Turn what an event says into an instant, whole seconds."""
    if isinstance(moment, datetime):
        if moment.tzinfo is not None:
            return moment.astimezone(UTC).replace(microsecond=0)
        wall = moment.replace(microsecond=0)
    else:
        wall = midnight(moment)
    return last_instant(wall, zone) if is_end else first_instant(wall, zone)
