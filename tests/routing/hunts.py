"""Hunts as values for tests of the rules: people by name, legs that have come to something, and one instant to begin at."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from foundation.phone import PhoneNumber
from routing.hunt import HuntFacts, HuntStatus, LegFacts, LegStatus, Moves, Plan, Target, Wave

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
CEILING = START + timedelta(seconds=180)
CHASE_EVERY = timedelta(minutes=5)


def after(seconds: float) -> datetime:
    """The instant so many seconds after the hunt's start."""
    return START + timedelta(seconds=seconds)


def person(name: str, number: int) -> Target:
    """A technician with the handset +1 202 555 01xx."""
    phone = PhoneNumber(f"+120255501{number:02d}")
    return Target(name, name.title(), phone, phone)


SAM, KIM, LEE, MARIA = (person(name, number) for name, number in (("sam", 41), ("kim", 42), ("lee", 43), ("maria", 51)))


def wave(*targets: Target, ring_seconds: int = 20, stagger_seconds: int = 0) -> Wave:
    """People who are rung together."""
    return Wave(targets, ring_seconds, stagger_seconds)


def hunt(*waves: Wave, legs: Iterable[LegFacts] = (), number: int = -1) -> HuntFacts:
    """A hunt whose caller waits, at its very beginning unless told otherwise."""
    return HuntFacts(HuntStatus.HUNTING, Plan(waves), number, CEILING, 0, None, tuple(legs))


def leg(target: Target, status: LegStatus, number: int = 0, *, at: float = 0, ring_seconds: int = 20) -> LegFacts:
    """A leg that was claimed, placed and, where its status says so, answered `at` seconds after the start."""
    is_claimed = status is not LegStatus.PLANNED
    is_placed = status not in (LegStatus.PLANNED, LegStatus.PLACING, LegStatus.UNKNOWN)
    return LegFacts(
        id=number + 1,
        phone=target.phone,
        wave=number,
        status=status,
        ring_seconds=ring_seconds,
        claimed_at=after(at) if is_claimed else None,
        ring_until=after(at + ring_seconds) if is_placed else None,
        answered_at=after(at) if status is LegStatus.SCREENING else None,
    )


def applied(facts: HuntFacts, moves: Moves, at: datetime) -> HuntFacts:
    """The hunt with its moves made, as the service makes them: new legs are planned, lapsed ones over."""
    legs = [replace(one, status=LegStatus.NO_ANSWER) if one.id in moves.lapsed else one for one in facts.legs]
    for ring in moves.rings:
        new = leg(ring.target, LegStatus.PLANNED, ring.wave, ring_seconds=ring.ring_seconds)
        legs.append(replace(new, id=len(legs) + 1))
    return replace(
        facts,
        legs=tuple(legs),
        wave=facts.wave if moves.wave is None else moves.wave,
        chase_at=at + CHASE_EVERY if moves.chase else facts.chase_at,
        chase_pass=facts.chase_pass + moves.chase,
    )
