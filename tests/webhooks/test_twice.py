"""The same webhook any number of times, also at the same instant: one effect, and the same document byte for byte."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from foundation.phone import PhoneNumber
from oncall.tables import TechnicianRow
from routing.tables import HuntRow
from telephony.outbox import Message, put
from telephony.tables import OutboxRow
from tests.webhooks.door import (
    CAST,
    INBOUND,
    LEG_CALL,
    MONDAY,
    TURN,
    Door,
    Webhook,
    calls,
    from_caller,
    on_leg,
    picks_up,
    presses,
    reports_outage,
    technician_presses,
)

AT_ONCE = 5
RECORDED = {"RecordingSid": "RE1", "RecordingUrl": "https://carrier.example/RE1", "RecordingDuration": "7"}

Prepare = Callable[[Door], Webhook]


def a_call_comes_in(_door: Door) -> Webhook:
    return Webhook(INBOUND, from_caller())


def the_deciding_key(door: Door) -> Webhook:
    calls(door)
    return Webhook(TURN.format(1), from_caller(Digits="1"))


def the_severity_of_a_ticket(door: Door) -> Webhook:
    calls(door)
    presses(door, "2")
    return Webhook(TURN.format(2), from_caller(Digits="2"))


def a_description_is_recorded(door: Door) -> Webhook:
    reports_outage(door)
    presses(door, "")
    return Webhook(TURN.format(door.call().turn), from_caller(**RECORDED))


def a_technician_picks_up(door: Door) -> Webhook:
    reports_outage(door)
    return Webhook(f"/webhooks/voice/leg/{door.leg().token}", on_leg(CAST["sam"]))


def whisper_key(digit: str) -> Prepare:
    def prepare(door: Door) -> Webhook:
        reports_outage(door)
        picks_up(door)
        return Webhook(TURN.format(1), on_leg(CAST["sam"], Digits=digit))

    return prepare


def leg_news(status: str) -> Prepare:
    def prepare(door: Door) -> Webhook:
        reports_outage(door)
        form = on_leg(CAST["sam"], CallStatus=status, SequenceNumber="2")
        return Webhook(f"/webhooks/voice/leg/{door.leg().token}/status", form)

    return prepare


def the_two_are_joined(door: Door) -> Webhook:
    reports_outage(door)
    token = queue_of(door)
    picks_up(door)
    technician_presses(door, "1")
    return Webhook(f"/webhooks/voice/joining/{token}", from_caller(DequeingCallSid=LEG_CALL))


def the_talk_is_over(door: Door) -> Webhook:
    door.send(the_two_are_joined(door))
    form = on_leg(CAST["sam"], DialCallStatus="completed", DialBridged="true", DialCallDuration="60")
    return Webhook(TURN.format(door.call(LEG_CALL).turn), form)


def queue_of(door: Door) -> str:
    with door.session() as session:
        return session.scalars(select(HuntRow.token)).one()


def the_caller_hangs_up(door: Door) -> Webhook:
    reports_outage(door)
    return Webhook("/webhooks/voice/status", from_caller(CallStatus="completed"))


def a_caller_gives_up_early(door: Door) -> Webhook:
    calls(door)
    return Webhook("/webhooks/voice/status", from_caller(CallStatus="completed"))


def a_recording_is_ready(door: Door) -> Webhook:
    reports_outage(door)
    return Webhook("/webhooks/voice/recording", from_caller(RecordingStatus="completed", **RECORDED))


def a_message_ends_the_chain(door: Door) -> Webhook:
    calls(door)
    return Webhook("/webhooks/voice/glass/recorded", from_caller(**RECORDED))


def text_news(status: str, **more: str) -> Prepare:
    def prepare(door: Door) -> Webhook:
        with door.runtime.database.begin() as session:
            put(session, MONDAY, Message("page:1", PhoneNumber(CAST["sam"]), "CRITICAL"))
            token = session.scalars(select(OutboxRow.token)).one()
        return Webhook(f"/webhooks/sms/status/{token}", {"MessageSid": "SM1", "MessageStatus": status} | more)

    return prepare


def a_text_comes_in(_door: Door) -> Webhook:
    return Webhook("/webhooks/sms/inbound", {"MessageSid": "SM9", "From": CAST["dana"], "Body": "hello?"})


DELIVERIES: dict[str, Prepare] = {
    "a call comes in": a_call_comes_in,
    "the deciding key": the_deciding_key,
    "the severity of a ticket": the_severity_of_a_ticket,
    "a description is recorded": a_description_is_recorded,
    "a technician picks up": a_technician_picks_up,
    "1 takes the case": whisper_key("1"),
    "2 passes it on": whisper_key("2"),
    "3 asks for more": whisper_key("3"),
    "a leg rings": leg_news("ringing"),
    "a leg is busy": leg_news("busy"),
    "a leg is over": leg_news("completed"),
    "the two are joined": the_two_are_joined,
    "the talk is over": the_talk_is_over,
    "the caller hangs up": the_caller_hangs_up,
    "a caller gives up early": a_caller_gives_up_early,
    "a recording is ready": a_recording_is_ready,
    "a message ends the chain": a_message_ends_the_chain,
    "a text is delivered": text_news("delivered"),
    "a text is refused": text_news("undelivered", ErrorCode="21610"),
    "a text comes in": a_text_comes_in,
}


@pytest.mark.parametrize("prepare", DELIVERIES.values(), ids=DELIVERIES)
def test_delivered_ten_times_it_has_the_effect_of_once(sqlite_door: Door, prepare: Prepare) -> None:
    webhook = prepare(sqlite_door)
    once = sqlite_door.send(webhook)
    effect = sqlite_door.counts()
    for _ in range(9):
        again = sqlite_door.send(webhook)
        assert (again.status_code, again.data) == (once.status_code, once.data)
    assert sqlite_door.counts() == effect


@pytest.mark.parametrize("prepare", DELIVERIES.values(), ids=DELIVERIES)
def test_delivered_at_the_same_instant_it_has_the_effect_of_once(door: Door, twin: Door, prepare: Prepare) -> None:
    twin.send(prepare(twin))
    answers = door.send_at_once(prepare(door), AT_ONCE)
    assert {answer.status_code for answer in answers} <= {200, 204}
    assert len({answer.data for answer in answers}) == 1
    assert door.counts() == twin.counts()


def test_hundred_polls_of_the_wait_at_once_ring_nobody_twice(door: Door) -> None:
    reports_outage(door)
    before = door.counts()
    poll = Webhook(f"/webhooks/voice/hold/{queue_of(door)}", from_caller(QueueSid="QU1"))
    for _ in range(10):
        assert {answer.status_code for answer in door.send_at_once(poll, 10)} == {200}
    assert door.counts() == before


def test_a_technician_whose_handset_refuses_texts_is_marked_as_such(door: Door) -> None:
    door.send(text_news("undelivered", ErrorCode="21610")(door))
    with door.session() as session:
        refusing = session.scalars(select(TechnicianRow.key).where(TechnicianRow.texts_refused))
        assert list(refusing) == ["sam"]
