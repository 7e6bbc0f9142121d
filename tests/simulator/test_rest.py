import json
from datetime import timedelta
from typing import Any

import pytest
from twilio.base import values
from twilio.base.exceptions import TwilioRestException
from twilio.rest.api.v2010.account.call import CallInstance
from werkzeug.test import Client as Browser

from simulator.faults import Faults, RestAnswer, RestFault
from simulator.handset import InvalidNumber
from simulator.rest import AcceptedInSilence, create_rest
from tests.simulator.rig import ACCOUNT, BASE, DANA, KIM, SAM, SERVICE, START, TOKEN, Rig, make_rig
from tests.simulator.sdk import sdk

EVENTS = ["initiated", "ringing", "answered", "completed"]


def order(rig: Rig, to: str = SAM, **more: object) -> CallInstance:
    given: dict[str, Any] = {
        "url": f"{BASE}/join",
        "status_callback": f"{BASE}/progress",
        "status_callback_event": EVENTS,
    } | more
    return sdk(rig).calls.create(to=to, from_=SERVICE, **given)


def refused(rig: Rig, to: str = SAM, **fields: object) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as caught:
        order(rig, to, **fields)
    return caught.value.status, caught.value.code


def test_a_created_call_rings_and_performs_its_document_when_answered() -> None:
    rig = make_rig(join="<Say>Critical call.</Say>")
    call = order(rig)
    assert (call.status, call.direction, call.to, len(call.sid)) == ("queued", "outbound-api", SAM, 34)
    rig.sam.rings(within=2)
    rig.sam.answers()
    rig.sam.hears("critical call", within=0)
    assert rig.service.last("join")["CallSid"] == call.sid


def test_the_progress_of_a_created_call_is_reported_as_asked() -> None:
    rig = make_rig(join="<Say>Critical call.</Say>")
    order(rig)
    rig.sam.rings()
    rig.sam.answers()
    rig.sam.is_hung_up()
    told = rig.service.to("progress")
    assert [form["CallStatus"] for form in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in told] == ["0", "1", "2", "3"]
    assert all(asked.signed for asked in rig.service.asked)


def test_a_call_may_bring_its_document_with_it() -> None:
    rig = make_rig()
    sdk(rig).calls.create(to=SAM, from_=SERVICE, twiml="<Response><Say>This is a drill.</Say></Response>")
    rig.sam.rings()
    rig.sam.answers()
    rig.sam.hears("this is a drill")


def test_a_call_rings_as_long_as_it_was_ordered_to() -> None:
    rig = make_rig()
    order(rig, timeout=12)
    rig.sam.rings()
    rig.sam.stops_ringing(within=12)
    rig.line.waits(1)
    assert rig.told("progress")[-1] == "no-answer"


def test_calls_are_placed_one_a_second() -> None:
    rig = make_rig()
    order(rig)
    order(rig, to=KIM)
    placed = [asked.at for asked in rig.service.asked]
    rig.line.waits(5)
    placed = [asked.at for asked in rig.service.asked if asked.form["CallStatus"] == "initiated"]
    assert [(at - START).total_seconds() for at in placed] == [0, 1]
    rig.sam.rings()
    rig.kim.rings()


def test_cancelling_stops_the_ringing_and_leaves_an_answered_call_alone() -> None:
    rig = make_rig(join="<Pause length='60'/>")
    ringing, answered = order(rig), order(rig, to=KIM)
    rig.kim.rings()
    rig.kim.answers()
    for call in (ringing, answered):
        sdk(rig).calls(call.sid).update(status="canceled")
    rig.sam.stops_ringing(within=0)
    assert sdk(rig).calls(ringing.sid).fetch().status == "canceled"
    assert sdk(rig).calls(answered.sid).fetch().status == "in-progress"


def test_completing_hangs_up_and_a_call_that_is_over_takes_no_change() -> None:
    rig = make_rig(join="<Pause length='60'/>")
    call = order(rig)
    rig.sam.rings()
    rig.sam.answers()
    sdk(rig).calls(call.sid).update(status="completed")
    rig.sam.is_hung_up(within=0)
    with pytest.raises(TwilioRestException) as caught:
        sdk(rig).calls(call.sid).update(status="completed")
    assert caught.value.code == 21220


def test_a_live_call_can_be_sent_to_another_document() -> None:
    rig = make_rig(join="<Pause length='60'/>", elsewhere="<Say>Over here.</Say>")
    call = order(rig)
    rig.sam.rings()
    rig.sam.answers()
    sdk(rig).calls(call.sid).update(url=f"{BASE}/elsewhere", method="POST")
    rig.sam.hears("over here", within=0)


def test_calls_are_found_by_number_status_and_start_and_come_in_pages() -> None:
    rig = make_rig()
    for to in (SAM, KIM, DANA):
        order(rig, to=to)
    rig.line.waits(3)
    calls = sdk(rig).calls
    assert [call.to for call in calls.list(page_size=2)] == [DANA, KIM, SAM]
    assert [call.to for call in calls.list(to=SAM, status="ringing")] == [SAM]
    late = START + timedelta(seconds=2)
    assert [call.to for call in calls.list(start_time_after=late)] == [DANA]
    assert [call.to for call in calls.list(start_time_before=START)] == [SAM]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"url": "/relative"}, 21205),
        ({"url": None}, 21205),
        ({"status_callback": "nowhere"}, 21609),
        ({"status_callback_event": ["answerd"]}, 21626),
        ({"timeout": 0}, 20001),
        ({"machine_detection": "Enable"}, 20001),
    ],
)
def test_a_call_with_a_wrong_field_is_refused_with_the_carriers_code(fields: dict[str, object], code: int) -> None:
    rig = make_rig()
    assert refused(rig, SAM, **{name: values.unset if v is None else v for name, v in fields.items()}) == (400, code)
    assert rig.carrier.next_due() is None


def test_a_number_that_is_none_or_does_not_exist_is_refused() -> None:
    rig = make_rig()
    assert refused(rig, "2025550141") == (400, 21211)
    rig.sam.behaviour = InvalidNumber()
    assert refused(rig) == (400, 21211)


def test_a_wrong_password_and_an_unknown_call_are_refused() -> None:
    rig = make_rig()
    with pytest.raises(TwilioRestException) as caught:
        sdk(rig, token="wrong").calls("CA" + "f" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (401, 20003)
    with pytest.raises(TwilioRestException) as caught:
        sdk(rig).calls("CA" + "f" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_an_unknown_field_is_refused_in_the_carriers_words() -> None:
    rig = make_rig()
    browser = Browser(create_rest(rig.carrier))
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    answer = browser.post(path, data={"To": SAM, "Form": SERVICE}, auth=(ACCOUNT, TOKEN))
    assert answer.status_code == 400
    assert json.loads(answer.get_data()) == {
        "code": 20001,
        "message": "Unknown parameter Form",
        "more_info": "https://www.twilio.com/docs/errors/20001",
        "status": 400,
    }


def test_queues_are_made_shown_and_deleted_when_empty() -> None:
    rig = make_rig(voice='<Enqueue waitUrl="/wait">q1</Enqueue>', wait="<Pause length='5'/>")
    rig.dana.dials(SERVICE)
    rig.line.waits(4)
    queue = sdk(rig).queues.list()[0]
    assert (queue.friendly_name, queue.current_size, queue.average_wait_time) == ("q1", 1, 4)
    member = sdk(rig).queues(queue.sid).members("Front").fetch()
    assert (member.call_sid, member.position, member.wait_time) == (rig.dana.call.sid, 1, 4)
    with pytest.raises(TwilioRestException):
        sdk(rig).queues(queue.sid).delete()
    rig.dana.hangs_up()
    assert sdk(rig).queues(queue.sid).delete()
    assert sdk(rig).queues.list() == []


def test_a_waiting_caller_can_be_taken_out_of_the_queue() -> None:
    rig = make_rig(voice='<Enqueue waitUrl="/wait" action="/left">q1</Enqueue>', wait="<Pause length='5'/>")
    rig.answer("elsewhere", "<Say>Over here.</Say>")
    rig.dana.dials(SERVICE)
    queue = sdk(rig).queues.list()[0]
    sdk(rig).queues(queue.sid).members("Front").update(url=f"{BASE}/elsewhere")
    rig.dana.hears("over here")
    assert rig.service.last("left")["QueueResult"] == "redirected"


def test_recordings_are_listed_heard_and_deleted() -> None:
    rig = make_rig(voice='<Record action="/kept"/>')
    rig.dana.dials(SERVICE)
    sid = rig.dana.call.sid
    rig.dana.says("down", seconds=2)
    rig.line.waits(10)
    recording = sdk(rig).recordings.list(call_sid=sid)[0]
    assert (recording.duration, recording.source) == ("7", "RecordVerb")
    sound = Browser(create_rest(rig.carrier)).get(recording.uri.replace(".json", ".wav"))
    assert sound.get_data()[:4] == b"RIFF"
    assert sdk(rig).recordings(recording.sid).delete()
    assert sdk(rig).recordings.list() == []


def test_a_numbers_addresses_are_shown_and_changed() -> None:
    rig = make_rig(new="<Say>New voice.</Say>")
    number = sdk(rig).incoming_phone_numbers.list(phone_number=SERVICE)[0]
    assert number.voice_url == f"{BASE}/voice"
    sdk(rig).incoming_phone_numbers(number.sid).update(voice_url=f"{BASE}/new", voice_fallback_url="")
    rig.dana.dials(SERVICE)
    rig.dana.hears("new voice")


def test_the_account_can_be_fetched() -> None:
    assert sdk(make_rig()).api.accounts(ACCOUNT).fetch().status == "active"


@pytest.mark.parametrize(("answer", "status", "code"), [("429", 429, 20429), ("500", 500, 20500), ("503", 503, 20503)])
def test_the_rest_side_answers_badly_on_demand_as_often_as_asked(answer: RestAnswer, status: int, code: int) -> None:
    rig = make_rig()
    rig.carrier.injected = Faults(rest=RestFault(answer, path="/Calls", times=1))
    assert refused(rig) == (status, code)
    assert order(rig).status == "queued"
    rig.sam.rings()


def test_a_request_can_be_accepted_without_an_answer() -> None:
    rig = make_rig()
    rig.carrier.injected = Faults(rest=RestFault("silent", path="/Calls", times=1))
    with pytest.raises(AcceptedInSilence):
        order(rig)
    rig.sam.rings()
