import pytest

from ivr_flows.engine import resume
from ivr_flows.events import Answered, Pressed
from ivr_flows.flows.front_desk import FRONT_DESK
from ivr_flows.place import Place
from ivr_flows.questions import (
    AccountFound,
    CallBackWanted,
    CriticalOpened,
    HelpReady,
    Moved,
    NumberKept,
    Outcome,
    Question,
    QueueOver,
    TicketOpened,
    WhoIsCalling,
)
from ivr_flows.turns import AwaitKeys, AwaitRecording, EnterQueue, RejectCall, Turn
from ivr_flows.walk import Walk
from tests.ivr_flows.house import FRIENDLY, answers, caller

SPOKEN_NUMBER = "1 0, 0 4, 2 8"


def on_hold(**outcomes: Outcome) -> Walk:
    """A caller with an outage, all prompts sat out, waiting in the queue."""
    walk = caller(**outcomes)
    walk.press("1")
    walk.silence(3)
    assert walk.then == EnterQueue("q-7f3a")
    return walk


class TestGreeting:
    def test_offers_the_emergency_first(self) -> None:
        assert caller().heard == (
            "Technical support. If your system is completely down, press 1 now. For anything else, press 2."
        )

    def test_a_blocked_number_is_rejected_before_the_answer(self) -> None:
        assert caller(who_is_calling=WhoIsCalling.BLOCKED).then == RejectCall()

    def test_over_the_limit_a_message_is_taken_and_a_case_opened(self) -> None:
        walk = caller(who_is_calling=WhoIsCalling.OVER_LIMIT)
        assert walk.heard.startswith("Many calls came from this number")
        walk.records()
        assert walk.questions[-1] is Question.KEEP_MESSAGE
        assert SPOKEN_NUMBER in walk.heard

    def test_speaks_the_name_of_the_organisation(self) -> None:
        walk = Walk(FRONT_DESK, caller_id="known", organisation="Northwind support")
        walk.answer(WhoIsCalling.UNKNOWN)
        assert walk.heard.startswith("Northwind support. If your system")

    @pytest.mark.parametrize("who", [WhoIsCalling.ONE_ACCOUNT, WhoIsCalling.SEVERAL_ACCOUNTS, WhoIsCalling.UNKNOWN])
    def test_is_the_same_for_everybody(self, who: WhoIsCalling) -> None:
        assert caller(who_is_calling=who).heard == caller().heard

    def test_silence_thrice_takes_a_message_and_opens_a_case(self) -> None:
        walk = caller()
        walk.silence(3)
        assert "could not hear your choice" in walk.heard
        assert isinstance(walk.then, AwaitRecording)
        walk.silence()
        assert walk.heard.count(SPOKEN_NUMBER) >= 2
        assert walk.is_over


class TestEmergency:
    def test_one_key_opens_the_hunt_for_a_known_caller(self) -> None:
        walk = caller()
        walk.press("1")
        assert walk.questions == [Question.WHO_IS_CALLING, Question.OPEN_CRITICAL]
        assert walk.heard == (
            f"Help is being called now. Your case number is {SPOKEN_NUMBER}. Again, {SPOKEN_NUMBER}. "
            "If you are calling for another organisation, press 3."
        )

    def test_the_key_and_its_wording_are_the_evidence(self) -> None:
        walk = caller()
        walk.press("1")
        evidence = walk.place.evidence[0]
        assert (evidence.node, evidence.prompt, evidence.key) == ("greeting", "greeting.organisation", "1")
        assert evidence.version.startswith("en-")

    def test_whoever_says_nothing_more_is_led_through_to_the_queue(self) -> None:
        walk = caller()
        walk.press("1")
        walk.silence()
        assert "tell us in a few words what is down" in walk.heard
        walk.silence()
        assert "we call you back on this number" in walk.heard
        walk.silence()
        assert walk.then == EnterQueue("q-7f3a")

    def test_a_description_is_kept_before_the_wait(self) -> None:
        walk = caller()
        walk.press("1")
        walk.silence()
        walk.records(seconds=7)
        assert Question.KEEP_DESCRIPTION in walk.questions
        assert walk.place.answers["description.seconds"] == "7"

    def test_a_technician_who_is_ready_ends_the_questions_at_once(self) -> None:
        walk = caller(is_help_ready=HelpReady.READY)
        walk.press("1")
        walk.silence()
        assert walk.heard == "A technician is ready. Connecting you."
        assert walk.then == EnterQueue("q-7f3a")

    def test_a_technician_may_get_ready_while_the_caller_describes(self) -> None:
        walk = caller()
        walk.press("1")
        walk.silence()
        walk.always({**FRIENDLY, **answers(is_help_ready=HelpReady.READY)})
        walk.records()
        assert walk.then == EnterQueue("q-7f3a")

    def test_without_agreement_the_duty_manager_is_named_and_the_caller_waits(self) -> None:
        walk = caller(open_critical=CriticalOpened.DUTY_MANAGER_PAGED)
        walk.press("1")
        assert "no active agreement. The duty manager is being called" in walk.heard
        walk.silence(3)
        assert walk.then == EnterQueue("q-7f3a")

    def test_under_the_ticket_policy_no_technician_is_promised(self) -> None:
        walk = caller(open_critical=CriticalOpened.TICKET_ONLY)
        walk.press("1")
        assert "no technician is called" in walk.heard
        assert walk.heard.count(SPOKEN_NUMBER) == 2

    @pytest.mark.parametrize("miss", ["silence", "9"])
    def test_who_does_not_choose_among_accounts_is_in_distress_and_goes_on(self, miss: str) -> None:
        walk = caller(who_is_calling=WhoIsCalling.SEVERAL_ACCOUNTS)
        walk.press("1")
        for _ in range(3):
            walk.silence() if miss == "silence" else walk.press(miss)
        assert walk.place.answers["identity"] == "one_of_several"
        assert "Help is being called now" in walk.heard


class TestConsent:
    def test_the_charge_is_named_before_anybody_is_called(self) -> None:
        walk = caller(open_critical=CriticalOpened.CONSENT_NEEDED)
        walk.press("1")
        assert "is charged by your price list. To accept, press 1. For a free ticket, press 2." in walk.heard
        assert Question.OPEN_BILLABLE not in walk.questions

    def test_accepting_is_evidence_and_starts_the_hunt(self) -> None:
        walk = caller(open_critical=CriticalOpened.CONSENT_NEEDED)
        walk.press("1")
        walk.press("1")
        assert walk.questions[-1] is Question.OPEN_BILLABLE
        assert walk.place.answers["consent"] == "accepted"
        assert [(found.node, found.key) for found in walk.place.evidence] == [("greeting", "1"), ("consent", "1")]

    @pytest.mark.parametrize("way", ["2", "silence", "wrong keys"])
    def test_without_the_key_it_stays_a_ticket(self, way: str) -> None:
        walk = caller(open_critical=CriticalOpened.CONSENT_NEEDED)
        walk.press("1")
        if way == "2":
            walk.press("2")
        for _ in range(3 if way != "2" else 0):
            walk.silence() if way == "silence" else walk.press("7")
        assert walk.questions[-1] is Question.OPEN_TICKET
        assert walk.place.answers["consent"] == "refused"


class TestIdentifying:
    def test_accounts_are_chosen_by_the_end_of_their_numbers(self) -> None:
        walk = Walk(FRONT_DESK, caller_id="known")
        two = {"account.1": "northside", "account.1.spoken": "517", "account.2": "lake", "account.2.spoken": "620"}
        walk.answer_with(Answered(WhoIsCalling.SEVERAL_ACCOUNTS, two))
        walk.press("1")
        assert walk.heard == "Account ending 5 1 7, press 1. 6 2 0, press 2. Another, press 4."
        walk.press("2")
        assert walk.question is Question.OPEN_CRITICAL
        assert (walk.place.answers["account"], walk.place.answers["identity"]) == ("lake", "chosen")

    def test_another_account_is_keyed_in(self) -> None:
        walk = caller(who_is_calling=WhoIsCalling.SEVERAL_ACCOUNTS)
        walk.press("1")
        walk.press("4")
        walk.press("204517")
        assert walk.heard.startswith("You keyed 2 0, 4 5, 1 7.")

    def test_a_keyed_number_is_read_back_and_silence_goes_on(self) -> None:
        walk = caller(who_is_calling=WhoIsCalling.UNKNOWN)
        walk.press("1")
        walk.press("204517")
        walk.silence()
        assert (walk.place.answers["identity"], walk.place.answers["account_number"]) == ("keyed", "204517")
        assert walk.questions[-1] is Question.OPEN_CRITICAL

    def test_a_wrongly_keyed_number_can_be_keyed_again(self) -> None:
        walk = caller(who_is_calling=WhoIsCalling.UNKNOWN)
        walk.press("1")
        walk.press("204517")
        walk.press("2")
        walk.press("204518")
        assert "2 0, 4 5, 1 8" in walk.heard

    @pytest.mark.parametrize("way", ["#", "silence"])
    def test_without_a_number_name_and_organisation_are_recorded(self, way: str) -> None:
        walk = caller(who_is_calling=WhoIsCalling.UNKNOWN)
        walk.press("1")
        if way == "silence":
            walk.silence(2)
        else:
            walk.press("#")
        assert "say your name and organisation" in walk.heard
        assert walk.then == AwaitRecording(max_seconds=8, silence_seconds=3)
        walk.records()
        assert walk.place.answers["identity"] == "recorded"
        assert "Help is being called now" in walk.heard

    def test_three_numbers_that_are_not_found_end_the_asking(self) -> None:
        walk = caller(who_is_calling=WhoIsCalling.UNKNOWN, find_account=AccountFound.NOT_FOUND)
        walk.press("1")
        for number in ("111111", "222222"):
            walk.press(number)
            assert walk.heard.startswith("We did not find it. Please key it in again")
        walk.press("333333")
        assert "say your name" in walk.heard

    def test_the_pound_key_after_the_last_digit_is_no_wrong_key(self) -> None:
        walk = caller(who_is_calling=WhoIsCalling.UNKNOWN)
        walk.press("1")
        walk.press("204517")
        walk.press("#")
        assert walk.heard.startswith("You keyed 2 0, 4 5, 1 7.")
        walk.press("9")
        assert walk.heard.startswith("That key is not one of the choices.")

    @pytest.mark.parametrize(
        ("outcome", "words"),
        [
            (CriticalOpened.DUTY_MANAGER_PAGED, "We could not find your account. The duty manager is being called"),
            (CriticalOpened.TICKET_ONLY, "We could not find your account, so no technician is called."),
        ],
    )
    def test_a_caller_without_an_account_does_not_hear_of_an_agreement(
        self, outcome: CriticalOpened, words: str
    ) -> None:
        walk = caller(who_is_calling=WhoIsCalling.UNKNOWN, open_critical=outcome)
        walk.press("1")
        walk.press("#")
        walk.records()
        assert words in walk.heard
        assert "agreement" not in walk.heard

    def test_a_caller_without_an_account_may_still_key_in_a_number(self) -> None:
        walk = caller(who_is_calling=WhoIsCalling.UNKNOWN)
        walk.press("1")
        walk.press("#")
        walk.records()
        assert "To key in an account number, press 3." in walk.heard
        walk.press("3")
        walk.press("204517")
        assert Question.MOVE_TO_ACCOUNT in walk.questions

    def test_a_number_of_open_length_ends_with_hash(self) -> None:
        walk = Walk(FRONT_DESK, caller_id="known", account_digits="")
        walk.answer(WhoIsCalling.UNKNOWN)
        walk.press("1")
        assert walk.then == AwaitKeys(digits=None, finish_on_key="#", timeout_seconds=5)
        walk.press("20451#")
        assert walk.question is Question.FIND_ACCOUNT

    def test_names_are_never_read_to_a_caller(self) -> None:
        flow_prompts = {sentence.prompt for sentence in caller().turn.speech}
        assert "account" not in FRONT_DESK.knows
        assert not any(prompt.startswith("whisper") for prompt in flow_prompts)


class TestJudging:
    @pytest.mark.parametrize(
        ("key", "severity", "question"),
        [
            ("1", "critical", Question.OPEN_CRITICAL),
            ("2", "medium", Question.OPEN_TICKET),
            ("3", "low", Question.OPEN_TICKET),
            ("4", "critical", Question.OPEN_CRITICAL),
        ],
    )
    def test_severity_follows_the_key(self, key: str, severity: str, question: Question) -> None:
        walk = caller()
        walk.press("2")
        walk.press(key)
        assert walk.questions[-1] is question
        assert walk.place.answers["severity"] == severity
        assert walk.place.evidence[-1].key == key

    def test_doubt_is_marked(self) -> None:
        walk = caller()
        walk.press("2")
        walk.press("4")
        assert walk.place.answers["severity_in_doubt"] == "yes"

    def test_silence_takes_a_message_marked_as_not_stated(self) -> None:
        walk = caller()
        walk.press("2")
        walk.silence(3)
        assert isinstance(walk.then, AwaitRecording)
        walk.records()
        assert walk.questions[-1] is Question.KEEP_MESSAGE
        assert (walk.place.answers["severity"], walk.place.answers["severity_not_stated"]) == ("medium", "yes")

    def test_an_unknown_caller_is_asked_for_an_account_first(self) -> None:
        walk = caller(who_is_calling=WhoIsCalling.UNKNOWN)
        walk.press("2")
        walk.press("#")
        walk.records()
        walk.press("3")
        assert walk.questions[-1] is Question.OPEN_TICKET
        assert walk.place.answers["identity"] == "recorded"


class TestTicket:
    @pytest.mark.parametrize(
        ("outcome", "words"),
        [
            (
                TicketOpened.TICKET_WITH_CLOCK,
                "medium priority. We will respond by Wednesday January 14, 3 30 P M",
            ),
            (
                TicketOpened.TICKET_OPENS_LATER,
                "Los Angeles time. Response time counts from then.",
            ),
            (TicketOpened.TICKET_WITHOUT_CLOCK, "no response time is promised"),
            (TicketOpened.TRIAGE, "A person will look at it and call you."),
        ],
    )
    def test_says_what_happens_and_the_case_number_twice(self, outcome: TicketOpened, words: str) -> None:
        walk = caller(open_ticket=outcome)
        walk.press("2")
        walk.press("2")
        assert words in walk.heard
        assert walk.heard.count(SPOKEN_NUMBER) == 2

    def test_says_that_a_text_was_sent_only_if_one_was(self) -> None:
        walk = Walk(FRONT_DESK, caller_id="known")
        ticket = FRIENDLY[Question.OPEN_TICKET]
        walk.always({**FRIENDLY, Question.OPEN_TICKET: Answered(ticket.outcome, {**ticket.facts, "texted": "yes"})})
        walk.press("2")
        walk.press("3")
        assert "We have sent it to you by text." in walk.heard
        without = caller()
        without.press("2")
        without.press("3")
        assert "by text" not in without.heard

    @pytest.mark.parametrize("way", ["2", "silence"])
    def test_the_problem_is_recorded_and_the_case_number_said_again(self, way: str) -> None:
        walk = caller()
        walk.press("2")
        walk.press("2")
        walk.press("2") if way == "2" else walk.silence()
        assert isinstance(walk.then, AwaitRecording)
        walk.records(seconds=40)
        assert walk.heard == f"Your case number is {SPOKEN_NUMBER}. Goodbye."
        assert walk.is_over

    def test_it_became_worse_makes_the_same_case_critical(self) -> None:
        walk = caller()
        walk.press("2")
        walk.press("2")
        walk.press("1")
        assert walk.questions[-1] is Question.MAKE_CRITICAL
        assert walk.place.answers["became_worse"] == "yes"
        assert "Help is being called now" in walk.heard


class TestOtherOrganisation:
    @pytest.mark.parametrize(("outcome", "words"), [(Moved.MOVED, "belongs to that"), (Moved.NOT_FOUND, "goes on")])
    def test_the_same_hunt_goes_on_either_way(self, outcome: Moved, words: str) -> None:
        walk = caller(move_to_account=outcome)
        walk.press("1")
        walk.press("3")
        walk.press("204518")
        assert walk.place.answers["other_account_number"] == "204518"
        assert words in walk.heard
        assert "tell us in a few words" in walk.heard


class TestCallBackNumber:
    def test_another_number_can_be_given(self) -> None:
        walk = caller()
        walk.press("1")
        walk.silence(2)
        walk.press("2")
        walk.press("2025550199#")
        assert walk.questions[-1] is Question.KEEP_CALLBACK_NUMBER
        assert walk.then == EnterQueue("q-7f3a")

    def test_a_withheld_caller_is_asked_for_one(self) -> None:
        walk = caller(caller_id="withheld")
        walk.press("1")
        walk.silence(2)
        assert walk.heard == "Please key in the number where we can reach you, then pound."

    def test_a_number_that_cannot_be_dialled_is_asked_for_once_more(self) -> None:
        walk = caller(caller_id="withheld", keep_callback_number=NumberKept.NOT_A_NUMBER)
        walk.press("1")
        walk.silence(2)
        walk.press("5550199#")
        assert walk.heard.startswith("We cannot call that number.")
        walk.press("5550199#")
        assert walk.then == EnterQueue("q-7f3a")


class TestAfterTheQueue:
    def test_after_the_talk_silence_means_finished(self) -> None:
        walk = on_hold(after_queue=QueueOver.TALKED)
        walk.leaves_queue()
        assert walk.heard == "If you are finished, press 1. To be connected again, press 2."
        walk.silence()
        assert walk.heard == f"Your case number is {SPOKEN_NUMBER}. Goodbye."
        assert walk.is_over

    def test_one_key_connects_again(self) -> None:
        walk = on_hold(after_queue=QueueOver.TALKED)
        walk.leaves_queue()
        walk.press("2")
        assert walk.questions[-1] is Question.CONNECT_AGAIN
        assert walk.then == EnterQueue("q-7f3a")

    def test_the_ceiling_leads_to_voicemail_and_the_chase_goes_on(self) -> None:
        walk = on_hold(after_queue=QueueOver.CEILING)
        walk.leaves_queue("leave")
        assert walk.heard.startswith("Nobody has answered yet. We keep calling.")
        walk.silence()
        assert walk.then == AwaitRecording(max_seconds=120, silence_seconds=4)
        walk.records(seconds=60)
        assert walk.questions[-1] is Question.KEEP_VOICEMAIL
        assert "We keep calling our technicians until one answers." in walk.heard
        assert SPOKEN_NUMBER in walk.heard

    def test_at_the_ceiling_a_call_back_alone_can_be_wished_for(self) -> None:
        walk = on_hold(after_queue=QueueOver.CEILING)
        walk.leaves_queue("leave")
        walk.press("2")
        assert walk.questions[-1] is Question.WANT_CALL_BACK
        assert walk.heard.startswith("We call you back on 2 0 2")

    @pytest.mark.parametrize("after", [QueueOver.NUMBER_NEEDED, QueueOver.CEILING])
    def test_a_call_back_needs_a_number(self, after: QueueOver) -> None:
        walk = on_hold(after_queue=after, want_call_back=CallBackWanted.NUMBER_NEEDED)
        walk.leaves_queue("leave")
        if after is QueueOver.CEILING:
            walk.press("2")
        walk.press("2025550199#")
        assert walk.heard.startswith("We call you back on")
        assert walk.is_over

    @pytest.mark.parametrize(
        ("outcome", "words"),
        [
            (QueueOver.VOICEMAIL_WANTED, "After the tone, tell us what is down"),
            (QueueOver.CALL_BACK_WANTED, "We call you back on"),
            (QueueOver.FIXED, "it works again"),
        ],
    )
    def test_wishes_made_while_waiting_are_kept(self, outcome: QueueOver, words: str) -> None:
        walk = on_hold(after_queue=outcome)
        walk.leaves_queue("leave")
        assert words in walk.heard

    def test_a_queue_that_fails_is_entered_again_but_not_for_ever(self) -> None:
        walk = on_hold(after_queue=QueueOver.STILL_HUNTING)
        for _ in range(4):
            walk.leaves_queue("system-error")
            assert walk.then == EnterQueue("q-7f3a")
        walk.leaves_queue("system-error")
        assert walk.heard.startswith("Nobody has answered yet.")


class TestLost:
    def test_a_place_of_an_older_release_leads_to_a_recorded_message(self) -> None:
        result = resume(FRONT_DESK, Place("front_desk", "a_node_of_last_year", turn=3), Pressed("1"))
        assert isinstance(result, Turn)
        assert result.speech[0].text == "Sorry, we lost our place."
        assert isinstance(result.then, AwaitRecording)

    def test_a_critical_caller_who_is_lost_is_hunted_for(self) -> None:
        place = Place("front_desk", "a_node_of_last_year", answers={"lane": "critical"})
        result = resume(FRONT_DESK, place, Pressed("1"))
        assert getattr(result, "question", None) is Question.OPEN_CRITICAL


class TestPace:
    """Seconds from the answer until technicians are rung, for a caller who hears every prompt to its end."""

    def test_a_known_caller_needs_ten_seconds_at_most(self) -> None:
        walk = Walk(FRONT_DESK, caller_id="known")
        walk.answer(WhoIsCalling.ONE_ACCOUNT)
        walk.press("1")
        assert walk.question is Question.OPEN_CRITICAL
        assert walk.seconds <= 10

    @pytest.mark.parametrize("key", ["1", None])
    def test_a_keyed_account_needs_25_seconds_at_most(self, key: str | None) -> None:
        walk = Walk(FRONT_DESK, caller_id="known")
        walk.answer(WhoIsCalling.UNKNOWN)
        walk.press("1")
        walk.press("204517")
        walk.answer(AccountFound.FOUND)
        walk.press(key) if key else walk.silence()
        assert walk.question is Question.OPEN_CRITICAL
        assert walk.seconds <= 25

    @pytest.mark.parametrize("way", ["#", "silence", "three wrong numbers"])
    def test_an_unknown_caller_needs_45_seconds_at_most(self, way: str) -> None:
        walk = Walk(FRONT_DESK, caller_id="known")
        walk.answer(WhoIsCalling.UNKNOWN)
        walk.press("1")
        for _ in range(3 if way == "three wrong numbers" else 0):
            walk.press("111111")
            walk.answer(AccountFound.NOT_FOUND)
        if way == "silence":
            walk.silence(2)
        elif way == "#":
            walk.press("#")
        walk.records(seconds=8)
        assert walk.question is Question.OPEN_CRITICAL
        assert walk.seconds <= 45
