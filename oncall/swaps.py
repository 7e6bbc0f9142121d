"""Giving time on duty to somebody else: which overrides that makes, and when it must not be.

A cover is one giving, a swap is two: the taker gives a return shift back. Where the giver is on duty by the layers, a
giving is a replace. Where the giver is there by an override of their own, that override is cut and its part in the middle
handed on, so that time may pass from hand to hand and back to its owner, and nobody is ever in two overrides at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from foundation.clock import iso
from foundation.windows import Interval, merged
from oncall.coverage import gaps
from oncall.duty import OnDuty, PlacedOverride
from oncall.layers import Override, Roster, instant
from oncall.resolver import on_duty, segments
from oncall.timetable import bare, common

Code = Literal["own", "not_asked", "over", "not_on_duty", "away", "in_exception", "double_booked", "gap"]

HORIZON = timedelta(days=400)
"""How far a person's next shift is looked for: a yearly rotation has one within it."""

FIRST_LOOK = timedelta(days=14)
"""How far a shift is looked for at first; each further look is twice as long."""

LONGEST_TAKEOVER = timedelta(hours=24)
"""A take-over ends by itself: nobody stays on duty for long because they were once quick."""

LONE_TAKEOVER = timedelta(hours=12)
"""How long somebody takes a roster on which nobody is on duty, if nobody would come on duty before."""


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks of others: to take a period, perhaps for another in return. Nobody named means anybody of the roster."""

    asked_by: str
    period: Interval
    back: Interval | None = None
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a giving must not be: who stands in its way, and when."""

    code: Code
    person: str
    start: datetime
    end: datetime
    roster: str


class Giving(NamedTuple):
    """Time on duty that goes from one person to another."""

    giver: str
    taker: str
    period: Interval


# Who is on duty when --------------------------------------------------------------------------------------------------


def time_on_duty(roster: Roster, person: str, period: Interval) -> list[Interval]:
    """Return when somebody is on duty in a period: merged and in order."""
    return list(merged(Interval(s.start, s.end) for s in segments(roster, *period) if person in s.people))


def next_shift(roster: Roster, person: str, after: datetime) -> Interval | None:
    """Return somebody's present shift from `after` on, or else their next one; None if there is none in HORIZON.

    A shift runs from the first to the last instant on duty in it: hours outside coverage lie between, not at its ends.
    """
    found = _first_duty(roster, person, after)
    if found is None:
        return None
    start, duty = found
    held = [s for s in segments(roster, start, min(duty.shift_end, start + HORIZON)) if _holds(s.on_duty, duty)]
    return Interval(start, held[-1].end)


def _first_duty(roster: Roster, person: str, after: datetime) -> tuple[datetime, OnDuty] | None:
    start, look = after, FIRST_LOOK
    while start < after + HORIZON:
        for segment in segments(roster, start, start + look):
            for duty in segment.on_duty:
                if duty.technician == person:
                    return segment.start, duty
        start, look = start + look, look * 2
    return None


def _holds(people: Iterable[OnDuty], duty: OnDuty) -> bool:
    return any(one.held == duty.held for one in people)


def participants(roster: Roster) -> tuple[str, ...]:
    """Return everybody who is in the order of a layer, in any version, each once."""
    return tuple(dict.fromkeys(person for layer in roster.layers for person in layer.participants if person))


# Giving ---------------------------------------------------------------------------------------------------------------


def after_giving(roster: Roster, giving: Giving) -> Roster:
    """Return the roster with the giver's time on duty in the period with the taker; what the giver does not hold stays."""
    giver, taker, period = giving
    overrides, engaged = list[Override](), list[Interval]()
    for override in roster.overrides:
        placed = _placed(override, roster)
        if giver not in override.people or not _meets(placed, period):
            overrides.append(override)
            continue
        engaged.append(Interval(placed.start, placed.end))
        overrides += _handed_on(placed, giver, taker, period)
    free = bare([period], merged(sorted(engaged)))
    overrides += (_replace(taker, giver, own) for part in free for own in _held_part(roster, giver, part))
    return replace(roster, overrides=tuple(overrides))


def _handed_on(placed: PlacedOverride, giver: str, taker: str, period: Interval) -> Iterator[Override]:
    """Yield an override of the giver as it is after the giving: whole, or cut with its middle in other hands."""
    override = placed.override
    if override.technician != giver or override.kind == "remove":
        yield override
        return
    if placed.start < period.start:
        yield replace(override, end=iso(period.start))
    middle = Interval(max(placed.start, period.start), min(placed.end, period.end))
    if override.replaces != taker:
        yield replace(override, technician=taker, start=iso(middle.start), end=iso(middle.end))
    if placed.end > period.end:
        yield replace(override, start=iso(period.end))


def _held_part(roster: Roster, giver: str, part: Interval) -> Iterator[Interval]:
    """Yield the part from the giver's first to last instant on duty in it."""
    held = time_on_duty(roster, giver, part)
    if held:
        yield Interval(held[0].start, held[-1].end)


def _replace(taker: str, giver: str, period: Interval) -> Override:
    return Override("replace", taker, giver, iso(period.start), iso(period.end))


def _placed(override: Override, roster: Roster) -> PlacedOverride:
    zone = roster.zone
    return PlacedOverride(instant(override.start, zone), instant(override.end, zone, end=True), override)


def _meets(placed: PlacedOverride, period: Interval) -> bool:
    return placed.start < period.end and placed.end > period.start


# Judging --------------------------------------------------------------------------------------------------------------


def settled(
    roster: Roster, request: Request, taker: str, at: datetime, others: Sequence[Roster] = ()
) -> Roster | Objection:
    """Return the roster as it is once `taker` has accepted, from `at` on, or why that must not be.

    `others` are the rosters that ring at the same time as this one: nobody may be on duty on two of them.
    """
    objection = _stranger(roster, request, taker) or _too_late(roster, request, at)
    if objection is not None:
        return objection
    period = Interval(max(request.period.start, whole_second(at)), request.period.end)
    result = _given(roster, Giving(request.asked_by, taker, period), others)
    if isinstance(result, Roster) and request.back is not None:
        result = _given(result, Giving(taker, request.asked_by, request.back), others)
    if isinstance(result, Objection):
        return result
    return _new_gap(roster, result, request) or result


def whole_second(at: datetime) -> datetime:
    """Return the second in which an instant lies: overrides know no fractions."""
    return at.replace(microsecond=0)


def _stranger(roster: Roster, request: Request, taker: str) -> Objection | None:
    if taker == request.asked_by:
        return Objection("own", taker, *request.period, roster.name)
    if taker not in (request.asked or participants(roster)):
        return Objection("not_asked", taker, *request.period, roster.name)
    return None


def _too_late(roster: Roster, request: Request, at: datetime) -> Objection | None:
    """Object to time that is over; a return shift must not have begun: part of a promise is none."""
    if request.period.end <= at:
        return Objection("over", request.asked_by, *request.period, roster.name)
    if request.back is not None and request.back.start <= at:
        return Objection("over", request.asked_by, *request.back, roster.name)
    return None


def _given(roster: Roster, giving: Giving, others: Sequence[Roster]) -> Roster | Objection:
    giver, taker, period = giving
    held = time_on_duty(roster, giver, period)
    if not held:
        return Objection("not_on_duty", giver, *period, roster.name)
    return (
        _taker_away(roster, taker, held)
        or _taker_on_duty(roster, taker, held)
        or _taker_engaged(roster, giving)
        or _taker_elsewhere(others, taker, held)
        or _changed_hands(roster, giving, held)
    )


def _changed_hands(roster: Roster, giving: Giving, held: Sequence[Interval]) -> Roster | Objection:
    """Return the roster after the giving, if it did what it should.

    It does not where the giver is on duty twice, by the layers and by an override beside them: what is given up in one
    place is kept in the other, and nobody can be in a second override of that time to end it.
    """
    after = after_giving(roster, giving)
    kept = next(iter(time_on_duty(after, giving.giver, giving.period)), None)
    lost = next(bare(held, time_on_duty(after, giving.taker, giving.period)), None)
    wrong = kept or lost
    return after if wrong is None else Objection("in_exception", giving.giver, *wrong, roster.name)


def _taker_away(roster: Roster, taker: str, held: Sequence[Interval]) -> Objection | None:
    zone = roster.zone
    for absence in roster.time_off:
        gone = Interval(instant(absence.start, zone), instant(absence.end, zone, end=True))
        if absence.technician == taker and any(common(held, [gone])):
            return Objection("away", taker, *gone, roster.name)
    return None


def _taker_engaged(roster: Roster, giving: Giving) -> Objection | None:
    """Object to a taker who is in an override of that time, unless it is their own shift that comes back to them."""
    for override in roster.overrides:
        placed = _placed(override, roster)
        comes_back = override.replaces == giving.taker and override.technician == giving.giver
        if giving.taker in override.people and not comes_back and _meets(placed, giving.period):
            return Objection("in_exception", giving.taker, placed.start, placed.end, roster.name)
    return None


def _taker_on_duty(roster: Roster, taker: str, held: Sequence[Interval]) -> Objection | None:
    both = next(common(time_on_duty(roster, taker, Interval(held[0].start, held[-1].end)), held), None)
    return None if both is None else Objection("double_booked", taker, *both, roster.name)


def _taker_elsewhere(others: Sequence[Roster], taker: str, held: Sequence[Interval]) -> Objection | None:
    return next((found for other in others if (found := _taker_on_duty(other, taker, held))), None)


def _new_gap(before: Roster, after: Roster, request: Request) -> Objection | None:
    """Object to time that has nobody on duty only because of the change."""
    for period in (request.period, *([request.back] if request.back else [])):
        new = next(bare(gaps(after, *period), gaps(before, *period)), None)
        if new is not None:
            return Objection("gap", request.asked_by, *new, before.name)
    return None


# Taking over at once --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A roster that somebody takes over: as it is then, from whom, and until when."""

    roster: Roster
    from_: tuple[str, ...]
    period: Interval


def taken_over(
    roster: Roster, taker: str, at: datetime, until: datetime | None = None, others: Sequence[Roster] = ()
) -> TakenOver | Objection:
    """Put somebody on duty from `at` on: in the place of the first person on duty, or where nobody is, beside nobody.

    Until `until`, at most LONGEST_TAKEOVER; without it until the shift of the person replaced ends, or, where nobody is on
    duty, until somebody comes. Whoever comes on duty before `until` is replaced in turn.
    """
    start = whole_second(at)
    now = on_duty(roster, start)
    if taker in (duty.technician for duty in now):
        return Objection("double_booked", taker, start, start, roster.name)
    period = Interval(start, min(until or _end_of(roster, now, start), start + LONGEST_TAKEOVER))
    result, givers = roster, dict[str, None]()
    for part, giver in _first_people(roster, taker, period):
        given = _taken_part(result, Giving(giver or taker, taker, part), others)
        if isinstance(given, Objection):
            return given
        result = given
        if giver is not None:
            givers[giver] = None
    return TakenOver(result, tuple(givers), period)


def _end_of(roster: Roster, now: Sequence[OnDuty], start: datetime) -> datetime:
    if now:
        shift = next_shift(roster, now[0].technician, start)
        return start + LONE_TAKEOVER if shift is None else shift.end
    held = (s.start for s in segments(roster, start, start + LONE_TAKEOVER) if s.people)
    return next(held, start + LONE_TAKEOVER)


def _first_people(roster: Roster, taker: str, period: Interval) -> Iterator[tuple[Interval, str | None]]:
    """Yield a period in parts, each with the first person on duty; parts in which the taker is on duty are left out."""
    parts = [
        (Interval(s.start, s.end), s.people[0] if s.people else None)
        for s in segments(roster, *period)
        if taker not in s.people
    ]
    joined: list[tuple[Interval, str | None]] = []
    for part, person in parts:
        if joined and joined[-1][1] == person and joined[-1][0].end == part.start:
            joined[-1] = (Interval(joined[-1][0].start, part.end), person)
        else:
            joined.append((part, person))
    yield from joined


def _taken_part(roster: Roster, giving: Giving, others: Sequence[Roster]) -> Roster | Objection:
    """Take a part without asking about time off: who takes over is there. A part that is nobody's is an addition."""
    _, taker, part = giving
    objection = _taker_engaged(roster, giving) or _taker_elsewhere(others, taker, [part])
    if objection is not None:
        return objection
    if giving.giver != taker:
        return _changed_hands(roster, giving, [part])
    addition = Override("add", taker, None, iso(part.start), iso(part.end))
    return replace(roster, overrides=(*roster.overrides, addition))


# What changes in the records ------------------------------------------------------------------------------------------


class Rewritten(NamedTuple):
    """An override that must be written, and the stored one that it is a part of, by its place; None if it is new."""

    override: Override
    part_of: int | None


def rewritten(before: Sequence[Override], after: Sequence[Override]) -> tuple[list[int], list[Rewritten]]:
    """Return the places of the overrides that go, and those that come; equal ones are matched one to one."""
    left = list(after)
    gone: list[int] = []
    for place, override in enumerate(before):
        if override in left:
            left.remove(override)
        else:
            gone.append(place)
    return gone, [Rewritten(override, _whole_of(override, before, gone)) for override in left]


def _whole_of(part: Override, before: Sequence[Override], gone: Iterable[int]) -> int | None:
    """Find the override that a part was cut from: the same people, and one of its ends."""
    for place in gone:
        whole = before[place]
        same = (whole.kind, whole.technician, whole.replaces) == (part.kind, part.technician, part.replaces)
        if same and (whole.start == part.start or whole.end == part.end):
            return place
    return None
