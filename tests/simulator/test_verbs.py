from flask import Response

from simulator.stage import MOST_DOCUMENTS_AT_ONCE
from tests.simulator.rig import BASE, DANA, SERVICE, START, Rig, make_rig

MENU = '<Gather action="/menu" numDigits="1"><Say>Press 1 or 2.</Say></Gather><Redirect>/silent</Redirect>'


def seconds_at(rig: Rig, words: str) -> float:
    return next((line.at - START).total_seconds() for line in rig.dana.handset.lines if words in line.text)


def test_an_inbound_call_asks_the_numbers_address_and_hears_the_document() -> None:
    rig = make_rig(voice="<Say>Technical support.</Say>")
    rig.dana.dials(SERVICE)
    rig.dana.hears("technical support")
    asked = rig.service.asked[0]
    assert (asked.path, asked.method, asked.signed) == ("voice", "POST", True)
    assert asked.form | {"From": DANA, "Caller": DANA, "To": SERVICE, "Called": SERVICE} == asked.form
    assert (asked.form["CallStatus"], asked.form["Direction"]) == ("ringing", "inbound")


def test_a_prompt_takes_as_long_as_its_words() -> None:
    rig = make_rig(voice="<Say>one two three four five</Say><Say>next</Say>")
    rig.dana.dials(SERVICE)
    rig.dana.hears("next")
    assert seconds_at(rig, "next") == 2.0


def test_speech_marks_are_spoken_as_their_text_and_breaks_take_their_time() -> None:
    rig = make_rig(
        voice='<Say>Case <say-as interpret-as="digits">10 04</say-as><break time="500ms"/> ok</Say><Say>next</Say>'
    )
    rig.dana.dials(SERVICE)
    rig.dana.hears("case 10 04 ok")
    rig.dana.hears("next")
    assert seconds_at(rig, "next") == 2.1
    rig.line.nothing_else()


def test_pause_lets_seconds_pass_and_a_call_whose_first_verb_is_pause_is_answered_after_it() -> None:
    rig = make_rig(voice='<Pause length="3"/><Say>late</Say>')
    rig.dana.dials(SERVICE)
    assert rig.dana.call.status == "ringing"
    rig.dana.hears("late")
    assert seconds_at(rig, "late") == 3.0
    assert rig.dana.call.answered == rig.clock.now()


def test_the_end_of_a_document_hangs_up_and_the_numbers_status_callback_says_so() -> None:
    rig = make_rig(voice="<Say>one two three four five</Say>")
    rig.dana.dials(SERVICE)
    rig.dana.is_hung_up()
    status = rig.service.last("status")
    assert (status["CallStatus"], status["CallDuration"], status["SequenceNumber"]) == ("completed", "2", "0")
    assert status["CallbackSource"] == "call-progress-events"


def test_a_key_interrupts_the_prompt_and_goes_to_the_action() -> None:
    rig = make_rig(voice=MENU, menu="<Say>Thank you.</Say>")
    rig.dana.dials(SERVICE)
    rig.dana.hears("press 1")
    rig.dana.presses("1")
    rig.dana.hears("thank you", within=0)
    assert rig.service.last("menu")["Digits"] == "1"


def test_silence_goes_on_with_the_next_verb_after_prompt_and_timeout() -> None:
    rig = make_rig(voice=MENU, silent="<Say>Nobody there?</Say>")
    rig.dana.dials(SERVICE)
    rig.dana.hears("nobody there")
    assert seconds_at(rig, "Nobody") == 4 / 2.5 + 5
    assert rig.service.to("menu") == []


def test_silence_goes_to_the_action_where_the_document_wants_that() -> None:
    rig = make_rig(voice='<Gather action="/menu" numDigits="1" actionOnEmptyResult="true" timeout="3"/>')
    rig.dana.dials(SERVICE)
    rig.line.waits(4)
    assert rig.service.last("menu")["Digits"] == ""


def test_the_finishing_key_ends_the_input_and_is_not_part_of_it() -> None:
    rig = make_rig(voice='<Gather action="/number"/>', number="<Say>ok</Say>")
    rig.dana.dials(SERVICE)
    rig.dana.presses("204517#")
    assert rig.service.last("number")["Digits"] == "204517"
    assert rig.service.last("number")["FinishedOnKey"] == "#"


def test_keys_without_a_finish_are_taken_when_the_time_is_up_and_each_key_renews_it() -> None:
    rig = make_rig(voice='<Gather action="/number" timeout="4"/>')
    rig.dana.dials(SERVICE)
    for key in "12":
        rig.dana.presses(key)
        rig.line.waits(3)
    assert rig.service.to("number") == []
    rig.line.waits(1)
    assert rig.service.last("number")["Digits"] == "12"


def test_an_empty_finish_on_key_makes_the_hash_a_digit() -> None:
    rig = make_rig(voice='<Gather action="/number" finishOnKey="" numDigits="2"/>')
    rig.dana.dials(SERVICE)
    rig.dana.presses("#*")
    assert rig.service.last("number")["Digits"] == "#*"


def test_keys_pressed_before_a_gather_count_for_it_but_not_for_the_next_document() -> None:
    rig = make_rig(voice='<Say>a b c</Say><Gather action="/menu" numDigits="1"/>', menu=MENU)
    rig.dana.dials(SERVICE)
    rig.dana.presses("12")
    rig.dana.hears("press 1 or 2", within=2)
    rig.line.waits(1)
    assert [form["Digits"] for form in rig.service.to("menu")] == ["1"]


def test_words_answer_a_gather_that_listens() -> None:
    rig = make_rig(voice='<Gather input="dtmf speech" action="/menu"><Say>Say yes.</Say></Gather>')
    rig.dana.dials(SERVICE)
    rig.dana.says("yes please")
    assert rig.service.last("menu")["SpeechResult"] == "yes please"


def test_a_gather_without_action_goes_to_its_own_document() -> None:
    rig = make_rig(voice='<Gather numDigits="1"><Say>Again</Say></Gather>')
    rig.dana.dials(SERVICE)
    rig.dana.presses("7")
    assert [form.get("Digits") for form in rig.service.to("voice")] == [None, "7"]


def test_redirect_by_get_carries_the_fields_in_a_signed_query() -> None:
    rig = make_rig(voice='<Redirect method="GET">next?x=1</Redirect>')
    rig.dana.dials(SERVICE)
    asked = next(asked for asked in rig.service.asked if asked.path == "next")
    assert (asked.method, asked.path, asked.form["x"], asked.form["From"]) == ("GET", "next", "1", DANA)
    assert asked.signed


def test_reject_turns_an_unanswered_call_away() -> None:
    rig = make_rig(voice='<Reject reason="busy"/>')
    rig.dana.dials(SERVICE)
    rig.dana.is_hung_up()
    assert rig.told("status") == ["busy"]


def test_play_takes_a_while_and_tones_take_half_a_second_each() -> None:
    rig = make_rig(voice='<Play>/hold.wav</Play><Play digits="12"/><Say>next</Say>')
    rig.dana.dials(SERVICE)
    rig.dana.hears("next")
    assert seconds_at(rig, "next") == 6.0
    assert any(line.text == f"plays {BASE}/hold.wav" for line in rig.dana.handset.lines)


def test_a_document_that_leads_to_itself_for_ever_ends_in_an_application_error() -> None:
    rig = make_rig(voice="<Redirect>/voice</Redirect>", fallback="<Redirect>/voice</Redirect>")
    rig.dana.dials(SERVICE)
    rig.dana.hears("an application error has occurred")
    assert len(rig.service.to("voice")) == MOST_DOCUMENTS_AT_ONCE
    rig.dana.is_hung_up()


def test_an_illegal_attribute_and_an_unknown_verb_are_kept_as_faults_and_the_rest_is_performed() -> None:
    rig = make_rig(voice='<Sya>typo</Sya><Say voice="alice" vioce="x">Hello</Say><Connect/>')
    rig.dana.dials(SERVICE)
    rig.dana.hears("hello")
    assert [fault.code for fault in rig.carrier.faults] == [12200, 12200, 12200]
    assert "'vioce'" in rig.carrier.faults[1].text


def test_a_broken_document_goes_to_the_fallback_address_with_the_error() -> None:
    rig = make_rig(voice="<Say>unclosed", fallback="<Say>Help is on its way.</Say>")
    rig.dana.dials(SERVICE)
    rig.dana.hears("help is on its way")
    told = rig.service.last("fallback")
    assert (told["ErrorCode"], told["ErrorUrl"]) == ("12100", f"{BASE}/voice")


def test_without_a_working_fallback_the_carrier_regrets_and_hangs_up() -> None:
    rig = make_rig()
    for path in ("voice", "fallback"):
        rig.answer(path, Response("no", status=500))
    rig.dana.dials(SERVICE)
    rig.dana.hears("application error")
    rig.dana.is_hung_up()
    assert [fault.code for fault in rig.carrier.faults] == [11200, 11200]


def test_an_answer_that_is_no_xml_counts_as_broken() -> None:
    rig = make_rig(fallback="<Say>saved</Say>")
    rig.answer("voice", Response("<Response/>", content_type="application/json"))
    rig.dana.dials(SERVICE)
    rig.dana.hears("saved")
    assert rig.carrier.faults[0].code == 12300


def test_a_withheld_number_and_an_attestation_are_passed_on() -> None:
    rig = make_rig(voice="<Say>Hello</Say>")
    rig.dana.handset.attestation = "TN-Validation-Passed-A"
    rig.dana.dials(SERVICE, caller_id="anonymous")
    assert rig.service.last("voice")["From"] == "anonymous"
    assert rig.service.last("voice")["StirVerstat"] == "TN-Validation-Passed-A"
