"""Clocks: when a response, an update or a resolution is due, and why; every date can be rebuilt from the facts alone.

A clock holds promises: a target that counts from an instant on a calendar. `reclassified` and `lowered` put one promise
from the opening in place of all before; `impact_changed` and `upgrade` add one that counts from the change. The
earliest due instant of all promises counts. Waiting moves each of them on by the open time that it covers.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, assert_never, cast, get_args

from foundation.windows import (
    DAY_MINUTES,
    DAY_NAMES,
    Always,
    Closure,
    Coverage,
    Interval,
    Weekly,
    WeeklyWindow,
    after_open_time,
    first_instant,
    merged,
    next_opening,
    open_on,
    open_time,
    parse_closures,
    parse_coverage,
    parse_moment,
    wall_clock,
    without,
    working_day_after,
    written_minute,
    zone_named,
)
from intake.entitlement import Tier
from intake.severity import Severity

Clock = Literal["response", "update", "resolution"]
Mode = Literal["always", "windows"]
Unit = Literal["m", "h", "bd"]
Reason = Literal["reclassified", "impact_changed", "lowered", "upgrade"]
State = Literal["running", "paused"]
HoursKind = Literal["24/7", "24/5", "business hours"]
Event = Literal["50", "75", "90", "breach"]

TARGET = re.compile(r"(?P<amount>\d{1,7})(?P<unit>m|h|bd)")
LONGEST_TARGET = MappingProxyType({"m": 5_259_600, "h": 87_660, "bd": 3_653})
"""Ten years in each unit; a longer target is a slip of the pen."""

WARNING_SHARES: tuple[tuple[Event, int], ...] = (("50", 50), ("75", 75), ("90", 90))
"""Warnings by per cent of the target that is used up."""

AROUND_THE_CLOCK = Always()

FOREVER = datetime.max.replace(tzinfo=UTC)
"""End of a wait that nobody has ended yet; only ever compared."""

ASSUMED = "assumption: the support guide names no times; replace it in the service levels"
"""Stands beside every default wherever it is shown."""


class SlaFault(ValueError):
    """A key of the facts that cannot be read: `path` says which, `problem` what is wrong and how to mend it."""

    def __init__(self, path: str, problem: str) -> None:
        """Keep the two apart for programs; the text joins them."""
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


# Values ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calendar:
    """Hours in which a clock counts; mode `always` ignores windows and holidays, and every day is a working day."""

    zone: str
    mode: Mode
    coverage: Coverage = AROUND_THE_CLOCK
    closures: tuple[Closure, ...] = ()

    @property
    def counted(self) -> tuple[Coverage, tuple[Closure, ...]]:
        """Coverage and closures as the mode lets them count."""
        match self.mode:
            case "always":
                return Always(), ()
            case "windows":
                return self.coverage, self.closures
            case _:
                assert_never(self.mode)


@dataclass(frozen=True, slots=True)
class Target:
    """An amount of open time in minutes (m) or hours (h), or a number of working days (bd)."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        """Write it as `parse_target` reads it."""
        return f"{self.amount}{self.unit}"

    @property
    def words(self) -> str:
        """Say it as a customer reads it: '4 hours', '1 business day'."""
        noun = {"m": "minute", "h": "hour", "bd": "business day"}[self.unit]
        return f"{self.amount} {noun}{'' if self.amount == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait; without an end it still lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A new promise from `at` on, with its reason; what is None stays as it was."""

    at: datetime
    reason: Reason
    target: Target | None = None
    calendar: Calendar | None = None
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """Everything that a due instant follows from. `severity` is the one at the opening; changes may carry the next."""

    clock: Clock
    calendar: Calendar
    opened: datetime
    target: Target
    end_of_day: bool = False
    severity: str = "medium"
    escalated: bool = False
    pauses: tuple[Pause, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """A target that counts from `start` on a calendar."""

    start: datetime
    target: Target
    calendar: Calendar
    end_of_day: bool


@dataclass(frozen=True, slots=True)
class Due:
    """The due instant, None while the clock is paused, and the sentences that explain it in the calendar's zone."""

    due: datetime | None
    state: State
    explain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning or a breach; `version` counts the changes of the target, so that each key fires once."""

    clock: Clock
    event: Event
    version: int
    at: datetime

    @property
    def key(self) -> str:
        """What a poller remembers as fired."""
        return f"{self.clock}/{self.event}/v{self.version}"


@dataclass(frozen=True, slots=True)
class Breach:
    """A due instant that went by while its version of the target was in force; it is never erased."""

    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """First response and update that a tier promises for a severity, and the hours in which they count."""

    response: Target
    update: Target
    hours: HoursKind


# What the house promises unless configured otherwise ------------------------------------------------------------------

SERVICE_LEVELS: Mapping[tuple[Tier, Severity], ServiceLevel] = MappingProxyType({
    (Tier.ESSENTIAL, Severity.CRITICAL): ServiceLevel(Target(60, "m"), Target(2, "h"), "24/7"),
    (Tier.ESSENTIAL, Severity.MEDIUM): ServiceLevel(Target(8, "h"), Target(2, "bd"), "business hours"),
    (Tier.ESSENTIAL, Severity.LOW): ServiceLevel(Target(2, "bd"), Target(5, "bd"), "business hours"),
    (Tier.ADVANCED, Severity.CRITICAL): ServiceLevel(Target(30, "m"), Target(1, "h"), "24/7"),
    (Tier.ADVANCED, Severity.MEDIUM): ServiceLevel(Target(4, "h"), Target(1, "bd"), "24/5"),
    (Tier.ADVANCED, Severity.LOW): ServiceLevel(Target(24, "h"), Target(3, "bd"), "24/5"),
    (Tier.PREMIUM, Severity.CRITICAL): ServiceLevel(Target(15, "m"), Target(1, "h"), "24/7"),
    (Tier.PREMIUM, Severity.MEDIUM): ServiceLevel(Target(2, "h"), Target(8, "h"), "24/7"),
    (Tier.PREMIUM, Severity.LOW): ServiceLevel(Target(12, "h"), Target(2, "bd"), "24/7"),
})  # fmt: skip
"""Defaults for each tier with a contract; all of them are ASSUMED. No agreement, no clock."""

DEFAULT_HOURS: Mapping[HoursKind, Coverage] = MappingProxyType({
    "24/7": Always(),
    "24/5": Weekly((WeeklyWindow(0, 0, 4, DAY_MINUTES),)),
    "business hours": Weekly(tuple(WeeklyWindow(day, 8 * 60, day, 17 * 60) for day in range(5))),
})  # fmt: skip
"""24/5 is Monday 00:00 to Friday 24:00, business hours Monday to Friday 08:00 to 17:00, no holidays; all ASSUMED."""


def default_calendar(hours: HoursKind, zone: str) -> Calendar:
    """Return the shipped calendar of a kind of hours in the account's zone."""
    return Calendar(zone, "always" if hours == "24/7" else "windows", DEFAULT_HOURS[hours])


# Due ------------------------------------------------------------------------------------------------------------------


def due(facts: ClockFacts) -> Due:
    """Find the earliest due instant of all promises; ConfigurationFault if the calendar never opens."""
    at = due_at(facts)
    return Due(at, "paused" if at is None else "running", tuple(_explanation(facts, at)))


def due_at(facts: ClockFacts) -> datetime | None:
    """Return the due instant without its explanation: the earliest of all promises, None while all are paused."""
    waits = counted_waits(facts)
    instants = (_moved_on(promise, _unpaused_due(promise), waits) for promise in promises(facts))
    return min((at for at in instants if at is not None), default=None)


def due_document(data: Mapping[str, object]) -> dict[str, object]:
    """Answer `sla due`: from the facts as JSON holds them to due, state and explain; SlaFault or ConfigurationFault."""
    answer = due(parse_facts(data))
    return {
        "due": None if answer.due is None else written_instant(answer.due),
        "state": answer.state,
        "explain": list(answer.explain),
    }


def written_instant(at: datetime) -> str:
    """Write an instant as JSON carries it: UTC, whole seconds, Z."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def starts_at(calendar: Calendar, opened: datetime) -> datetime:
    """Return the opening itself if the calendar is open then, else the next instant at which it is."""
    coverage, closures = calendar.counted
    return next_opening(coverage, zone_named(calendar.zone), opened, closures)


def met(satisfied_at: datetime, due_instant: datetime | None) -> bool:
    """Say whether a clock was satisfied in time: at its due instant at the latest, or while it was paused."""
    return due_instant is None or satisfied_at <= due_instant


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Sort changes by their instants; those of one instant keep their order."""
    return sorted(changes, key=lambda change: change.at)


def promises(facts: ClockFacts) -> tuple[Promise, ...]:
    """Return the promises that stand after all changes, the oldest first; none starts before the opening."""
    standing = [Promise(facts.opened, facts.target, facts.calendar, facts.end_of_day)]
    target, calendar = facts.target, facts.calendar
    for change in in_order(facts.changes):
        target, calendar = change.target or target, change.calendar or calendar
        match change.reason:
            case "reclassified" | "lowered":
                standing = [Promise(facts.opened, target, calendar, facts.end_of_day)]
            case "impact_changed" | "upgrade":
                standing.append(Promise(max(change.at, facts.opened), target, calendar, facts.end_of_day))
            case _:
                assert_never(change.reason)
    return tuple(standing)


def _unpaused_due(promise: Promise) -> datetime:
    """Return when a promise is due if nobody ever waits."""
    match promise.target.unit:
        case "bd":
            return _business_day_due(promise)
        case "m" | "h":
            return _after(promise.calendar, promise.start, _length(promise.target))
        case _:
            assert_never(promise.target.unit)


def _business_day_due(promise: Promise) -> datetime:
    """Return the same wall time on the N-th working day, moved into the open hours of that day, or that day's close.

    A wall time that occurs twice is its first occurrence.
    """
    zone = zone_named(promise.calendar.zone)
    coverage, closures = promise.calendar.counted
    wall = wall_clock(promise.start, zone)
    day = working_day_after(coverage, zone, wall.date(), promise.target.amount, closures)
    stretches = open_on(coverage, zone, day, closures)
    close = stretches[-1].end
    if promise.end_of_day:
        return close
    at = first_instant(datetime.combine(day, wall.time()), zone)
    return next((max(at, begin) for begin, end in stretches if at < end), close)


def _moved_on(promise: Promise, at: datetime, waits: Iterable[Interval]) -> datetime | None:
    """Move an instant on by the open time of each wait that began before it; None if one of them still lasts.

    A wait that began after the instant changes nothing. One that begins at it covers no time of the clock, but while it
    lasts there is no due instant.
    """
    for wait in waits:
        start = max(wait.start, promise.start)
        if wait.end == FOREVER and start <= at:
            return None
        if start < at and start < wait.end:
            at = _after(promise.calendar, at, _open_between(promise.calendar, start, wait.end))
    return at


def _length(target: Target) -> timedelta:
    """Return a target in minutes or hours as time."""
    return timedelta(hours=target.amount) if target.unit == "h" else timedelta(minutes=target.amount)


def _after(calendar: Calendar, start: datetime, amount: timedelta) -> datetime:
    coverage, closures = calendar.counted
    return after_open_time(coverage, zone_named(calendar.zone), start, amount, closures)


def _open_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    coverage, closures = calendar.counted
    return open_time(coverage, zone_named(calendar.zone), start, end, closures)


# Waiting --------------------------------------------------------------------------------------------------------------


def counted_waits(facts: ClockFacts) -> tuple[Interval, ...]:
    """Return the waits that hold this clock: merged, in order, with FOREVER as the end of one that still lasts.

    Response never pauses, resolution always does, the update clock does except on escalated cases and while the case is
    Critical. All promises see the same waits.
    """
    match facts.clock:
        case "response":
            return ()
        case "resolution":
            return _waits(facts.pauses)
        case "update":
            return () if facts.escalated else tuple(without(_waits(facts.pauses), _critical_stretches(facts)))
        case _:
            assert_never(facts.clock)


def _waits(pauses: Iterable[Pause]) -> tuple[Interval, ...]:
    """Merge pauses that overlap or touch."""
    return tuple(merged(sorted(Interval(pause.start, pause.end or FOREVER) for pause in pauses)))


def _critical_stretches(facts: ClockFacts) -> list[Interval]:
    """Return when the case was Critical, by the severities that its changes carried."""
    history = [*_severities(facts), (FOREVER, "")]
    stretches = (Interval(since, until) for (since, what), (until, _) in pairwise(history) if what == Severity.CRITICAL)
    return list(merged(stretches))


def _severities(facts: ClockFacts) -> list[tuple[datetime, str]]:
    """Return each severity with the instant since which it holds.

    A change that counts from the opening says that the case always was so; one that got worse was not so before.
    """
    history = [(facts.opened, facts.severity)]
    for change in in_order(facts.changes):
        severity = change.severity or history[-1][1]
        match change.reason:
            case "reclassified" | "lowered":
                history = [(facts.opened, severity)]
            case "impact_changed" | "upgrade":
                history.append((max(change.at, facts.opened), severity))
            case _:
                assert_never(change.reason)
    return history


# Warnings and breaches ------------------------------------------------------------------------------------------------


def notices(facts: ClockFacts) -> tuple[Notice, ...]:
    """Return the warnings at 50, 75 and 90 % of the open time and the breach, for the promise that counts.

    While the clock is paused, only those that lie before the wait are known. Shares are whole seconds, rounded down.
    """
    waits = counted_waits(facts)
    promise = deciding_promise(facts)
    version = len(facts.changes)
    unpaused = _unpaused_due(promise)
    breach_at = _moved_on(promise, unpaused, waits)
    known = [
        Notice(facts.clock, event, version, at if breach_at is None else min(at, breach_at))
        for event, share in WARNING_SHARES
        if (at := _moved_on(promise, _share_of(promise, unpaused, share), waits)) is not None
    ]
    return (*known, Notice(facts.clock, "breach", version, breach_at)) if breach_at else tuple(known)


def deciding_promise(facts: ClockFacts) -> Promise:
    """Return the promise whose due instant counts."""
    waits = counted_waits(facts)
    return min(promises(facts), key=lambda promise: _rank(promise, waits))


def _rank(promise: Promise, waits: Sequence[Interval]) -> tuple[bool, datetime]:
    """Order promises by their due instants; of paused ones, by what they would be without the wait that still lasts."""
    at = _unpaused_due(promise)
    moved = _moved_on(promise, at, waits)
    ended = _moved_on(promise, at, [wait for wait in waits if wait.end != FOREVER])
    assert ended is not None
    return moved is None, moved or ended


def _share_of(promise: Promise, unpaused: datetime, share: int) -> datetime:
    """Return when a share, in per cent, of the promise's open time is used up."""
    whole = _open_between(promise.calendar, promise.start, unpaused)
    if not whole:
        return unpaused
    return _after(promise.calendar, promise.start, timedelta(seconds=int(whole.total_seconds()) * share // 100))


def as_known_at(facts: ClockFacts, at: datetime) -> ClockFacts:
    """Return the facts as they stood at an instant: later changes and waits unknown, a wait that went on still open."""
    pauses = tuple(
        pause if pause.end is not None and pause.end <= at else Pause(pause.start)
        for pause in facts.pauses
        if pause.start <= at
    )
    return replace(facts, pauses=pauses, changes=tuple(change for change in facts.changes if change.at <= at))


def restarted(facts: ClockFacts, at: datetime) -> ClockFacts:
    """Return the clock that starts when this one is satisfied: the update clock after each public answer.

    It goes on with the target, calendar and severity in force then; waits stay, and count from its own start.
    """
    target, calendar = facts.target, facts.calendar
    for change in in_order(facts.changes):
        if change.at <= at:
            target, calendar = change.target or target, change.calendar or calendar
    _, severity = _severities(as_known_at(facts, at))[-1]
    later = tuple(change for change in facts.changes if change.at > at)
    return replace(facts, opened=at, target=target, calendar=calendar, severity=severity, changes=later)


def breaches(facts: ClockFacts, until: datetime) -> tuple[Breach, ...]:
    """Return each due instant that went by while its version was in force, up to `until` (now, or the satisfaction)."""
    changes = [change for change in in_order(facts.changes) if change.at <= until]
    ends = [*(change.at for change in changes), until]
    versions = (
        (version, end, due_at(replace(as_known_at(facts, end), changes=tuple(changes[:version]))))
        for version, end in enumerate(ends)
    )
    return tuple(Breach(version, at) for version, end, at in versions if at is not None and at < end)


def met_when_satisfied(facts: ClockFacts, satisfied_at: datetime) -> bool:
    """Say whether a clock was met by what was known then: a satisfied clock stays satisfied, whatever changes later."""
    return not breaches(facts, satisfied_at)


# Reading facts --------------------------------------------------------------------------------------------------------


def parse_facts(data: Mapping[str, object]) -> ClockFacts:
    """Read the facts of `sla due`, times also as wall clock; SlaFault names the key and the mend."""
    _only(data, "facts", (*ClockFacts.__dataclass_fields__, "note", "id"))
    calendar = parse_calendar(_required(data, "calendar", "facts"))
    return ClockFacts(
        clock=cast("Clock", _one_of(_required(data, "clock", "facts"), get_args(Clock), "clock")),
        calendar=calendar,
        opened=_moment(_required(data, "opened", "facts"), calendar.zone, "opened"),
        target=_target(_required(data, "target", "facts"), "target"),
        end_of_day=_flag(data, "end_of_day"),
        severity=_one_of(data.get("severity", "medium"), _SEVERITIES, "severity"),
        escalated=_flag(data, "escalated"),
        pauses=tuple(
            _pause(entry, calendar.zone, f"pauses[{place}]") for place, entry in enumerate(_entries(data, "pauses"))
        ),
        changes=tuple(
            _change(entry, calendar.zone, f"changes[{place}]") for place, entry in enumerate(_entries(data, "changes"))
        ),
    )


def parse_calendar(data: object, path: str = "calendar", account_zone: str | None = None) -> Calendar:
    """Read a calendar of a world file or of `sla due`; SlaFault names the key. Zone `account` needs the account's."""
    if not isinstance(data, Mapping):
        raise SlaFault(path, f"{data!r} is no calendar; write zone, mode, windows and holidays")
    _only(data, path, ("key", "name", "zone", "mode", "windows", "holidays"))
    zone = str(_required(data, "zone", path))
    mode = cast("Mode", _one_of(_required(data, "mode", path), get_args(Mode), f"{path}.mode"))
    if zone == "account" and account_zone is not None:
        zone = account_zone
    windows = data.get("windows", [])
    try:
        zone_named(zone)
        coverage = Always() if mode == "always" and not windows else parse_coverage(windows)
        return Calendar(zone, mode, coverage, parse_closures(data.get("holidays", [])))
    except ValueError as fault:
        raise SlaFault(path, str(fault)) from fault


def parse_target(text: object) -> Target:
    """Read '90m', '4h' or '5bd'; ValueError shows right ones.

    Plain days ('2d') are refused: open ones or elapsed ones?
    """
    found = TARGET.fullmatch(str(text).strip().lower())
    if found is None:
        raise ValueError(f"{text!r} is not a target; write minutes '90m', hours '8h' or business days '5bd'")
    amount, unit = int(found["amount"]), cast("Unit", found["unit"])
    if not 0 < amount <= LONGEST_TARGET[unit]:
        raise ValueError(f"{text!r} is out of range; write 1 to {LONGEST_TARGET[unit]}{unit}")
    return Target(amount, unit)


_SEVERITIES = tuple(severity.value for severity in Severity)


def _pause(entry: object, zone: str, path: str) -> Pause:
    """Read [start, end]; an end of null still lasts."""
    match entry:
        case [start, None]:
            return Pause(_moment(start, zone, path))
        case [start, end]:
            pause = Pause(_moment(start, zone, path), _moment(end, zone, path, end=True))
        case _:
            raise SlaFault(path, f"{entry!r} is no pause; write [start, end], or [start, null] if it still lasts")
    if pause.end is not None and pause.end < pause.start:
        raise SlaFault(path, f"{entry!r} ends before it starts; write the start first")
    return pause


def _change(entry: object, zone: str, path: str) -> Change:
    """Read one change; target, calendar and severity may be left out and then stay as they were."""
    if not isinstance(entry, Mapping):
        raise SlaFault(
            path, f"{entry!r} is no change; write at, reason, target and, if they change, calendar, severity"
        )
    _only(entry, path, (*Change.__dataclass_fields__, "note"))
    target, calendar, severity = entry.get("target"), entry.get("calendar"), entry.get("severity")
    return Change(
        at=_moment(_required(entry, "at", path), zone, f"{path}.at"),
        reason=cast("Reason", _one_of(_required(entry, "reason", path), get_args(Reason), f"{path}.reason")),
        target=None if target is None else _target(target, f"{path}.target"),
        calendar=None if calendar is None else parse_calendar(calendar, f"{path}.calendar"),
        severity=None if severity is None else _one_of(severity, _SEVERITIES, f"{path}.severity"),
    )


def _target(value: object, path: str) -> Target:
    try:
        return parse_target(value)
    except ValueError as fault:
        raise SlaFault(path, str(fault)) from fault


def _moment(value: object, zone: str, path: str, *, end: bool = False) -> datetime:
    if not isinstance(value, str | datetime):
        raise SlaFault(path, f"{value!r} is not a moment; write for example '2026-03-01T08:00:00Z'")
    try:
        return parse_moment(value, zone_named(zone), end=end)
    except ValueError as fault:
        raise SlaFault(path, str(fault)) from fault


def _flag(data: Mapping[str, object], key: str) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise SlaFault(key, f"{value!r} is neither true nor false; write one of them")
    return value


def _entries(data: Mapping[str, object], key: str) -> Sequence[object]:
    match data.get(key, []):
        case [*entries]:
            return entries
        case other:
            raise SlaFault(key, f"{other!r} is no list; write [] if there are none")


def _one_of(value: object, allowed: Sequence[str], path: str) -> str:
    if value not in allowed:
        raise SlaFault(path, f"{value!r} is unknown; write one of {', '.join(allowed)}")
    return str(value)


def _required(data: Mapping[str, object], key: str, path: str) -> object:
    if data.get(key) is None:
        raise SlaFault(path, f"{key} is missing; write {_EXAMPLES[key]}")
    return data[key]


def _only(data: Mapping[str, object], path: str, known: Iterable[str]) -> None:
    unknown = sorted(str(key) for key in set(data) - set(known))
    if unknown:
        raise SlaFault(path, f"{unknown[0]} is no key of it; write one of {', '.join(known)}")


_EXAMPLES = {
    "clock": "response, update or resolution",
    "calendar": '{"zone": "America/New_York", "mode": "always"}',
    "opened": "for example '2026-03-01T08:00:00Z'",
    "target": "for example '90m', '8h' or '5bd'",
    "zone": "an IANA name such as 'America/New_York'",
    "mode": "always or windows",
    "at": "for example '2026-03-01T08:00:00Z'",
    "reason": "reclassified, impact_changed, lowered or upgrade",
}


# Explaining a date ----------------------------------------------------------------------------------------------------

CLOCK_NAMES: Mapping[Clock, str] = MappingProxyType({
    "response": "First response",
    "update": "Next update",
    "resolution": "Resolution",
})  # fmt: skip

REASON_WORDS: Mapping[Reason, str] = MappingProxyType({
    "reclassified": "it was found to have been so from the start",
    "impact_changed": "it got worse",
    "lowered": "the severity was lowered",
    "upgrade": "the service level was upgraded",
})  # fmt: skip

MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _explanation(facts: ClockFacts, at: datetime | None) -> Iterator[str]:
    """Tell a customer, in the zone of the promise that counts, how the due instant comes about."""
    promise = deciding_promise(facts)
    zone = promise.calendar.zone
    yield f"{CLOCK_NAMES[facts.clock]}: opened {told(facts.opened, zone)}, target {facts.target.words}."
    yield _hours_told(facts.calendar)
    for change in in_order(facts.changes):
        yield _change_told(change, zone)
    yield from _promises_told(facts, zone)
    yield from _start_told(promise)
    unpaused = _unpaused_due(promise)
    yield from _closures_told(promise.calendar, promise.start, max(unpaused, at or unpaused))
    yield from _waits_told(facts, promise, at)
    yield from _passed_told(facts, zone, at)
    yield f"Due {told(at, zone)}." if at else "Paused: there is no due time until the wait ends."


def told(at: datetime, zone: str) -> str:
    """Write an instant for people: 'Tue 9 Jun 2026 09:00 EDT', with seconds where there are any."""
    local = at.astimezone(zone_named(zone))
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    name = local.tzname() or zone
    return f"{_date_told(local.date())} {clock} {name if name[0].isalpha() else 'UTC' + name}"


def _date_told(day: date) -> str:
    return f"{DAY_NAMES[day.weekday()].title()} {day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def _length_told(length: timedelta) -> str:
    """Write a length as '1 h 15 min'."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    parts = ((minutes // 60, "h"), (minutes % 60, "min"), (seconds, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "no time"


def _hours_told(calendar: Calendar) -> str:
    """Say in which hours time counts."""
    match calendar.counted[0]:
        case Always():
            return f"Time counts around the clock, every day ({calendar.zone})."
        case Weekly(windows):
            return f"Time counts {', '.join(_windows_told(windows))} ({calendar.zone})."


def _windows_told(windows: Sequence[WeeklyWindow]) -> Iterator[str]:
    """Write windows, those with the same hours on one day each together: 'Mon Tue Wed 08:00 to 17:00'."""
    days: dict[tuple[int, int], list[str]] = {}
    for window in windows:
        opens, name = written_minute(window.open_minute), DAY_NAMES[window.open_day].title()
        if window.open_day == window.close_day and window.open_minute < window.close_minute:
            days.setdefault((window.open_minute, window.close_minute), []).append(name)
        else:
            close = f"{DAY_NAMES[window.close_day].title()} {written_minute(window.close_minute)}"
            yield f"{name} {opens} to {close}"
    for (begin, end), names in days.items():
        yield f"{' '.join(names)} {written_minute(begin)} to {written_minute(end)}"


def _change_told(change: Change, zone: str) -> str:
    """Say what a change did."""
    parts = [f"{told(change.at, zone)}: {REASON_WORDS[change.reason]}"]
    if change.severity:
        parts.append(f"severity {change.severity}")
    if change.target:
        parts.append(f"target {change.target.words}")
    sentence = ", ".join(parts) + "."
    return f"{sentence} {_hours_told(change.calendar)}" if change.calendar else sentence


def _promises_told(facts: ClockFacts, zone: str) -> Iterator[str]:
    """Compare the promises if more than one stands."""
    standing = promises(facts)
    if len(standing) == 1:
        return
    waits = counted_waits(facts)
    for promise in standing:
        at = _moved_on(promise, _unpaused_due(promise), waits)
        outcome = f"due {told(at, zone)}" if at else "paused"
        yield f"{promise.target.words} from {told(promise.start, zone)}: {outcome}."
    yield "The earliest of these counts."


def _start_told(promise: Promise) -> Iterator[str]:
    start = starts_at(promise.calendar, promise.start)
    if start != promise.start:
        zone = promise.calendar.zone
        yield f"{told(promise.start, zone)} is outside these hours; they next open {told(start, zone)}."


def _closures_told(calendar: Calendar, start: datetime, end: datetime) -> Iterator[str]:
    """Name the closed dates on the way that the mode lets count."""
    zone = zone_named(calendar.zone)
    first, last = wall_clock(start, zone).date(), wall_clock(end, zone).date()
    for closure in sorted(calendar.counted[1], key=lambda one: one.date):
        if not first <= closure.date <= last:
            continue
        parts = " and ".join(f"{written_minute(begin)} to {written_minute(stop)}" for begin, stop in closure.closed)
        whole = closure.closed == ((0, DAY_MINUTES),)
        yield f"Closed {_date_told(closure.date)}{'' if whole else ' ' + parts}."


def _waits_told(facts: ClockFacts, promise: Promise, at: datetime | None) -> Iterator[str]:
    """Say what each wait did to the clock, or why it did nothing."""
    zone = promise.calendar.zone
    counted = counted_waits(facts)
    for wait in counted:
        start = max(wait.start, promise.start)
        if at is not None and start >= at:
            yield f"Waiting {_stretch_told(wait, zone)} began after the due time and changes nothing."
        elif wait.end == FOREVER:
            yield f"Waiting {_stretch_told(wait, zone)}: the clock stands."
        elif start < wait.end:
            moved = _length_told(_open_between(promise.calendar, start, wait.end))
            yield f"Waiting {_stretch_told(wait, zone)} does not count: {moved} of open time."
    for wait in without(_waits(facts.pauses), counted):
        yield f"Waiting {_stretch_told(wait, zone)} does not stop this clock: {_running_told(facts)}."


def _stretch_told(wait: Interval, zone: str) -> str:
    start = told(wait.start, zone)
    return f"since {start}" if wait.end == FOREVER else f"from {start} to {told(wait.end, zone)}"


def _running_told(facts: ClockFacts) -> str:
    """Say why a wait does not hold this clock."""
    if facts.clock == "response":
        return "a first response never waits"
    return "the case is escalated" if facts.escalated else "updates on a critical case go on"


def _passed_told(facts: ClockFacts, zone: str, at: datetime | None) -> Iterator[str]:
    """Name earlier due instants that had gone by when the target changed."""
    for breach in breaches(facts, max((change.at for change in facts.changes), default=facts.opened)):
        if breach.at != at:
            yield f"An earlier due time, {told(breach.at, zone)}, had gone by before a change; that is on record."
