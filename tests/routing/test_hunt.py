"""The rules of the hunt: how a plan is laid out, and what happens next at an instant."""

from dataclasses import replace

import pytest

from routing.hunt import (
    RINGING,
    SCREENED_SECONDS,
    SCREENING_SECONDS,
    UNPLACED_SECONDS,
    HuntStatus,
    LegStatus,
    Mode,
    Moves,
    Step,
    leg_after,
    make_plan,
    next_moves,
    plan_from,
    plan_json,
)
from tests.routing.hunts import CEILING, KIM, LEE, MARIA, SAM, after, hunt, leg, wave

# The plan


def test_in_order_means_one_person_a_wave() -> None:
    plan = make_plan([Step((SAM, KIM), Mode.IN_ORDER, 20)], rounds=1)
    assert plan.waves == (wave(SAM), wave(KIM))


def test_at_once_means_one_wave_and_staggered_one_with_pauses() -> None:
    steps = [Step((SAM, KIM), Mode.AT_ONCE, 25, 5), Step((LEE, MARIA), Mode.STAGGERED, 20, 5)]
    assert make_plan(steps, rounds=1).waves == (
        wave(SAM, KIM, ring_seconds=25),
        wave(LEE, MARIA, stagger_seconds=5),
    )


def test_rounds_repeat_the_whole_plan() -> None:
    plan = make_plan([Step((SAM, KIM), Mode.IN_ORDER, 20)], rounds=2)
    assert plan.waves == (wave(SAM), wave(KIM), wave(SAM), wave(KIM))


def test_no_handset_comes_twice_in_a_round_whatever_its_owner_is_called() -> None:
    twin = replace(KIM, technician="kim-2")
    plan = make_plan([Step((SAM, KIM), Mode.IN_ORDER, 20), Step((twin, SAM, LEE), Mode.AT_ONCE, 20)], rounds=1)
    assert plan.waves == (wave(SAM), wave(KIM), wave(LEE))


def test_a_step_without_people_is_no_wave() -> None:
    assert make_plan([Step((), Mode.AT_ONCE, 20), Step((SAM,), Mode.AT_ONCE, 20)], rounds=1).waves == (wave(SAM),)


def test_a_plan_is_read_back_as_it_was_written() -> None:
    plan = make_plan([Step((SAM, KIM), Mode.STAGGERED, 20, 7), Step((LEE,), Mode.IN_ORDER, 12)], rounds=2)
    assert plan_from(plan_json(plan)) == plan


# What happens next


def rung(moves: Moves) -> list[tuple[str, int, int]]:
    return [(ring.target.technician, ring.wave, ring.delay_seconds) for ring in moves.rings]


def test_a_hunt_begins_with_its_first_wave() -> None:
    moves = next_moves(hunt(wave(SAM), wave(KIM)), after(0))
    assert (moves.wave, rung(moves), moves.chase) == (0, [("sam", 0, 0)], False)


def test_a_staggered_wave_rings_one_after_the_other() -> None:
    moves = next_moves(hunt(wave(SAM, KIM, LEE, stagger_seconds=5)), after(0))
    assert rung(moves) == [("sam", 0, 0), ("kim", 0, 5), ("lee", 0, 10)]


HOLDING = (LegStatus.PLANNED, LegStatus.PLACING, LegStatus.UNKNOWN, LegStatus.RINGING)


@pytest.mark.parametrize("status", HOLDING)
def test_a_wave_waits_for_a_ring_until_its_time_is_up(status: LegStatus) -> None:
    moves = next_moves(hunt(wave(SAM), wave(KIM), legs=[leg(SAM, status)], number=0), after(19))
    assert (moves.wave, moves.lapsed) == (None, ())


@pytest.mark.parametrize("status", HOLDING)
def test_a_hunt_wants_to_be_looked_at_when_the_ring_is_over_at_the_latest(status: LegStatus) -> None:
    moves = next_moves(hunt(wave(SAM), wave(KIM), legs=[leg(SAM, status)], number=0), after(1))
    assert moves.next_at is not None
    assert moves.next_at <= after(20)


@pytest.mark.parametrize(
    "status", [LegStatus.DECLINED, LegStatus.BUSY, LegStatus.FAILED, LegStatus.NO_ANSWER, LegStatus.CANCELLED, LegStatus.LOST]
)  # fmt: skip
def test_the_next_wave_rings_at_once_when_a_ring_has_come_to_nothing(status: LegStatus) -> None:
    moves = next_moves(hunt(wave(SAM), wave(KIM), legs=[leg(SAM, status)], number=0), after(3))
    assert (moves.wave, rung(moves)) == (1, [("kim", 1, 0)])


def test_a_ring_is_over_at_its_time_although_no_news_came() -> None:
    moves = next_moves(hunt(wave(SAM), wave(KIM), legs=[leg(SAM, LegStatus.RINGING)], number=0), after(20))
    assert (moves.lapsed, moves.wave) == ((1,), 1)


def test_a_wave_of_several_ends_when_all_of_it_has_ended() -> None:
    both = [leg(SAM, LegStatus.DECLINED), replace(leg(KIM, LegStatus.RINGING), id=2)]
    facts = hunt(wave(SAM, KIM), wave(LEE), legs=both, number=0)
    assert next_moves(facts, after(10)).wave is None
    assert next_moves(facts, after(20)).wave == 1


@pytest.mark.parametrize("status", [LegStatus.PLACING, LegStatus.UNKNOWN])
def test_a_ring_in_doubt_lets_the_next_person_ring_and_is_given_up_later(status: LegStatus) -> None:
    facts = hunt(wave(SAM), wave(KIM), legs=[leg(SAM, status)], number=0)
    moves = next_moves(facts, after(20))
    assert (moves.wave, moves.lapsed) == (1, ())
    assert next_moves(facts, after(20 + UNPLACED_SECONDS)).lapsed == (1,)


def test_whoever_listens_to_the_whisper_holds_the_wave_up_only_for_a_while() -> None:
    facts = hunt(wave(SAM), wave(KIM), legs=[leg(SAM, LegStatus.SCREENING)], number=0)
    assert next_moves(facts, after(SCREENING_SECONDS - 1)).wave is None
    moves = next_moves(facts, after(SCREENING_SECONDS))
    assert (moves.wave, moves.lapsed) == (1, ())
    assert next_moves(facts, after(SCREENED_SECONDS)).lapsed == (1,)


def test_nobody_is_rung_on_a_handset_that_this_hunt_rings_already() -> None:
    slow = leg(SAM, LegStatus.SCREENING)
    moves = next_moves(hunt(wave(SAM), wave(SAM, KIM), legs=[slow], number=0), after(15))
    assert rung(moves) == [("kim", 1, 0)]
    assert moves.passed_over == (SAM,)


def test_a_handset_of_another_hunt_is_passed_over() -> None:
    facts = replace(hunt(wave(SAM), wave(KIM)), engaged=frozenset({SAM.phone}))
    moves = next_moves(facts, after(0))
    assert (rung(moves), moves.passed_over) == ([("kim", 1, 0)], (SAM,))


def test_whoever_is_alone_is_rung_although_another_hunt_has_them() -> None:
    facts = replace(hunt(wave(SAM), wave(KIM)), engaged=frozenset({SAM.phone, KIM.phone}))
    assert rung(next_moves(facts, after(0))) == [("sam", 0, 0)]


# The chase


def test_the_chase_begins_when_the_plan_is_spent() -> None:
    spent = hunt(wave(SAM), legs=[leg(SAM, LegStatus.NO_ANSWER)], number=0)
    assert next_moves(spent, after(21)).chase


def test_the_chase_begins_at_once_where_nobody_can_be_rung() -> None:
    moves = next_moves(hunt(), after(0))
    assert moves.chase
    assert moves.rings == ()


def test_the_chase_begins_at_the_ceiling_although_somebody_still_rings() -> None:
    facts = hunt(wave(SAM), legs=[leg(SAM, LegStatus.RINGING, at=170)], number=0)
    assert not next_moves(facts, after(179)).chase
    assert next_moves(facts, CEILING).chase


def test_the_chase_has_its_own_rhythm() -> None:
    facts = replace(hunt(), chase_pass=1, chase_at=after(300))
    assert not next_moves(facts, after(299)).chase
    assert next_moves(facts, after(299)).next_at == after(300)
    assert next_moves(facts, after(300)).chase


@pytest.mark.parametrize("status", [HuntStatus.LEFT, HuntStatus.ABANDONED, HuntStatus.VOICEMAIL])
def test_a_caller_who_has_gone_changes_nothing_of_the_plan(status: HuntStatus) -> None:
    gone = replace(hunt(wave(SAM), wave(KIM), legs=[leg(SAM, LegStatus.DECLINED)], number=0), status=status)
    assert rung(next_moves(gone, after(5))) == [("kim", 1, 0)]


@pytest.mark.parametrize("status", [HuntStatus.WON, HuntStatus.DONE])
def test_a_hunt_that_is_decided_makes_no_moves(status: HuntStatus) -> None:
    decided = replace(hunt(wave(SAM), wave(KIM)), status=status)
    assert next_moves(decided, after(500)) == Moves()


# News from the carrier

NEWS = {
    "initiated": LegStatus.RINGING,
    "ringing": LegStatus.RINGING,
    "in-progress": LegStatus.RINGING,
    "busy": LegStatus.BUSY,
    "no-answer": LegStatus.NO_ANSWER,
    "failed": LegStatus.FAILED,
    "canceled": LegStatus.CANCELLED,
    "completed": LegStatus.NO_ANSWER,
    "gibberish": LegStatus.PLACING,
}


@pytest.mark.parametrize(("news", "status"), NEWS.items())
def test_news_of_a_leg_that_was_just_asked_for(news: str, status: LegStatus) -> None:
    assert leg_after(LegStatus.PLACING, news) is status


@pytest.mark.parametrize("news", ["initiated", "ringing", "in-progress"])
def test_early_news_that_comes_late_takes_nothing_back(news: str) -> None:
    assert leg_after(LegStatus.SCREENING, news) is LegStatus.SCREENING
    assert leg_after(LegStatus.ACCEPTED, news) is LegStatus.ACCEPTED


@pytest.mark.parametrize("news", NEWS)
@pytest.mark.parametrize("over", [one for one in LegStatus if one not in (*RINGING, LegStatus.ACCEPTED)])
def test_what_is_over_stays_over(over: LegStatus, news: str) -> None:
    assert leg_after(over, news) is over


@pytest.mark.parametrize("news", ["completed", "busy", "no-answer", "failed", "canceled"])
def test_a_leg_that_ends_after_it_has_accepted_is_lost(news: str) -> None:
    assert leg_after(LegStatus.ACCEPTED, news) is LegStatus.LOST
