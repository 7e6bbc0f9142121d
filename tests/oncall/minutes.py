"""Who is on duty, worked out minute by minute from the rules alone: slow, simple, and sharing no code with the resolver.

It reads the shape of the world file. All rules must lie on whole minutes, and everything of interest within the span of
minutes for which it is made: turns are counted from the anchor, so the anchor too.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
WEEK_MINUTES = 7 * 24 * 60
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STEPS = {"hours": timedelta(hours=1), "days": timedelta(days=1), "weeks": timedelta(weeks=1)}

Data = dict[str, Any]


class Held(NamedTuple):
    """A person on duty with the shift that is held."""

    person: str
    layer: str | None
    start: datetime
    end: datetime


# Wall clock -----------------------------------------------------------------------------------------------------------


def occurrences(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the instants, none to two, at which clocks of the zone show a wall time."""
    about = wall.replace(tzinfo=UTC)
    offsets = {(about + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-30, -12, 0, 12, 30)}
    found = {about - offset for offset in offsets if offset is not None}
    return sorted(at for at in found if at.astimezone(zone).replace(tzinfo=None) == wall)


def resolve(wall: datetime, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """Return the first or last occurrence of a wall time, or the first minute that shows a later one."""
    found = occurrences(wall, zone)
    if found:
        return found[-1] if end else found[0]
    at = wall.replace(tzinfo=UTC) - timedelta(hours=30)
    while at.astimezone(zone).replace(tzinfo=None) < wall:
        at += MINUTE
    return at


def moment(text: str, zone: ZoneInfo, *, end: bool = False) -> datetime:
    at = datetime.fromisoformat(text)
    return resolve(at, zone, end=end) if at.tzinfo is None else at.astimezone(UTC)


def period(entry: Data, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return moment(entry["start"], zone), moment(entry["end"], zone, end=True)


# The oracle -----------------------------------------------------------------------------------------------------------


class Oracle:
    """Answers for any minute of a span of whole days."""

    def __init__(self, roster: Data, first: datetime, days: int) -> None:
        self.roster = roster
        self.first = first
        self.minutes = days * 24 * 60
        self.zone = ZoneInfo(roster["time_zone"])
        self.roster_open = self._roster_open()
        self.layers = [Version(layer, self) for layer in roster["layers"]]
        self.overrides = [(*period(entry, self.zone), entry) for entry in roster.get("overrides", [])]
        self.time_off = [(*period(entry, self.zone), entry["technician"]) for entry in roster.get("time_off", [])]

    def place(self, at: datetime) -> int:
        return max(0, min(self.minutes, (at - self.first) // MINUTE))

    def open_minutes(self, coverage: str | list[list[str]], zone: ZoneInfo) -> bytearray:
        """Mark each open minute of the span."""
        if isinstance(coverage, str):
            return bytearray(b"\1" * self.minutes)
        marks = bytearray(self.minutes)
        monday = self.first.replace(tzinfo=None) - timedelta(days=self.first.weekday() + 14)
        for week in range(self.minutes // WEEK_MINUTES + 5):
            for opens, closes in coverage:
                begin = minute_of_week(opens) % WEEK_MINUTES
                length = (minute_of_week(closes) - begin - 1) % WEEK_MINUTES + 1
                wall = monday + timedelta(weeks=week) + begin * MINUTE
                mark(
                    marks,
                    self.place(resolve(wall, zone)),
                    self.place(resolve(wall + length * MINUTE, zone, end=True)),
                    1,
                )
        return marks

    def _roster_open(self) -> bytearray:
        marks = self.open_minutes(self.roster["coverage"], self.zone)
        for holiday in self.roster.get("holidays", []):
            entry = holiday if isinstance(holiday, dict) else {"date": holiday, "closed": [["00:00", "24:00"]]}
            day = datetime.fromisoformat(entry["date"])
            for start, end in entry["closed"]:
                begin = resolve(day + minute_of_day(start) * MINUTE, self.zone)
                mark(
                    marks,
                    self.place(begin),
                    self.place(resolve(day + minute_of_day(end) * MINUTE, self.zone, end=True)),
                    0,
                )
        return marks

    def away(self, person: str, at: datetime) -> bool:
        return any(who == person and start <= at < end for start, end, who in self.time_off)

    def on_duty(self, at: datetime) -> frozenset[Held]:
        """Return who is on duty: layers by rank with removes and replaces, then additions."""
        keys = [version.data["key"] for version in self.layers]
        in_force = sorted(
            (version for version in self.layers if version.in_force(at)),
            key=lambda version: keys.index(version.data["key"]),
        )
        held: list[Held] = []
        for priority in sorted({version.data["priority"] for version in in_force}, reverse=True):
            level = [version for version in in_force if version.data["priority"] == priority]
            held = [duty for version in level for duty in self.overridden(version.holder(at), at)]
            if held:
                break
        for start, end, entry in self.overrides:
            if entry["kind"] == "add" and start <= at < end:
                held.append(Held(entry["technician"], None, start, end))
        return frozenset({duty.person: duty for duty in reversed(held)}.values())

    def overridden(self, duty: Held | None, at: datetime) -> Iterator[Held]:
        """Yield what the overrides leave of one layer's person; a replace goes before a remove."""
        if duty is None:
            return
        now = [entry for start, end, entry in self.overrides if start <= at < end]
        for entry in now:
            if entry["kind"] == "replace" and entry["replaces"] == duty.person:
                yield duty._replace(person=entry["technician"])
                return
        if not any(entry["kind"] == "remove" and entry["technician"] == duty.person for entry in now):
            yield duty


class Version:
    """One version of a layer."""

    def __init__(self, data: Data, oracle: Oracle) -> None:
        self.data = data
        self.oracle = oracle
        self.zone = ZoneInfo(data.get("time_zone") or oracle.roster["time_zone"])
        own = oracle.open_minutes(data["coverage"], self.zone)
        self.open = bytearray(a & b for a, b in zip(own, oracle.roster_open, strict=True))
        self.since = moment(data["effective_from"], self.zone) if data.get("effective_from") else None
        self.handoffs = dict(self._handoffs())

    def _handoffs(self) -> Iterator[tuple[int, datetime]]:
        last = self.oracle.first + self.oracle.minutes * MINUTE
        for direction in (1, -1):
            n = 0 if direction == 1 else -1
            while True:
                at = self.handoff(n)
                yield n, at
                if not self.oracle.first <= at <= last:
                    break
                n += direction

    def handoff(self, n: int) -> datetime:
        start = datetime.fromisoformat(self.data["start"])
        if self.data["unit"] != "months":
            return resolve(start + STEPS[self.data["unit"]] * self.data["length"] * n, self.zone)
        month = start.year * 12 + start.month - 1 + n * self.data["length"]
        for day in (start.day, 30, 29, 28):
            try:
                wall = start.replace(year=month // 12, month=month % 12 + 1, day=min(day, start.day))
            except ValueError:
                continue
            return resolve(wall, self.zone)
        raise AssertionError("every month has 28 days")

    def in_force(self, at: datetime) -> bool:
        versions = [version for version in self.oracle.layers if version.data["key"] == self.data["key"]]
        begun = [version for version in versions if version.since is None or version.since <= at]
        latest = max(begun, key=lambda version: version.since or datetime.min.replace(tzinfo=UTC), default=None)
        return latest is self

    def covered(self, n: int) -> bool:
        start, end = (self.oracle.place(self.handoffs[bound]) for bound in (n, n + 1))
        return any(self.open[start:end])

    def turn(self, n: int) -> int:
        if self.data["turns"] == "calendar":
            return n
        return sum(map(self.covered, range(n))) if n >= 0 else -sum(map(self.covered, range(n, 0)))

    def holder(self, at: datetime) -> Held | None:
        people = self.data["participants"]
        if not people or not self.open[self.oracle.place(at)]:
            return None
        n = max(number for number, begins in self.handoffs.items() if begins <= at)
        position = self.turn(n) % len(people)
        if not people[position]:
            return None
        for step in range(len(people)):
            person = people[(position + step) % len(people)]
            if person and not self.oracle.away(person, at):
                return Held(person, self.data["key"], self.handoffs[n], self.handoffs[n + 1])
        return None


def mark(marks: bytearray, start: int, end: int, value: int) -> None:
    if start < end:
        marks[start:end] = bytes([value]) * (end - start)


def minute_of_day(text: str) -> int:
    return int(text[:-3]) * 60 + int(text[-2:])


def minute_of_week(text: str) -> int:
    day, time = text.split()
    return DAYS.index(day) * 24 * 60 + minute_of_day(time)
