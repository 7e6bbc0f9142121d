import pytest

from ivr_flows.flows.page_technician import PAGE_TECHNICIAN
from ivr_flows.pace import seconds_of
from ivr_flows.questions import BridgeOver, CallBackOver, NextLevel, Outcome, Question, StillNeeded, Taken
from ivr_flows.turns import DialNumber, JoinQueue
from ivr_flows.walk import Walk
from tests.ivr_flows.house import technician


def talked(**outcomes: Outcome) -> Walk:
    """A technician who took the call and has just talked to the caller."""
    walk = technician(**outcomes)
    walk.press("1")
    walk.bridge_ends()
    return walk


class TestWhisper:
    def test_says_who_and_what_in_ten_seconds(self) -> None:
        walk = technician()
        assert walk.heard == (
            "Critical call for Northside Clinic, no active agreement. Whole system or network down. "
            "Press 1 to take it, 2 to pass, 3 to hear more."
        )
        assert seconds_of(walk.heard) <= 10

    def test_is_said_twice_and_then_hung_up_so_that_a_voicemail_never_accepts(self) -> None:
        walk = technician()
        first = walk.heard
        walk.silence()
        assert walk.heard == first
        walk.silence()
        assert walk.heard == "No key was pressed. Goodbye."
        assert walk.is_over
        assert walk.questions == [Question.IS_STILL_NEEDED]

    def test_wrong_keys_never_accept_either(self) -> None:
        walk = technician()
        for _ in range(3):
            walk.press("8")
        assert walk.is_over
        assert Question.TAKE not in walk.questions

    def test_more_tells_the_case_and_the_caller_and_asks_again(self) -> None:
        walk = technician()
        walk.press("3")
        assert "waiting since Monday January 12, 3 10 P M" in walk.heard
        assert "1 0, 0 4, 2 8" in walk.heard
        assert walk.heard.endswith("Press 1 to take it, 2 to pass, 3 to hear more.")

    def test_a_pass_goes_to_the_next_at_once(self) -> None:
        walk = technician()
        walk.press("2")
        assert walk.questions[-1] is Question.DECLINE
        assert (walk.heard, walk.is_over) == ("Passed on. Goodbye.", True)

    def test_who_comes_late_hears_who_has_it(self) -> None:
        walk = technician(is_still_needed=StillNeeded.TAKEN)
        assert (walk.heard, walk.is_over) == ("Sam Ortiz has it. Thank you, goodbye.", True)

    def test_a_caller_who_hung_up_is_still_offered(self) -> None:
        walk = technician(is_still_needed=StillNeeded.CALLER_GONE)
        assert walk.heard.startswith("The caller has hung up and needs a call back. Critical call for")


class TestTaking:
    def test_the_winner_joins_the_caller(self) -> None:
        walk = technician()
        walk.press("1")
        assert (walk.heard, walk.then) == ("Connecting you.", JoinQueue("q-7f3a"))

    @pytest.mark.parametrize(
        ("outcome", "words"),
        [(Taken.TAKEN, "Sam Ortiz has it."), (Taken.OVER, "This call is already over.")],
    )
    def test_who_is_second_hears_so(self, outcome: Taken, words: str) -> None:
        walk = technician(take=outcome)
        walk.press("1")
        assert walk.heard.startswith(words)
        assert walk.is_over

    def test_a_winner_without_a_number_to_call_keeps_the_case(self) -> None:
        walk = technician(take=Taken.WON_NO_NUMBER)
        walk.press("1")
        assert "left no number" in walk.heard
        assert walk.questions[-1] is Question.STILL_WORKING

    def test_a_caller_on_the_way_is_waited_for_but_not_for_ever(self) -> None:
        walk = technician(after_bridge=BridgeOver.CALLER_ON_THE_WAY)
        walk.press("1")
        for _ in range(7):
            walk.bridge_ends(bridged=False, seconds=0, status="no-answer")
            assert walk.then == JoinQueue("q-7f3a", pause_seconds=2)
        walk.bridge_ends(bridged=False, seconds=0, status="no-answer")
        assert "Press 1 to call them back now" in walk.heard

    def test_the_bridge_is_told_to_the_house(self) -> None:
        walk = technician()
        walk.press("1")
        walk.bridge_ends(bridged=True, seconds=95)
        told = walk.place.answers
        assert (told["bridged"], told["bridge_seconds"], told["bridge_status"]) == ("yes", "95", "completed")


class TestCallBack:
    def test_one_key_dials_the_caller_from_the_service_number(self) -> None:
        walk = technician(take=Taken.WON_CALLER_GONE)
        walk.press("1")
        assert walk.heard == "The caller has hung up. Press 1 to call them back now, 2 to leave it with a text."
        walk.press("1")
        assert walk.then == DialNumber("+12025550111", caller_id="+12025550100")

    def test_after_the_call_back_the_keypad_is_offered(self) -> None:
        walk = technician(take=Taken.WON_CALLER_GONE)
        walk.press("1")
        walk.press("1")
        walk.bridge_ends()
        assert walk.questions[-1] is Question.AFTER_CALL_BACK
        assert walk.heard.startswith("Press 1 if it is resolved")

    @pytest.mark.parametrize(("key", "question"), [("1", Question.AFTER_CALL_BACK), ("2", Question.LEAVE_WITH_TEXT)])
    def test_without_an_answer_it_is_tried_again_or_left_with_a_text(self, key: str, question: Question) -> None:
        walk = technician(after_bridge=BridgeOver.CALLER_GONE, after_call_back=CallBackOver.NOT_CONNECTED)
        walk.press("1")
        walk.bridge_ends(bridged=False, seconds=0, status="no-answer")
        walk.press("1")
        walk.bridge_ends(bridged=False, seconds=0, status="no-answer")
        assert walk.heard == "No answer. Press 1 to try again, 2 to leave it with a text."
        walk.press(key)
        if key == "1":
            walk.bridge_ends(bridged=False, seconds=0, status="busy")
        assert walk.questions[-1] is question

    def test_silence_leaves_it_with_a_text(self) -> None:
        walk = technician(take=Taken.WON_CALLER_GONE)
        walk.press("1")
        walk.silence(3)
        assert walk.questions[-1] is Question.LEAVE_WITH_TEXT
        assert walk.is_over


class TestAfterTheTalk:
    def test_offers_what_a_technician_decides(self) -> None:
        assert talked().heard == (
            "Press 1 if it is resolved, 2 if you are still working, 3 to bring in the next level, "
            "4 for a wrong severity."
        )

    @pytest.mark.parametrize(
        ("keys", "question", "words"),
        [
            ("1", Question.RESOLVE, "The case is resolved."),
            ("2", Question.STILL_WORKING, "The case stays with you."),
            ("3", Question.NEXT_LEVEL, "The next level is being called."),
            ("41", Question.CHANGE_SEVERITY, "The severity is changed."),
            ("42", Question.CHANGE_SEVERITY, "The severity is changed."),
        ],
    )
    def test_each_key_is_confirmed_and_ends_the_call(self, keys: str, question: Question, words: str) -> None:
        walk = talked()
        for key in keys:
            walk.press(key)
        assert walk.questions[-1] is question
        assert walk.heard.startswith(words)
        assert walk.is_over

    def test_silence_means_still_working(self) -> None:
        walk = talked()
        walk.silence(3)
        assert walk.questions[-1] is Question.STILL_WORKING

    @pytest.mark.parametrize(("key", "severity"), [("1", "medium"), ("2", "low")])
    def test_a_wrong_severity_is_named(self, key: str, severity: str) -> None:
        walk = talked()
        walk.press("4")
        walk.press(key)
        assert walk.place.answers["severity"] == severity
        assert walk.place.evidence[-1].node == "severity"

    def test_back_leaves_the_severity_as_it_is(self) -> None:
        walk = talked()
        walk.press("4")
        walk.press("*")
        assert walk.heard.startswith("Press 1 if it is resolved")

    def test_without_a_level_above_it_is_said(self) -> None:
        walk = talked(next_level=NextLevel.NOBODY_ABOVE)
        walk.press("3")
        assert walk.heard.startswith("There is no level above.")


def test_what_is_missing_in_a_page_is_left_out_and_the_page_goes_on() -> None:
    walk = Walk(PAGE_TECHNICIAN)
    walk.answer(StillNeeded.OPEN)
    assert walk.heard.endswith("Press 1 to take it, 2 to pass, 3 to hear more.")
