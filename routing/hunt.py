"""The hunt as pure rules: a frozen plan, the facts of a moment, and what must happen next; nothing here rings anybody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from foundation.phone import PhoneNumber

SCREENING_SECONDS = 12
"""How long an answered leg holds up its wave: the whisper lasts at most 10 s, then the next person rings beside it."""

UNPLACED_SECONDS = 30
"""How long a leg whose create request has no known outcome holds up its wave beyond its ring; then the next person rings."""

SCREENED_SECONDS = 120
"""How long an answered leg without a key and without any further news is believed: the whole whisper lasts half a minute."""

SAFETY_SECONDS = 5
"""A hunt with a ring that nobody has placed yet is looked at again after this time, whoever was to place it."""

CHASE_WAVE = 1000
"""Waves of the chase are numbered from here, so that they never meet those of the plan."""


class Mode(StrEnum):
    """How the people of one step are rung."""

    IN_ORDER = "in_order"
    AT_ONCE = "at_once"
    STAGGERED = "staggered"


class HuntStatus(StrEnum):
    """Where a hunt stands. LEFT, ABANDONED and VOICEMAIL: the caller is no longer held, the chase goes on."""

    HUNTING = "hunting"
    WON = "won"
    LEFT = "left"
    ABANDONED = "abandoned"
    VOICEMAIL = "voicemail"
    DONE = "done"


SEARCHING = (HuntStatus.HUNTING, HuntStatus.LEFT, HuntStatus.ABANDONED, HuntStatus.VOICEMAIL)
"""States in which nobody has accepted yet."""


class LegStatus(StrEnum):
    """Where one ring of one handset stands."""

    PLANNED = "planned"
    PLACING = "placing"
    UNKNOWN = "unknown"
    RINGING = "ringing"
    SCREENING = "screening"
    ACCEPTED = "accepted"
    BRIDGED = "bridged"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


RINGING = (LegStatus.PLANNED, LegStatus.PLACING, LegStatus.UNKNOWN, LegStatus.RINGING, LegStatus.SCREENING)
"""States in which a handset is, or is about to be, taken up by a hunt that nobody has won."""

ENGAGED = (*RINGING, LegStatus.ACCEPTED, LegStatus.BRIDGED)
"""States in which this handset should not be rung for anything else, until its call has ended."""


@dataclass(frozen=True, slots=True)
class Target:
    """A person to ring, as frozen into a plan."""

    technician: str
    name: str
    phone: PhoneNumber
    text_phone: PhoneNumber


@dataclass(frozen=True, slots=True)
class Wave:
    """People who are rung together, or each `stagger_seconds` after the one before."""

    targets: tuple[Target, ...]
    ring_seconds: int
    stagger_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The waves of a hunt in order; frozen when the hunt starts, so that a roster edited meanwhile changes nothing."""

    waves: tuple[Wave, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an escalation policy with its people already found."""

    targets: tuple[Target, ...]
    mode: Mode
    ring_seconds: int
    stagger_seconds: int = 0


def make_plan(steps: Iterable[Step], rounds: int) -> Plan:
    """Lay the steps out as waves: in order means one person a wave; no handset twice in a round."""
    waves = [wave for step in _without_repeats(steps) for wave in _waves(step)]
    return Plan(tuple(waves) * rounds)


def _without_repeats(steps: Iterable[Step]) -> Iterable[Step]:
    seen: set[PhoneNumber] = set()
    for step in steps:
        fresh: list[Target] = []
        for target in step.targets:
            if target.phone not in seen:
                seen.add(target.phone)
                fresh.append(target)
        yield Step(tuple(fresh), step.mode, step.ring_seconds, step.stagger_seconds)


def _waves(step: Step) -> Iterable[Wave]:
    if not step.targets:
        return ()
    if step.mode is Mode.IN_ORDER:
        return [Wave((target,), step.ring_seconds) for target in step.targets]
    stagger = step.stagger_seconds if step.mode is Mode.STAGGERED else 0
    return [Wave(step.targets, step.ring_seconds, stagger)]


@dataclass(frozen=True, slots=True)
class LegFacts:
    """What a tick needs to know of a leg. `ring_until` is set once the carrier has been asked to ring."""

    id: int
    phone: PhoneNumber
    wave: int
    status: LegStatus
    ring_seconds: int
    claimed_at: datetime | None
    ring_until: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class HuntFacts:
    """What a tick needs to know of a hunt. `engaged` are handsets taken up by other live hunts."""

    status: HuntStatus
    plan: Plan
    wave: int
    ceiling_at: datetime | None
    chase_pass: int
    chase_at: datetime | None
    legs: tuple[LegFacts, ...]
    engaged: frozenset[PhoneNumber] = frozenset()


@dataclass(frozen=True, slots=True)
class NewRing:
    """A ring to plan: whom, in which wave, for how long, and how many seconds from now."""

    target: Target
    wave: int
    ring_seconds: int
    delay_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Moves:
    """What must happen now. `next_at` is when the hunt wants to be looked at again."""

    lapsed: tuple[int, ...] = ()
    wave: int | None = None
    rings: tuple[NewRing, ...] = ()
    chase: bool = False
    next_at: datetime | None = None
    passed_over: tuple[Target, ...] = ()
    """People of the new waves who are not rung because another hunt has them."""


def next_moves(facts: HuntFacts, at: datetime) -> Moves:
    """Decide what a hunt does at an instant. Asked twice with the moves applied in between, it has nothing more to do."""
    if facts.status not in SEARCHING:
        return Moves()
    lapsed = tuple(leg.id for leg in facts.legs if _is_over(leg, at))
    holding = [leg for leg in facts.legs if leg.wave == facts.wave and leg.id not in lapsed and _holds(leg, at)]
    ahead = _Ahead(facts.wave, (), ()) if holding else _wave_ahead(facts, lapsed)
    moved = ahead.wave != facts.wave
    chase = _chase_is_due(facts, at, spent=not holding and not ahead.rings)
    waits = [until for leg in facts.legs if leg.id not in lapsed for until in _waits_until(leg, at)]
    return Moves(
        lapsed=lapsed,
        wave=ahead.wave if moved else None,
        rings=ahead.rings,
        chase=chase,
        next_at=min((w for w in (*waits, *_alarms(facts, chase=chase)) if w is not None and w > at), default=None),
        passed_over=ahead.passed_over,
    )


@dataclass(frozen=True, slots=True)
class _Ahead:
    wave: int
    rings: tuple[NewRing, ...]
    passed_over: tuple[Target, ...]


def _is_over(leg: LegFacts, at: datetime) -> bool:
    until = _rings_until(leg)
    return until is not None and until <= at


def _rings_until(leg: LegFacts) -> datetime | None:
    """When a ring counts as over although no news of it came."""
    if leg.status in (LegStatus.PLACING, LegStatus.UNKNOWN):
        return _later(leg.claimed_at, leg.ring_seconds + UNPLACED_SECONDS)
    if leg.status is LegStatus.SCREENING:
        return _later(leg.answered_at, SCREENED_SECONDS)
    return leg.ring_until if leg.status is LegStatus.RINGING else None


def _later(at: datetime | None, seconds: int) -> datetime | None:
    return None if at is None else at + timedelta(seconds=seconds)


def _waits_until(leg: LegFacts, at: datetime) -> tuple[datetime | None, ...]:
    """When a leg wants its hunt to be looked at: when it holds up its wave no longer, and when it counts as over."""
    if leg.status is LegStatus.PLANNED:
        return (at + timedelta(seconds=SAFETY_SECONDS),)
    return _holds_until(leg), _rings_until(leg)


def _holds(leg: LegFacts, at: datetime) -> bool:
    if leg.status is LegStatus.PLANNED:
        return True
    until = _holds_until(leg)
    return until is not None and until > at


def _holds_until(leg: LegFacts) -> datetime | None:
    if leg.status is LegStatus.SCREENING:
        return _later(leg.answered_at, SCREENING_SECONDS)
    if leg.status in (LegStatus.PLACING, LegStatus.UNKNOWN):
        return _later(leg.claimed_at, leg.ring_seconds)
    return leg.ring_until if leg.status is LegStatus.RINGING else None


def _wave_ahead(facts: HuntFacts, lapsed: tuple[int, ...]) -> _Ahead:
    ours = frozenset(leg.phone for leg in facts.legs if leg.status in RINGING and leg.id not in lapsed)
    passed_over: list[Target] = []
    for number in range(facts.wave + 1, len(facts.plan.waves)):
        wave = facts.plan.waves[number]
        free = tuple(t for t in wave.targets if t.phone not in ours and not _is_elsewhere(facts, t))
        passed_over += [t for t in wave.targets if t not in free]
        if free:
            return _Ahead(number, _rings(wave, number, free), tuple(passed_over))
    return _Ahead(max(facts.wave, len(facts.plan.waves) - 1), (), tuple(passed_over))


def _is_elsewhere(facts: HuntFacts, target: Target) -> bool:
    everybody = {t.phone for wave in facts.plan.waves for t in wave.targets}
    nobody_is_free = everybody <= facts.engaged
    return target.phone in facts.engaged and not nobody_is_free


def _rings(wave: Wave, number: int, targets: tuple[Target, ...]) -> tuple[NewRing, ...]:
    return tuple(NewRing(t, number, wave.ring_seconds, i * wave.stagger_seconds) for i, t in enumerate(targets))


def _chase_is_due(facts: HuntFacts, at: datetime, *, spent: bool) -> bool:
    if facts.chase_at is not None:
        return facts.chase_at <= at
    past_ceiling = facts.ceiling_at is not None and facts.ceiling_at <= at
    return spent or past_ceiling


def _alarms(facts: HuntFacts, *, chase: bool) -> tuple[datetime | None, ...]:
    ceiling = facts.ceiling_at if facts.chase_at is None and not chase else None
    return ceiling, None if chase else facts.chase_at


def plan_json(plan: Plan) -> dict[str, Any]:
    """Write a plan as the hunt's row keeps it."""
    return {"waves": [_wave_json(wave) for wave in plan.waves]}


def _wave_json(wave: Wave) -> dict[str, Any]:
    targets = [[t.technician, t.name, t.phone.e164, t.text_phone.e164] for t in wave.targets]
    return {"targets": targets, "ring_seconds": wave.ring_seconds, "stagger_seconds": wave.stagger_seconds}


def plan_from(data: Mapping[str, Any]) -> Plan:
    """Read a plan back from the hunt's row."""
    return Plan(tuple(_wave_from(wave) for wave in data["waves"]))


def _wave_from(data: Mapping[str, Any]) -> Wave:
    targets = tuple(
        Target(key, name, PhoneNumber(phone), PhoneNumber(text)) for key, name, phone, text in data["targets"]
    )
    return Wave(targets, data["ring_seconds"], data["stagger_seconds"])


CARRIER_STATUS: dict[str, LegStatus] = {
    "busy": LegStatus.BUSY,
    "no-answer": LegStatus.NO_ANSWER,
    "failed": LegStatus.FAILED,
    "canceled": LegStatus.CANCELLED,
    "completed": LegStatus.NO_ANSWER,
}
"""What the carrier's final word on a leg means while nobody has accepted on it: `completed` is a voicemail or a hang-up."""


def leg_after(status: LegStatus, carrier: str) -> LegStatus:
    """Decide a leg's state after the carrier's news; what is over stays over, and early news after late news is ignored."""
    if status not in (*RINGING, LegStatus.ACCEPTED):
        return status
    if carrier in CARRIER_STATUS:
        return LegStatus.LOST if status is LegStatus.ACCEPTED else CARRIER_STATUS[carrier]
    early = status in (LegStatus.PLANNED, LegStatus.PLACING, LegStatus.UNKNOWN)
    return LegStatus.RINGING if early and carrier in ("queued", "initiated", "ringing", "in-progress") else status
