import pytest
from flask import Response
from twilio.base.exceptions import TwilioRestException
from twilio.rest.api.v2010.account.message import MessageInstance

from simulator.faults import Faults
from simulator.handset import NotPossibleError, SwitchedOff
from simulator.messages import segments
from tests.simulator.rig import BASE, KIM, SAM, SERVICE, Rig, make_rig
from tests.simulator.sdk import sdk


def send(rig: Rig, body: str = "Case 10 04 28 is yours", **more: object) -> MessageInstance:
    return sdk(rig).messages.create(to=SAM, from_=SERVICE, body=body, status_callback=f"{BASE}/delivery", **more)


def refused(rig: Rig, **fields: object) -> int:
    with pytest.raises(TwilioRestException) as caught:
        sdk(rig).messages.create(**{"to": SAM, "from_": SERVICE, "body": "x"} | fields)
    return int(caught.value.code)


def test_a_text_is_queued_sent_and_delivered_with_callbacks() -> None:
    rig = make_rig()
    message = send(rig, validity_period=300)
    assert message.status == "queued"
    rig.sam.gets_text("case 10 04 28")
    rig.line.waits(1)
    told = rig.service.to("delivery")
    assert [form["MessageStatus"] for form in told] == ["sent", "delivered"]
    assert {form["MessageSid"] for form in told} == {message.sid}
    assert sdk(rig).messages(message.sid).fetch().status == "delivered"


def test_a_text_to_a_phone_that_is_switched_off_stays_undelivered() -> None:
    rig = make_rig()
    rig.sam.behaviour = SwitchedOff()
    send(rig)
    rig.line.waits(5)
    last = rig.service.last("delivery")
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", "30003")
    assert rig.sam.handset.texts == []


def test_texts_to_a_number_can_fail_on_demand() -> None:
    rig = make_rig()
    rig.carrier.injected = Faults(text_errors={SAM: 30007})
    send(rig)
    rig.line.waits(5)
    assert rig.service.last("delivery")["ErrorCode"] == "30007"


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"to": "12"}, 21211), ({"from_": KIM}, 21606), ({"body": ""}, 21602), ({"body": "x" * 1601}, 21617)],
)
def test_a_wrong_text_is_refused_with_the_carriers_code(fields: dict[str, object], code: int) -> None:
    assert refused(make_rig(), **fields) == code


def test_a_text_from_a_phone_asks_the_numbers_address_and_delivers_the_replies() -> None:
    rig = make_rig(sms="<Message>Noted: 10428</Message><Message><Body>Thank you</Body></Message>")
    rig.sam.texts(SERVICE, "ACK 10428")
    asked = rig.service.last("sms")
    assert (asked["From"], asked["To"], asked["Body"], asked["SmsStatus"]) == (SAM, SERVICE, "ACK 10428", "received")
    rig.sam.gets_text("noted: 10428")
    rig.sam.gets_text("thank you")
    rig.line.nothing_else()


def test_a_text_is_answered_by_nothing_where_the_service_says_nothing() -> None:
    rig = make_rig()
    rig.answer("sms", Response(status=204))
    rig.sam.texts(SERVICE, "hello")
    rig.line.waits(5)
    rig.line.nothing_else()


def test_a_failing_address_for_texts_is_a_fault() -> None:
    rig = make_rig()
    rig.answer("sms", Response(status=500))
    rig.sam.texts(SERVICE, "hello")
    assert [fault.code for fault in rig.carrier.faults] == [11200]


def test_stop_blocks_further_texts_until_start() -> None:
    rig = make_rig()
    rig.sam.texts(SERVICE, "Stop")
    rig.sam.gets_text("successfully been unsubscribed")
    assert refused(rig) == 21610
    rig.sam.texts(SERVICE, "START")
    rig.sam.gets_text("re-subscribed")
    send(rig)
    rig.sam.gets_text("case 10 04 28")
    assert [form["Body"] for form in rig.service.to("sms")] == ["Stop", "START"]


def test_a_reply_document_may_address_somebody_else() -> None:
    rig = make_rig(sms=f'<Message to="{KIM}">Sam asks for you</Message>')
    rig.sam.texts(SERVICE, "NEXT")
    rig.kim.gets_text("sam asks for you")


def test_a_text_to_a_number_outside_the_account_is_not_possible() -> None:
    with pytest.raises(NotPossibleError):
        make_rig().sam.handset.text(KIM, "hello")


@pytest.mark.parametrize(("body", "count"), [("x" * 160, 1), ("x" * 161, 2), ("ł" * 70, 1), ("ł" * 71, 2)])
def test_long_texts_take_several_segments(body: str, count: int) -> None:
    assert segments(body) == count
