import pytest

from ivr_flows.flows.on_hold import ON_HOLD
from ivr_flows.questions import HuntProgress, Leaving, Question
from ivr_flows.turns import AwaitKeys, ExitQueue, PlayMusic
from ivr_flows.walk import Walk


def waiting() -> Walk:
    """A caller who waits while the first technician is being tried."""
    walk = Walk(ON_HOLD)
    walk.answer(HuntProgress.TRYING, being_tried="Sam", waited="40 seconds")
    return walk


def test_says_who_is_tried_and_how_long_it_has_been() -> None:
    walk = waiting()
    assert walk.heard == (
        "We are calling Sam. You have waited 40 seconds. To leave a message, press 1. To be called back, press 2."
    )
    assert walk.then == AwaitKeys(digits=1, finish_on_key="", timeout_seconds=2)


def test_silence_goes_on_with_music_and_the_carrier_asks_again() -> None:
    walk = waiting()
    walk.silence()
    assert walk.then == PlayMusic(10)


def test_at_first_music_is_not_held_up() -> None:
    walk = Walk(ON_HOLD)
    walk.answer(HuntProgress.STARTING)
    assert (walk.heard, walk.then) == ("We are calling our technicians now.", PlayMusic(10))


def test_when_nobody_is_rung_any_more_the_caller_is_told_so_and_can_leave() -> None:
    walk = Walk(ON_HOLD)
    walk.answer(HuntProgress.NOBODY_YET, waited="2 minutes")
    assert walk.heard.startswith(
        "Nobody has answered yet. We keep trying. You have waited 2 minutes. To leave a message"
    )


def test_just_before_the_ceiling_nothing_is_said() -> None:
    walk = Walk(ON_HOLD)
    walk.answer(HuntProgress.LAST_SECONDS)
    assert (walk.heard, walk.then) == ("", PlayMusic(10))


@pytest.mark.parametrize(
    ("key", "question"), [("1", Question.LEAVE_FOR_VOICEMAIL), ("2", Question.LEAVE_FOR_CALL_BACK)]
)
def test_a_wish_takes_the_caller_out_of_the_queue(key: str, question: Question) -> None:
    walk = waiting()
    walk.press(key)
    assert walk.question is question
    walk.answer(Leaving.LEAVING)
    assert walk.then == ExitQueue()


def test_a_wish_comes_too_late_when_somebody_has_answered() -> None:
    walk = waiting()
    walk.press("1")
    walk.answer(Leaving.HELP_IS_HERE)
    assert walk.heard == "A technician has answered. Connecting you, one moment."
    assert walk.then == PlayMusic(4)


@pytest.mark.parametrize("progress", [HuntProgress.CEILING, HuntProgress.OVER])
def test_the_end_of_the_wait_leaves_the_queue(progress: HuntProgress) -> None:
    walk = Walk(ON_HOLD)
    walk.answer(progress)
    assert walk.then == ExitQueue()
