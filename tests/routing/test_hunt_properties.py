"""What holds for every hunt, whoever is in its plan and whatever becomes of its rings."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.phone import PhoneNumber
from routing.hunt import RINGING, HuntFacts, LegFacts, LegStatus, Mode, Moves, Plan, Step, make_plan, next_moves
from tests.routing.hunts import START, applied, hunt, person

PEOPLE = [person(name, 41 + number) for number, name in enumerate(("sam", "kim", "lee", "ana", "maria"))]
ROUNDS = 60
"""Looks at a hunt until it must have gone through its whole plan; each look is at the instant that the last one asked for."""

steps = st.builds(
    Step,
    st.lists(st.sampled_from(PEOPLE), max_size=4, unique=True).map(tuple),
    st.sampled_from(Mode),
    st.sampled_from([5, 12, 20]),
    st.sampled_from([0, 4]),
)
plans = st.builds(make_plan, st.lists(steps, max_size=3), st.integers(1, 2))
engaged = st.frozensets(st.sampled_from([p.phone for p in PEOPLE]))
fates = st.lists(st.sampled_from(["silent", "declined", "unplaced", "voicemail", "failed"]), min_size=1, max_size=12)


def met(one: LegFacts, fate: str, at: datetime) -> LegFacts:
    """A planned leg after the clock process and the carrier had it."""
    until = at + timedelta(seconds=one.ring_seconds)
    match fate:
        case "declined" | "failed":
            return replace(one, status=LegStatus(fate), claimed_at=at, ring_until=until)
        case "unplaced":
            return replace(one, status=LegStatus.UNKNOWN, claimed_at=at)
        case "voicemail":
            return replace(one, status=LegStatus.SCREENING, claimed_at=at, ring_until=until, answered_at=at)
        case _:
            return replace(one, status=LegStatus.RINGING, claimed_at=at, ring_until=until)


def played(facts: HuntFacts, fates: list[str]) -> list[tuple[HuntFacts, Moves, datetime]]:
    """Look at a hunt again and again as its timer says; each new leg meets the next fate."""
    at, seen, looks = START, 0, []
    for _ in range(ROUNDS):
        moves = next_moves(facts, at)
        looks.append((facts, moves, at))
        facts = applied(facts, moves, at)
        legs = [met(one, fates[one.id % len(fates)], at) if one.id > seen else one for one in facts.legs]
        facts, seen = replace(facts, legs=tuple(legs)), len(legs)
        at = max(moves.next_at or at + timedelta(seconds=5), at + timedelta(milliseconds=1))
    return looks


@settings(max_examples=60, deadline=None)
@given(plans, engaged, fates)
def test_a_look_too_many_does_nothing(plan: Plan, busy: frozenset[PhoneNumber], fates: list[str]) -> None:
    for facts, moves, at in played(replace(hunt(), plan=plan, engaged=busy), fates):
        again = next_moves(applied(facts, moves, at), at)
        assert (again.lapsed, again.wave, again.rings, again.chase) == ((), None, (), False)


@settings(max_examples=60, deadline=None)
@given(plans, engaged, fates)
def test_no_handset_rings_twice_at_a_time(plan: Plan, busy: frozenset[PhoneNumber], fates: list[str]) -> None:
    for facts, moves, _ in played(replace(hunt(), plan=plan, engaged=busy), fates):
        still = [one.phone for one in facts.legs if one.status in RINGING and one.id not in moves.lapsed]
        ringing = [*still, *(ring.target.phone for ring in moves.rings)]
        assert len(ringing) == len(set(ringing))


@settings(max_examples=60, deadline=None)
@given(plans, engaged, fates)
def test_waves_only_go_forward_and_none_is_rung_twice(
    plan: Plan, busy: frozenset[PhoneNumber], fates: list[str]
) -> None:
    looks = played(replace(hunt(), plan=plan, engaged=busy), fates)
    waves = [moves.wave for _, moves, _ in looks if moves.wave is not None]
    assert waves == sorted(set(waves))
    rings = [(ring.wave, ring.target.phone) for _, moves, _ in looks for ring in moves.rings]
    assert len(rings) == len(set(rings))


@settings(max_examples=60, deadline=None)
@given(plans, engaged, fates)
def test_every_hunt_comes_to_the_chase_by_its_ceiling(
    plan: Plan, busy: frozenset[PhoneNumber], fates: list[str]
) -> None:
    facts = replace(hunt(), plan=plan, engaged=busy)
    looks = played(facts, fates)
    first = next(at for _, moves, at in looks if moves.chase)
    assert facts.ceiling_at is not None
    assert first <= facts.ceiling_at


@settings(max_examples=60, deadline=None)
@given(plans, fates)
def test_everybody_in_the_plan_is_rung_before_the_chase_unless_the_ceiling_comes_first(
    plan: Plan, fates: list[str]
) -> None:
    facts = replace(hunt(), plan=plan)
    rung = set()
    for before, moves, at in played(facts, fates):
        rung |= {ring.target for ring in moves.rings}
        if moves.chase and before.chase_at is None:
            assert facts.ceiling_at is not None
            assert at >= facts.ceiling_at or rung == {t for wave in facts.plan.waves for t in wave.targets}
