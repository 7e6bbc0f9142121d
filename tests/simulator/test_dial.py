from simulator.handset import Answers, Declines, InvalidNumber, SwitchedOff, Voicemail
from tests.simulator.rig import KIM, SAM, SERVICE, Rig, make_rig

ONE = f'<Dial action="/done" timeout="20">{SAM}</Dial>'
BOTH = f'<Dial action="/done"><Number>{SAM}</Number><Number>{KIM}</Number></Dial>'
SCREENED = (
    f'<Dial action="/done"><Number url="/whisper" statusCallback="/leg" '
    f'statusCallbackEvent="initiated ringing answered completed">{SAM}</Number></Dial>'
)
WHISPER = '<Gather numDigits="1" action="/chosen"><Say>Press 1 to accept.</Say></Gather><Hangup/>'


def calling(document: str, **documents: str) -> Rig:
    rig = make_rig(voice=document, done="<Say>After the call.</Say>", **documents)
    rig.dana.dials(SERVICE)
    return rig


def result(rig: Rig) -> tuple[str, str]:
    rig.dana.hears("after the call", within=60)
    done = rig.service.last("done")
    return done["DialCallStatus"], done["DialBridged"]


def test_the_number_dialled_rings_and_whoever_answers_talks() -> None:
    rig = calling(ONE)
    rig.sam.rings()
    rig.sam.answers()
    rig.dana.is_talking_to(rig.sam)
    rig.sam.says("hello dana")
    rig.dana.hears("hello dana", within=0)


def test_the_action_hears_how_long_the_talk_was_and_the_caller_goes_on() -> None:
    rig = calling(ONE)
    rig.sam.rings()
    rig.sam.answers()
    rig.line.waits(30)
    rig.sam.hangs_up()
    assert result(rig) == ("completed", "true")
    assert rig.service.last("done")["DialCallDuration"] == "30"
    rig.line.nothing_else()


def test_the_caller_hanging_up_ends_the_other_side_and_tells_the_action() -> None:
    rig = calling(ONE)
    rig.sam.rings()
    rig.sam.answers()
    rig.dana.hangs_up()
    rig.sam.is_hung_up()
    assert rig.service.last("done")["CallStatus"] == "completed"


def test_nobody_answering_is_no_answer_after_the_timeout() -> None:
    rig = calling(ONE)
    rig.sam.rings()
    rig.sam.stops_ringing(within=20)
    assert result(rig) == ("no-answer", "false")


def test_a_declined_call_is_busy() -> None:
    rig = calling(ONE)
    rig.sam.rings()
    rig.sam.declines()
    assert result(rig) == ("busy", "false")


def test_a_phone_that_is_switched_off_never_rings() -> None:
    rig = make_rig(voice=ONE, done="<Say>After the call.</Say>")
    rig.sam.behaviour = SwitchedOff("failed")
    rig.dana.dials(SERVICE)
    assert result(rig) == ("failed", "false")
    rig.line.nothing_else()


def test_a_number_that_does_not_exist_fails() -> None:
    rig = make_rig(voice=ONE, done="<Say>After the call.</Say>")
    rig.sam.behaviour = InvalidNumber()
    rig.dana.dials(SERVICE)
    assert result(rig) == ("failed", "false")


def test_of_several_numbers_the_first_to_pick_up_wins_and_the_others_stop() -> None:
    rig = calling(BOTH)
    rig.sam.rings()
    rig.kim.rings()
    rig.kim.answers()
    rig.dana.is_talking_to(rig.kim)
    rig.sam.stops_ringing(within=0)
    rig.line.nothing_else()


def test_one_declining_leaves_the_others_ringing() -> None:
    rig = make_rig(voice=BOTH)
    rig.sam.behaviour = Declines(1)
    rig.kim.behaviour = Answers(5)
    rig.dana.dials(SERVICE)
    rig.sam.rings()
    rig.kim.rings()
    rig.dana.is_talking_to(rig.kim)


def test_sequential_numbers_ring_one_after_the_other() -> None:
    rig = calling(BOTH.replace("<Dial ", '<Dial sequential="true" timeout="5" '))
    rig.sam.rings()
    rig.kim.rings(within=7)
    rig.kim.answers()
    rig.dana.is_talking_to(rig.kim)


def test_a_screening_document_is_heard_before_the_two_are_joined() -> None:
    rig = calling(SCREENED, whisper=WHISPER, chosen="")
    rig.sam.rings()
    rig.sam.answers()
    rig.sam.hears("press 1 to accept")
    rig.dana.is_alone()
    rig.sam.presses("1")
    rig.dana.is_talking_to(rig.sam, within=0)
    assert rig.service.last("whisper")["ParentCallSid"] == rig.service.last("voice")["CallSid"]


def test_a_mailbox_that_presses_nothing_is_never_joined() -> None:
    rig = make_rig(voice=SCREENED, whisper=WHISPER, done="<Say>After the call.</Say>")
    rig.sam.behaviour = Voicemail(5)
    rig.dana.dials(SERVICE)
    rig.sam.rings()
    assert result(rig) == ("completed", "false")


def test_the_progress_of_a_leg_is_reported_in_numbered_callbacks() -> None:
    rig = calling(SCREENED, whisper=WHISPER)
    rig.sam.rings()
    rig.sam.answers()
    rig.sam.hangs_up()
    legs = rig.service.to("leg")
    assert [leg["CallStatus"] for leg in legs] == ["initiated", "ringing", "in-progress", "completed"]
    assert [leg["SequenceNumber"] for leg in legs] == ["0", "1", "2", "3"]


def test_the_star_key_ends_a_talk_where_the_document_says_so() -> None:
    rig = calling(ONE.replace("<Dial ", '<Dial hangupOnStar="true" '))
    rig.sam.rings()
    rig.sam.answers()
    rig.dana.presses("1*")
    rig.sam.is_hung_up(within=1)
    assert result(rig) == ("completed", "true")


def test_a_strange_caller_id_is_a_fault_and_dials_nobody() -> None:
    rig = calling(ONE.replace("<Dial ", '<Dial callerId="+12025559999" '))
    assert result(rig) == ("failed", "false")
    assert [fault.code for fault in rig.carrier.faults] == [13214]


def test_the_other_side_sees_the_number_of_the_account_when_it_is_shown() -> None:
    rig = calling(ONE.replace("<Dial ", f'<Dial callerId="{SERVICE}" '))
    rig.sam.rings()
    assert rig.sam.call.from_number == SERVICE


def test_a_phone_in_a_call_is_busy() -> None:
    rig = calling(ONE)
    rig.sam.rings()
    rig.sam.answers()
    rig.kim.dials(SERVICE)
    rig.kim.hears("after the call", within=3)
    assert rig.service.last("done")["DialCallStatus"] == "busy"


def test_without_an_action_the_document_goes_on() -> None:
    rig = make_rig(voice=f"<Dial>{SAM}</Dial><Say>Still here.</Say>")
    rig.dana.dials(SERVICE)
    rig.sam.rings()
    rig.sam.declines()
    rig.dana.hears("still here")


def test_a_ringing_phone_sent_to_its_mailbox_presses_nothing() -> None:
    rig = calling(SCREENED, whisper=WHISPER)
    rig.sam.rings()
    rig.sam.handset.send_to_voicemail()
    assert result(rig) == ("completed", "false")
