from dataclasses import replace

import pytest

from ivr_flows.engine import REPEATS_FREE, begin, present, resume
from ivr_flows.events import Answered, BridgeEnded, Event, Pressed, QueueLeft, Recorded, Silence
from ivr_flows.flows.front_desk import FRONT_DESK
from ivr_flows.flows.page_technician import PAGE_TECHNICIAN
from ivr_flows.place import Manner, Misses, Place
from ivr_flows.questions import CriticalOpened, HelpReady, Question, WhoIsCalling
from ivr_flows.turns import Asking, AwaitKeys, AwaitRecording, End, EnterQueue, Turn
from ivr_flows.walk import Walk, WrongStep
from tests.ivr_flows.house import caller

GREETING = "Technical support. If your system is completely down, press 1 now. For anything else, press 2."
HELP = "If you cannot press keys, stay on the line and leave a message."


class TestReprompts:
    @pytest.mark.parametrize(
        ("keys", "heard"),
        [
            ([None], f"Sorry, we did not hear a key. {GREETING}"),
            ([None, None], f"{HELP} {GREETING}"),
            (["7"], f"That key is not one of the choices. {GREETING}"),
            (["7", "8"], f"{HELP} {GREETING}"),
            ([None, "7"], f"That key is not one of the choices. {GREETING}"),
            (["7", None], f"Sorry, we did not hear a key. {GREETING}"),
            (["0"], GREETING),
            (["*"], GREETING),
            (["#"], f"That key is not one of the choices. {GREETING}"),
            ([None, "7", None, "7"], f"{HELP} {GREETING}"),
        ],
    )
    def test_each_helps_more_than_the_last_and_silence_and_wrong_keys_count_apart(
        self, keys: list[str | None], heard: str
    ) -> None:
        walk = caller()
        for key in keys:
            walk.press(key) if key else walk.silence()
        assert walk.heard == heard

    @pytest.mark.parametrize("keys", [[None] * 3, ["7"] * 3, ["7", None, "7", None, "7"]])
    def test_the_third_miss_of_a_kind_takes_the_default_route(self, keys: list[str | None]) -> None:
        walk = caller()
        for key in keys:
            walk.press(key) if key else walk.silence()
        assert isinstance(walk.then, AwaitRecording)

    def test_counts_begin_anew_at_each_node(self) -> None:
        walk = caller()
        walk.silence(2)
        walk.press("2")
        assert walk.place.misses == Misses()

    def test_a_zero_held_down_in_a_pocket_does_not_repeat_for_ever(self) -> None:
        walk = caller()
        for _ in range(REPEATS_FREE + 3):
            walk.press("0")
        assert isinstance(walk.then, AwaitRecording)


class TestRepeatAndBack:
    def test_repeating_says_the_announcement_again_too(self) -> None:
        walk = caller()
        walk.press("1")
        first = walk.heard
        walk.press("0")
        assert walk.heard == first
        assert "Your case number is" in first

    def test_back_returns_to_the_menu_before(self) -> None:
        walk = caller()
        walk.press("2")
        walk.press("*")
        assert walk.heard == GREETING

    def test_back_never_crosses_what_has_been_written(self) -> None:
        walk = caller()
        walk.press("1")
        walk.press("*")
        assert walk.place.node == "hunting_menu"
        assert walk.place.answers["open_critical"] == "hunting"

    def test_in_a_number_zero_is_a_digit_and_a_star_alone_goes_back(self) -> None:
        walk = caller(who_is_calling=WhoIsCalling.UNKNOWN)
        walk.press("1")
        walk.press("000000")
        assert walk.place.answers["account_number"] == "000000"
        walk.press("*")
        assert walk.place.node == "emergency_number"
        walk.press("*")
        assert walk.heard == GREETING

    @pytest.mark.parametrize("digits", ["12", "1234567", "12*456", "12a456", "١٢٣٤٥٦"])
    def test_a_number_of_the_wrong_length_or_kind_is_asked_for_again(self, digits: str) -> None:
        walk = caller(who_is_calling=WhoIsCalling.UNKNOWN)
        walk.press("1")
        walk.press(digits)
        assert walk.heard.startswith("That number has the wrong length. Digits only, please.")

    def test_several_keys_at_once_count_as_the_first(self) -> None:
        walk = caller()
        walk.press("12")
        assert walk.questions[-1] is Question.OPEN_CRITICAL


class TestTurns:
    def test_are_numbered_one_after_another_and_questions_are_not(self) -> None:
        walk = Walk(FRONT_DESK, caller_id="known")
        assert walk.place.turn == 0
        walk.answer(WhoIsCalling.UNKNOWN)
        assert walk.place.turn == 1
        walk.silence()
        assert walk.place.turn == 2

    @pytest.mark.parametrize("misses", [0, 1, 2, 3])
    def test_a_stored_place_renders_the_same_turn_again(self, misses: int) -> None:
        walk = caller()
        walk.silence(misses)
        assert present(FRONT_DESK, Place.from_json(walk.place.to_json())) == walk.turn

    def test_the_emergency_menu_listens_while_it_speaks(self) -> None:
        assert caller().then == AwaitKeys(digits=1, finish_on_key="", timeout_seconds=5)

    def test_a_hang_up_ends_quietly_and_keeps_the_place(self) -> None:
        walk = caller()
        walk.hangs_up()
        assert (walk.turn.speech, walk.then, walk.place.node) == ((), End(), "greeting")

    def test_after_the_end_the_end_is_said_again(self) -> None:
        walk = caller()
        walk.silence(3)
        walk.silence()
        last = walk.turn
        assert resume(FRONT_DESK, last.place, Pressed("1")) == last


class TestQuestions:
    def test_anything_but_an_answer_asks_again(self) -> None:
        asking = begin(FRONT_DESK, {"caller_id": "known"})
        assert resume(FRONT_DESK, asking.place, Silence()) == asking

    def test_the_outcome_and_its_facts_stay_with_the_call(self) -> None:
        walk = caller()
        walk.press("1")
        assert walk.place.answers["open_critical"] == "hunting"
        assert walk.place.facts["case_number"] == "100428"

    def test_an_outcome_of_another_release_is_lost_and_found(self) -> None:
        asking = begin(FRONT_DESK, {"caller_id": "known"})
        result = resume(FRONT_DESK, asking.place, Answered(HelpReady.READY))
        assert isinstance(result, Turn)
        assert result.speech[0].text == "Sorry, we lost our place."

    def test_questions_without_end_come_to_a_turn(self) -> None:
        asking = begin(FRONT_DESK, {"caller_id": "known"})
        result = resume(FRONT_DESK, replace(asking.place, asked=99), Answered(WhoIsCalling.UNKNOWN))
        assert isinstance(result, Turn)
        assert result.place.node == "message"

    def test_a_queue_without_a_name_is_never_entered(self) -> None:
        walk = Walk(FRONT_DESK, caller_id="known")
        walk.answer(WhoIsCalling.ONE_ACCOUNT)
        walk.press("1")
        walk.answer(CriticalOpened.HUNTING, case_number="100428")
        walk.silence()
        walk.answer(HelpReady.READY)
        assert walk.question is Question.OPEN_CRITICAL


class TestForeignEvents:
    """A late or mixed-up webhook at a node that does not wait for it."""

    def test_at_keys_counts_as_silence(self) -> None:
        walk = caller()
        result = resume(FRONT_DESK, walk.place, QueueLeft("bridged"))
        assert result.place.manner is Manner.AFTER_SILENCE

    @pytest.mark.parametrize(
        "event", [Silence(), Pressed("1"), BridgeEnded(bridged=True, seconds=9, status="completed")]
    )
    def test_at_the_queue_counts_as_an_error_and_asks_the_house(self, event: Event) -> None:
        place = Place("front_desk", "hold", facts={"queue": "q"})
        result = resume(FRONT_DESK, place, event)
        assert isinstance(result, Asking)
        assert result.place.answers["queue_result"] == "error"

    def test_at_a_bridge_counts_as_not_bridged(self) -> None:
        result = resume(PAGE_TECHNICIAN, Place("page_technician", "connect", facts={"queue": "q"}), Silence())
        assert isinstance(result, Asking)
        assert result.place.answers["bridged"] == "no"

    def test_at_a_recording_goes_on_without_one(self) -> None:
        result = resume(FRONT_DESK, Place("front_desk", "message"), Pressed("5"))
        assert isinstance(result, Asking)
        assert "message.url" not in result.place.answers

    @pytest.mark.parametrize("node", ["hunting", "down", "identify", "hold_again"])
    def test_at_a_node_that_waits_for_nothing_goes_on(self, node: str) -> None:
        result = resume(FRONT_DESK, Place("front_desk", node, facts={"queue": "q", "case_number": "1"}), Silence())
        assert isinstance(result, Turn)
        assert isinstance(result.then, AwaitKeys | EnterQueue)

    def test_an_empty_recording_is_not_kept(self) -> None:
        result = resume(FRONT_DESK, Place("front_desk", "message"), Recorded("", "", 0))
        assert isinstance(result, Asking)
        assert "message.url" not in result.place.answers


class TestLost:
    def test_a_call_lost_again_and_again_ends_with_a_sentence(self) -> None:
        place = Place("front_desk", "gone", passes={"lost!": 2})
        result = resume(FRONT_DESK, place, Silence())
        assert isinstance(result, Turn)
        assert (result.speech[0].text[:5], result.then) == ("Sorry", End())
        assert resume(FRONT_DESK, result.place, Silence()) == result

    def test_rendering_a_place_no_longer_known_is_lost_too(self) -> None:
        result = present(FRONT_DESK, Place("front_desk", "gone", turn=4))
        assert isinstance(result.place, Place)
        assert result.place.node == "message"


class TestWalk:
    def test_refuses_keys_where_nobody_listens(self) -> None:
        walk = caller()
        walk.silence(3)
        with pytest.raises(WrongStep, match="nobody listens for keys at message"):
            walk.press("1")

    def test_refuses_to_go_on_while_a_question_is_open(self) -> None:
        with pytest.raises(WrongStep, match="who_is_calling first"):
            Walk(FRONT_DESK).press("1")

    def test_refuses_an_answer_that_nobody_asked_for(self) -> None:
        with pytest.raises(WrongStep, match="no question is open"):
            caller().answer(WhoIsCalling.UNKNOWN)

    def test_refuses_to_record_where_no_tone_sounds(self) -> None:
        with pytest.raises(WrongStep, match="nothing is recorded"):
            caller().records()

    def test_writes_down_what_was_heard_and_done(self) -> None:
        walk = caller()
        walk.press("2")
        assert walk.transcript[:2] == [f"hears {GREETING}", "presses 2"]
