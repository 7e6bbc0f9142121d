"""A case's clocks out of its history: what each due instant follows from, rebuilt from the events and nothing else.

The snapshot of the service level at the opening comes first; changes of severity, account and tier carry the service
level that they put in force. A satisfied clock stays as it was. The update clock begins anew with each public word to
the customer. `version` counts what moved the target, so that a warning belongs to one target and never comes twice.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast, get_args

from intake.severity import Severity
from routing.sla import Calendar, Change, Clock, ClockFacts, Pause, Reason, due_at, parse_calendar, parse_target

PromiseData = Mapping[str, Any]
"""A service level as JSON: `response` and `update` as written targets, and the `calendar` in the account's zone."""

CLOCKS: tuple[Clock, ...] = ("response", "update")
"""The clocks that every promised case carries; nobody promises a resolution yet."""

RANKS = {Severity.LOW: 0, Severity.MEDIUM: 1, Severity.CRITICAL: 2}


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One line of a case's history."""

    at: datetime
    kind: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of the target, with the service level that it put in force."""

    at: datetime
    reason: Reason
    promise: PromiseData
    severity: str


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """One clock as its history leaves it. `promise` and `severity` are those at `since`, from where it counts.

    `in_force` and `severity_now` also follow what changed after the clock was satisfied: a clock that begins anew
    begins with them. `answered_at` is the latest answer to the customer. Without a promise there is no clock.
    """

    clock: Clock
    since: datetime
    promise: PromiseData | None
    severity: str
    in_force: PromiseData | None
    severity_now: str
    turns: tuple[Turn, ...] = ()
    pauses: tuple[Pause, ...] = ()
    resume_at: datetime | None = None
    answered_at: datetime | None = None
    satisfied_at: datetime | None = None
    recomputed: tuple[datetime, ...] = ()
    version: int = 0

    @property
    def facts(self) -> ClockFacts | None:
        """What the rules of clocks read; nothing where nothing is promised."""
        if self.promise is None:
            return None
        return ClockFacts(
            clock=self.clock,
            calendar=calendar_of(self.promise),
            opened=self.since,
            target=parse_target(self.promise[self.clock]),
            severity=self.severity,
            pauses=self.pauses,
            changes=tuple(self._change(turn) for turn in self.turns),
        )

    def _change(self, turn: Turn) -> Change:
        target = parse_target(turn.promise[self.clock])
        return Change(turn.at, turn.reason, target, calendar_of(turn.promise), turn.severity)

    @property
    def due_at(self) -> datetime | None:
        """The due instant; None while the clock is paused or where nothing is promised."""
        facts = self.facts
        return None if facts is None else due_at(facts)

    @property
    def state(self) -> str:
        """Running, paused, satisfied, or void where nothing is promised."""
        if self.promise is None:
            return "void"
        if self.satisfied_at is not None:
            return "satisfied"
        return "paused" if self.due_at is None else "running"

    @property
    def calendars(self) -> dict[str, tuple[Calendar, ...]]:
        """The calendars that this clock counts on or would begin anew on, by key; shipped hours have no key."""
        levels = [level for level in (self.promise, self.in_force, *(turn.promise for turn in self.turns)) if level]
        keys = {level["calendar"].get("key") for level in levels} - {None}
        return {key: tuple(calendar_of(lv) for lv in levels if lv["calendar"].get("key") == key) for key in keys}

    @property
    def is_waiting(self) -> bool:
        """Whether the case waits, which need not hold this clock."""
        return bool(self.pauses) and self.pauses[-1].end is None


def calendar_of(promise: PromiseData) -> Calendar:
    """Read the calendar of a service level; one that was read before is not read again."""
    return _parsed(json.dumps(promise["calendar"], sort_keys=True))


@lru_cache(maxsize=4096)
def _parsed(written: str) -> Calendar:
    return parse_calendar(json.loads(written))


def facts_of(clock: Clock, promise: PromiseData | None, events: Iterable[CaseEvent]) -> ClockRecord:
    """Rebuild a clock from the service level at the opening and the case's events, in order of time.

    Events of one instant keep their order; the first must be `opened`. Kinds that no clock looks at are passed over.
    """
    opened, *later = sorted(events, key=lambda event: event.at)
    severity = str(opened.facts["severity"])
    record = ClockRecord(clock, _whole(opened.at), promise, severity, promise, severity)
    for event in later:
        step = STEPS.get(event.kind)
        record = record if step is None else step(record, replace(event, at=_whole(event.at)))
    return record


def clock_named(text: str) -> Clock:
    """Read the name of a stored clock."""
    assert text in get_args(Clock)  # the column is written from these names alone
    return cast("Clock", text)


def _whole(at: datetime) -> datetime:
    """Clocks count in whole seconds."""
    return at.replace(microsecond=0)


def reason_of(before: str, after: str, reason: str) -> Reason:
    """Name a change of severity as the rules do: what got better counts from the opening, whatever was said of it."""
    if RANKS[Severity(after)] < RANKS[Severity(before)]:
        return "lowered" if reason == "impact_changed" else "reclassified"
    return cast("Reason", reason)


# What an event does ---------------------------------------------------------------------------------------------------


def _severity_changed(record: ClockRecord, event: CaseEvent) -> ClockRecord:
    after = str(event.facts["after"])
    reason = reason_of(str(event.facts["before"]), after, str(event.facts["reason"]))
    return _turned(record, event.at, reason, event.facts.get("promise"), after)


def _moved(record: ClockRecord, event: CaseEvent) -> ClockRecord:
    """The case always was another account's: that account's service level counts from the opening."""
    return _turned(record, event.at, "reclassified", event.facts.get("promise"), record.severity_now)


def _upgraded(record: ClockRecord, event: CaseEvent) -> ClockRecord:
    return _turned(record, event.at, "upgrade", event.facts.get("promise"), record.severity_now)


def _turned(
    record: ClockRecord, at: datetime, reason: Reason, promise: PromiseData | None, severity: str
) -> ClockRecord:
    """Put another service level in force; a satisfied clock only keeps it for the day on which it begins anew."""
    known = replace(record, in_force=promise, severity_now=severity)
    if record.satisfied_at is not None:
        return known
    version = record.version + 1
    if promise is None:
        return replace(known, promise=None, turns=(), version=version)
    if record.promise is None:
        since = at if reason in ("upgrade", "impact_changed") else record.since
        return replace(known, promise=promise, severity=severity, since=since, turns=(), version=version)
    return replace(known, turns=(*record.turns, Turn(at, reason, promise, severity)), version=version)


def _recomputed(record: ClockRecord, event: CaseEvent) -> ClockRecord:
    """A calendar was edited: whatever counts on it counts on the edited one, from the start."""
    edited = event.facts["calendar"]
    known = replace(record, in_force=_on(record.in_force, edited))
    promise = _on(record.promise, edited)
    turns = tuple(replace(turn, promise=_on(turn.promise, edited) or turn.promise) for turn in record.turns)
    if record.satisfied_at is not None or (promise == record.promise and turns == record.turns):
        return known
    recomputed = (*record.recomputed, event.at)
    return replace(known, promise=promise, turns=turns, version=record.version + 1, recomputed=recomputed)


def _on(promise: PromiseData | None, edited: Mapping[str, Any]) -> PromiseData | None:
    """Put the edited calendar in the place of the one with its key."""
    if promise is None or promise["calendar"].get("key") != edited["key"]:
        return promise
    return {**promise, "calendar": edited}


def _paused(record: ClockRecord, event: CaseEvent) -> ClockRecord:
    """Begin a wait, or only plan another end for the one that lasts."""
    written = event.facts.get("resume_at")
    resume_at = None if written is None else datetime.fromisoformat(written).astimezone(UTC)
    pauses = record.pauses if record.is_waiting else (*record.pauses, Pause(event.at))
    return replace(record, pauses=pauses, resume_at=resume_at)


def _resumed(record: ClockRecord, event: CaseEvent) -> ClockRecord:
    if not record.is_waiting:
        return record
    *before, waiting = record.pauses
    return replace(record, pauses=(*before, Pause(waiting.start, event.at)), resume_at=None)


def _answered(record: ClockRecord, event: CaseEvent) -> ClockRecord:
    """The customer has had an answer: the response is given, and the next update counts from now.

    `since` is when a talk began, which is when the response was given; the next update counts from its end.
    """
    given = _whole(datetime.fromisoformat(event.facts.get("since") or event.at.isoformat()).astimezone(UTC))
    known = replace(record, answered_at=given)
    match record.clock:
        case "response":
            return _satisfied(known, given)
        case "update":
            return known if record.satisfied_at is not None else _anew(known, event.at)
        case "resolution":
            return known


def _ended(record: ClockRecord, event: CaseEvent) -> ClockRecord:
    return _satisfied(_resumed(record, event), event.at)


def _satisfied(record: ClockRecord, at: datetime) -> ClockRecord:
    if record.satisfied_at is not None:
        return record
    return replace(record, satisfied_at=at, turns=tuple(turn for turn in record.turns if turn.at <= at))


def _reopened(record: ClockRecord, event: CaseEvent) -> ClockRecord:
    """A response was given once and for all; updates are owed again."""
    return record if record.clock == "response" else _anew(record, event.at)


def _anew(record: ClockRecord, at: datetime) -> ClockRecord:
    return replace(
        record,
        since=at,
        promise=record.in_force,
        severity=record.severity_now,
        turns=(),
        recomputed=(),
        satisfied_at=None,
        version=record.version + 1,
    )


STEPS: Mapping[str, Callable[[ClockRecord, CaseEvent], ClockRecord]] = MappingProxyType({
    "severity_changed": _severity_changed,
    "moved": _moved,
    "tier_upgraded": _upgraded,
    "recomputed": _recomputed,
    "paused": _paused,
    "resumed": _resumed,
    "responded": _answered,
    "contacted": _answered,
    "resolved": _ended,
    "closed": _ended,
    "reopened": _reopened,
})  # fmt: skip
"""Every kind of event that moves a clock; the history holds many more."""

KINDS = ("opened", *STEPS)
