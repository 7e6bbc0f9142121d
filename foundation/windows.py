"""Wall clock, coverage windows, closures and open time.

All instants are aware UTC datetimes; a zone stays beside the rule it belongs to. Intervals are half-open: start in, end
out. Wall times are naive datetimes and become instants by two rules. Any wall time inside a gap is the first instant
after the gap. A wall time that occurs twice is its first occurrence as a start and its last as an end: an hour too
many, never a hole.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import NamedTuple, assert_never
from zoneinfo import ZoneInfo

DAY_MINUTES = 1440
WEEK_MINUTES = 7 * DAY_MINUTES
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

EMPTY_DAYS_LIMIT = 3653
"""Ten years: a calendar that stays closed for so long is a mistake, not a long weekend."""

SEARCH_STEP = timedelta(days=35)
"""Length of one stride in the search for open time: a common target is found in the first one."""

LARGEST_FOLD = DAY
"""No zone has ever set its clock back by more than a day; so far a closing can lie before the wall clock of now."""

YEARS = range(1900, 3000)
"""Years in which a moment may lie: enough for every roster, and far from the ends of the calendar."""

MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.0+)?)?"
    r"(?P<offset>Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?"
)
TIME_OF_DAY = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)")
TIME_OF_WEEK = re.compile(r"(?P<day>[a-z]{3})\s+(?P<time>\d{1,2}:\d{2})")


class ConfigurationFault(ValueError):
    """A rule that is well formed and can never work, such as a calendar that never opens."""


class Interval(NamedTuple):
    """Half-open stretch of time between two UTC instants."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class WeeklyWindow:
    """One opening each week, by wall clock; days count from Monday 0, minutes from midnight, 1440 is 24:00.

    A window whose closing does not lie after its opening runs over the week's end. Equal opening and closing is refused
    with ValueError; Monday 00:00 to Sunday 24:00 is the whole week.
    """

    open_day: int
    open_minute: int
    close_day: int
    close_minute: int

    def __post_init__(self) -> None:
        """Refuse days outside 0 to 6, minutes outside 0 to 1440, and a window that opens and closes at once."""
        if not all(0 <= day < len(DAY_NAMES) for day in (self.open_day, self.close_day)):
            raise ValueError("a day of the week is a number from 0 (Monday) to 6 (Sunday)")
        if not all(0 <= minute <= DAY_MINUTES for minute in (self.open_minute, self.close_minute)):
            raise ValueError("a minute of the day is a number from 0 to 1440 (24:00)")
        if self.opens == self.closes:
            raise ValueError("opening and closing are the same moment; for the whole week write 'always'")

    @property
    def opens(self) -> int:
        """Minute of the week, 0 to 10079, at which it opens."""
        return (self.open_day * DAY_MINUTES + self.open_minute) % WEEK_MINUTES

    @property
    def closes(self) -> int:
        """Minute of the week, 0 to 10080, at which it closes; it may lie before the opening."""
        return self.close_day * DAY_MINUTES + self.close_minute

    @property
    def minutes(self) -> int:
        """Length by the wall clock, 1 to 10080."""
        return self.closes - self.opens if self.closes > self.opens else self.closes - self.opens + WEEK_MINUTES


@dataclass(frozen=True, slots=True)
class Closure:
    """A date with the parts of it that are closed, as minutes of the day; the whole day is ((0, 1440),)."""

    date: date
    closed: tuple[tuple[int, int], ...] = ((0, DAY_MINUTES),)

    def __post_init__(self) -> None:
        """Refuse parts that are empty, turned round or outside the day."""
        if not all(0 <= start < end <= DAY_MINUTES for start, end in self.closed):
            raise ValueError("a closed part of a day begins before it ends, between 00:00 and 24:00")


@dataclass(frozen=True, slots=True)
class Always:
    """Open at every instant that no closure takes away."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """Open inside the windows; overlapping and touching windows count once, no windows means never."""

    windows: tuple[WeeklyWindow, ...]


Coverage = Always | Weekly


# Wall clock to instant ------------------------------------------------------------------------------------------------


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a naive wall time that starts something: of two occurrences the first."""
    local = wall.replace(tzinfo=zone, fold=0)
    early, late = local.utcoffset(), local.replace(fold=1).utcoffset()
    assert early is not None
    assert late is not None
    return _after_gap(wall, zone, early, late) if early < late else (wall - early).replace(tzinfo=UTC, fold=0)


def last_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a naive wall time that ends something: of two occurrences the last."""
    local = wall.replace(tzinfo=zone, fold=0)
    early, late = local.utcoffset(), local.replace(fold=1).utcoffset()
    assert early is not None
    assert late is not None
    return _after_gap(wall, zone, early, late) if early < late else (wall - late).replace(tzinfo=UTC, fold=0)


def _after_gap(wall: datetime, zone: ZoneInfo, before: timedelta, after: timedelta) -> datetime:
    """Find the whole second at which the clock was put forward; a gap of a day takes 17 steps."""
    low = (wall - after).replace(tzinfo=UTC, microsecond=0)
    high = (wall - before).replace(tzinfo=UTC, microsecond=0) + timedelta(seconds=1)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // timedelta(seconds=2) * timedelta(seconds=1)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def wall_clock(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the naive wall time that clocks of the zone show at an instant."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def midnight(day: date) -> datetime:
    """Return the naive wall time at which a date begins."""
    return datetime.combine(day, time())


# Reading what people wrote --------------------------------------------------------------------------------------------


@cache
def zone_named(name: str) -> ZoneInfo:
    """Return the zone of an IANA name; ValueError with an example if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as fault:
        raise ValueError(f"{name!r} is not a time zone; write an IANA name such as 'America/New_York'") from fault


def parse_moment(text: str | datetime, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """Return the instant of '2026-03-01T08:00' on the zone's wall clock, or of a time with an offset or Z.

    Seconds are allowed, fractions of them are not. With `end` a wall time that occurs twice is its last occurrence. A
    datetime, as TOML reads one, counts like its text. ValueError says what is wrong and shows a right one.
    """
    written = text.isoformat() if isinstance(text, datetime) else str(text).strip()
    found = MOMENT.fullmatch(written.upper())
    if found is None:
        raise ValueError(f"{written!r} is not a moment; write '2026-03-01T08:00' or '2026-03-01T08:00:00Z'")
    try:
        wall = _wall(found["day"], int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError as fault:
        raise ValueError(f"{written!r} is not a moment: {fault}") from fault
    if found["offset"]:
        return (wall - _offset(found["offset"])).replace(tzinfo=UTC)
    return last_instant(wall, zone) if end else first_instant(wall, zone)


def _wall(day: str, hour: int, minute: int, second: int) -> datetime:
    """Put a wall time together; 24:00 is the next midnight."""
    whole = date.fromisoformat(day)
    if whole.year not in YEARS:
        raise ValueError(f"the year must lie between {YEARS.start} and {YEARS.stop - 1}")
    if (hour, minute, second) == (24, 0, 0):
        return midnight(whole) + DAY
    return datetime.combine(whole, time(hour, minute, second))


def _offset(written: str) -> timedelta:
    """Read 'Z', '+05:30' or '-0500'."""
    if written == "Z":
        return timedelta()
    size = timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
    return -size if written.startswith("-") else size


def parse_coverage(value: object) -> Coverage:
    """Read 'always' or weekly windows such as [["mon 00:00", "sat 00:00"]]; ValueError says how to mend it."""
    match value:
        case str() if value.strip().lower() == "always":
            return Always()
        case [_, *_]:
            return Weekly(tuple(_window(pair, place) for place, pair in enumerate(value, start=1)))
        case _:
            raise ValueError(
                f'{value!r} is no coverage; write "always" or windows such as [["mon 08:00", "mon 17:00"]]'
            )


def _window(value: object, place: int) -> WeeklyWindow:
    """Read one pair of opening and closing."""
    match value:
        case [opens, closes]:
            pass
        case _:
            raise ValueError(f'window {place} is {value!r}; write opening and closing: ["mon 08:00", "mon 17:00"]')
    try:
        return WeeklyWindow(*_time_of_week(opens), *_time_of_week(closes))
    except ValueError as fault:
        raise ValueError(f"window {place} ({opens} to {closes}): {fault}") from fault


def _time_of_week(text: object) -> tuple[int, int]:
    """Read 'mon 08:00' as day and minute of the day."""
    found = TIME_OF_WEEK.fullmatch(str(text).strip().lower())
    if found is None or found["day"] not in DAY_NAMES:
        days = " ".join(DAY_NAMES)
        raise ValueError(f"{text!r} is not a day and a time; write for example 'mon 08:00' (days: {days})")
    return DAY_NAMES.index(found["day"]), _minute_of_day(found["time"])


def _minute_of_day(text: object) -> int:
    """Read '00:00' to '24:00'."""
    found = TIME_OF_DAY.fullmatch(str(text).strip())
    minute = int(found["hour"]) * 60 + int(found["minute"]) if found else -1
    if not 0 <= minute <= DAY_MINUTES:
        raise ValueError(f"{text!r} is not a time of day; write 00:00 to 24:00")
    return minute


def parse_closures(value: object) -> tuple[Closure, ...]:
    """Read a holiday list; ValueError says how to mend it.

    An entry is a date, or {date, closed: [["12:00", "24:00"]]} for a part of the day.
    """
    match value:
        case [*entries]:
            return tuple(_closure(entry) for entry in entries)
        case _:
            raise ValueError(f'{value!r} is no list of holidays; write for example ["2026-12-25"]')


def _closure(entry: object) -> Closure:
    """Read one entry of a holiday list."""
    if not isinstance(entry, Mapping):
        return Closure(_date(entry))
    unknown = sorted(str(key) for key in entry if key not in ("date", "closed"))
    if unknown or "date" not in entry:
        problem = f"has an unknown key {unknown[0]!r}" if unknown else "lacks its date"
        raise ValueError(f"holiday {dict(entry)!r} {problem}; write a date and, for a part of the day, closed")
    day = _date(entry["date"])
    return Closure(day, _closed_parts(entry["closed"], day)) if "closed" in entry else Closure(day)


def _closed_parts(value: object, day: date) -> tuple[tuple[int, int], ...]:
    """Read [["12:00", "24:00"], ...] of a closure."""
    match value:
        case [_, *_]:
            return tuple(_closed_part(part, day) for part in value)
        case _:
            raise ValueError(f'holiday {day}: write the closed parts of the day, such as [["12:00", "24:00"]]')


def _closed_part(value: object, day: date) -> tuple[int, int]:
    """Read ["12:00", "24:00"]."""
    match value:
        case [start, end] if _minute_of_day(start) < _minute_of_day(end):
            return _minute_of_day(start), _minute_of_day(end)
        case _:
            raise ValueError(f'holiday {day}: {value!r} is not a part of a day; write for example ["12:00", "24:00"]')


def _date(value: object) -> date:
    """Read '2026-12-25', or a date as TOML reads one."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        day = date.fromisoformat(str(value).strip())
    except ValueError as fault:
        raise ValueError(f"{value!r} is not a date; write for example '2026-12-25'") from fault
    if day.year not in YEARS:
        raise ValueError(f"{value!r}: the year must lie between {YEARS.start} and {YEARS.stop - 1}")
    return day


def written_coverage(coverage: Coverage) -> str | list[list[str]]:
    """Write coverage as `parse_coverage` reads it."""
    match coverage:
        case Always():
            return "always"
        case Weekly(windows):
            return [
                [
                    f"{DAY_NAMES[window.open_day]} {written_minute(window.open_minute)}",
                    f"{DAY_NAMES[window.close_day]} {written_minute(window.close_minute)}",
                ]
                for window in windows
            ]
        case _:
            assert_never(coverage)


def written_closures(closures: Iterable[Closure]) -> list[str | dict[str, object]]:
    """Write closures as `parse_closures` reads them."""
    return [
        closure.date.isoformat()
        if closure.closed == ((0, DAY_MINUTES),)
        else {
            "date": closure.date.isoformat(),
            "closed": [[written_minute(start), written_minute(end)] for start, end in closure.closed],
        }
        for closure in closures
    ]


def written_minute(minute: int) -> str:
    """Write a minute of the day as 00:00 to 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


# When it is open ------------------------------------------------------------------------------------------------------


def open_intervals(
    coverage: Coverage, zone: ZoneInfo, start: datetime, end: datetime, closures: tuple[Closure, ...] = ()
) -> list[Interval]:
    """Return the open stretches of [start, end): merged, in order, clipped."""
    return list(iter_open(coverage, zone, start, end, closures))


def iter_open(
    coverage: Coverage, zone: ZoneInfo, start: datetime, end: datetime, closures: tuple[Closure, ...] = ()
) -> Iterator[Interval]:
    """Yield what `open_intervals` returns, doing no more work than is asked for."""
    return without(_covered(coverage, zone, start, end), closed_intervals(closures, zone))


def is_open(coverage: Coverage, zone: ZoneInfo, at: datetime, closures: tuple[Closure, ...] = ()) -> bool:
    """Say whether an instant is open; the cost depends on the number of windows alone."""
    return next(iter_open(coverage, zone, at, at + timedelta(seconds=1), closures), None) == (
        at,
        at + timedelta(seconds=1),
    )


def open_on(coverage: Coverage, zone: ZoneInfo, day: date, closures: tuple[Closure, ...] = ()) -> list[Interval]:
    """Return the open stretches that belong to a local date: its part of each window by wall clock, less closures."""
    begin, finish = midnight(day), midnight(day) + DAY
    match coverage:
        case Always():
            walls = iter([(begin, finish)])
        case Weekly():
            walls = _window_walls(coverage, begin, finish)
        case _:
            assert_never(coverage)
    pieces = (
        Interval(first_instant(max(opens, begin), zone), last_instant(min(closes, finish), zone))
        for opens, closes in walls
    )
    return list(without(merged(pieces), closed_intervals(closures, zone)))


@lru_cache(maxsize=512)
def closed_intervals(closures: tuple[Closure, ...], zone: ZoneInfo) -> tuple[Interval, ...]:
    """Return the closures as instants: merged and in order."""
    pieces = [
        Interval(
            first_instant(midnight(closure.date) + timedelta(minutes=start), zone),
            last_instant(midnight(closure.date) + timedelta(minutes=end), zone),
        )
        for closure in closures
        for start, end in closure.closed
    ]
    return tuple(merged(sorted(pieces)))


def merged(pieces: Iterable[Interval]) -> Iterator[Interval]:
    """Join intervals, given in order of their starts, that overlap or touch; drop empty ones."""
    start = end = None
    for piece in pieces:
        if piece.end <= piece.start:
            continue
        if start is None or end is None:
            start, end = piece
        elif piece.start <= end:
            end = max(end, piece.end)
        else:
            yield Interval(start, end)
            start, end = piece
    if start is not None and end is not None:
        yield Interval(start, end)


def without(pieces: Iterable[Interval], holes: Sequence[Interval]) -> Iterator[Interval]:
    """Cut holes, merged and in order, out of intervals."""
    for start, end in pieces:
        begin = start
        for hole in holes[_first_hole_after(holes, start) :]:
            if hole.start >= end:
                break
            if hole.start > begin:
                yield Interval(begin, hole.start)
            begin = hole.end
        if begin < end:
            yield Interval(begin, end)


def _first_hole_after(holes: Sequence[Interval], at: datetime) -> int:
    """Return the index of the first hole that ends after an instant."""
    return bisect_right(holes, at, key=lambda hole: hole.end)


def _covered(coverage: Coverage, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Interval]:
    """Yield coverage inside [start, end) before any closure."""
    match coverage:
        case Always():
            return iter([Interval(start, end)] if start < end else [])
        case Weekly():
            return merged(_clipped(coverage, zone, start, end))
        case _:
            assert_never(coverage)


def _clipped(weekly: Weekly, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Interval]:
    """Yield each occurrence of each window that touches [start, end), clipped, in order of opening."""
    since, until = wall_clock(start, zone) - LARGEST_FOLD, wall_clock(end, zone) + LARGEST_FOLD
    for opens, closes in _window_walls(weekly, since, until):
        opened = first_instant(opens, zone)
        if opened >= end:
            return
        closed = last_instant(closes, zone)
        if closed > start:
            yield Interval(max(opened, start), min(closed, end))


def _window_walls(weekly: Weekly, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield opening and closing, by wall clock and in order, of the windows that touch [since, until)."""
    spans = _spans(weekly)
    if not spans:
        return
    earliest = since - max(length for _, length in spans)
    monday = midnight(earliest.date()) - timedelta(days=earliest.weekday())
    while monday < until:
        for offset, length in spans:
            opens = monday + offset
            closes = opens + length
            if closes > since and opens < until:
                yield opens, closes
        monday += WEEK


@lru_cache(maxsize=512)
def _spans(weekly: Weekly) -> tuple[tuple[timedelta, timedelta], ...]:
    """Return each window's opening since Monday 00:00 and its length, by the wall clock, in order."""
    return tuple(
        sorted((timedelta(minutes=window.opens), timedelta(minutes=window.minutes)) for window in weekly.windows)
    )


# Open time ------------------------------------------------------------------------------------------------------------


def open_time(
    coverage: Coverage, zone: ZoneInfo, start: datetime, end: datetime, closures: tuple[Closure, ...] = ()
) -> timedelta:
    """Return how much of [start, end) is open, in real time."""
    return sum((stop - begin for begin, stop in iter_open(coverage, zone, start, end, closures)), timedelta())


def next_opening(coverage: Coverage, zone: ZoneInfo, at: datetime, closures: tuple[Closure, ...] = ()) -> datetime:
    """Return the instant itself if it is open, else the next open one; ConfigurationFault after ten empty years."""
    return next(_open_from(coverage, zone, at, closures)).start


def after_open_time(
    coverage: Coverage, zone: ZoneInfo, start: datetime, amount: timedelta, closures: tuple[Closure, ...] = ()
) -> datetime:
    """Return the instant at which `amount` of open time has gone by since `start`.

    An amount that is used up exactly at closing ends at closing; nothing to use up ends at `start`. ConfigurationFault
    after ten empty years.
    """
    left = amount
    if left <= timedelta():
        return start
    for begin, end in _open_from(coverage, zone, start, closures):
        if left <= end - begin:
            return begin + left
        left -= end - begin
    raise AssertionError("the search for open time ends with a ConfigurationFault, never by itself")


def working_day_after(
    coverage: Coverage, zone: ZoneInfo, day: date, count: int, closures: tuple[Closure, ...] = ()
) -> date:
    """Return the `count`-th date after `day` that has some open time left; ConfigurationFault after ten empty years."""
    empty = 0
    found = day
    while count > 0:
        found += DAY
        if open_on(coverage, zone, found, closures):
            count, empty = count - 1, 0
        else:
            empty += 1
        if empty > EMPTY_DAYS_LIMIT:
            raise _never_open(midnight(found - DAY * EMPTY_DAYS_LIMIT), midnight(found))
    return found


def _open_from(
    coverage: Coverage, zone: ZoneInfo, start: datetime, closures: tuple[Closure, ...]
) -> Iterator[Interval]:
    """Yield open stretches without end, cut at each stride; ConfigurationFault after ten empty years."""
    seen = begin = start
    while begin - seen < EMPTY_DAYS_LIMIT * DAY:
        for stretch in iter_open(coverage, zone, begin, begin + SEARCH_STEP, closures):
            seen = stretch.end
            yield stretch
        begin += SEARCH_STEP
    raise _never_open(seen, begin)


def _never_open(since: datetime, until: datetime) -> ConfigurationFault:
    return ConfigurationFault(
        f"these hours have no open time between {since:%Y-%m-%d} and {until:%Y-%m-%d}: "
        "give the calendar at least one window that its holidays do not cover"
    )
