import itertools
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from ivr_flows.events import BridgeEnded, Pressed, QueueLeft, Recorded, Silence
from tests.webhooks.door import CALL, CAST, INBOUND, SERVICE, TURN, Door, calls, from_caller
from webhooks.events import DIGITS_READ, EVENT_FIELDS, event_of, field, whole_number

HOSTILE = {
    "nothing": "",
    "a word": "anonymous",
    "a script": "<script>alert(1)</script>",
    "markup": '"/><Hangup/></Say>&amp;',
    "sql": "'; DROP TABLE calls; --",
    "emoji": "📞🔥" * 30,
    "ten thousand characters": "+1" + "2" * 10_000,
    "controls": "+1202\x00555\x070111\x1b[2J\r\n",
    "nul": "\x00",
    "right to left": "\u202e+12025550111",
    "other digits": "+١٢٠٢٥٥٥٠١١١",
    "a lone surrogate": "%ED%A0%80",
    "a SIP address": "sip:dana@evil.example;x=<y>",
    "format": "{0.__class__}%s%n${jndi:ldap://x}",
    "not a character": "\ufffe\uffff",
    "spaces": " +12025550111 ",
}


def document(answer: TestResponse) -> ET.Element:
    """The answer as a document: always there, always well-formed, always with something to hear or somewhere to go."""
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    root = ET.fromstring(answer.text)  # noqa: S314 - our own document
    assert root.tag == "Response"
    assert root.findall(".//Say") or root.find("Redirect") is not None
    return root


def test_whatever_the_callers_number_says_the_emergency_key_leads_to_a_person(door: Door) -> None:
    for number, sent in enumerate(HOSTILE.values(), 1):
        sid = f"CA{number}"
        form = from_caller(sent, sid, CallerName=sent, FromCity=sent, StirVerstat=sent, Unknown=sent)
        greeting = document(door.post(INBOUND, form))
        assert "completely down" in "".join(greeting.itertext())
        document(door.post(TURN.format(1), form | {"Digits": "1"}))
        while (
            door.counts()["hunts"] < number
        ):  # an account number that is not known, then the name: silence is distress
            assert door.call(sid).turn < 12
            document(door.post(TURN.format(door.call(sid).turn), form))
        assert door.counts()["cases"] == number


def test_a_call_without_any_field_but_its_id_is_greeted(sqlite_door: Door) -> None:
    greeting = document(sqlite_door.post(INBOUND, {"CallSid": CALL}))
    assert "completely down" in "".join(greeting.itertext())


def test_whatever_comes_instead_of_a_key_gets_a_sentence(door: Door) -> None:
    for number, digits in enumerate([*HOSTILE.values(), "9" * 500, "hangup", "1" * 33, "ABC", "1#2*"]):
        form = from_caller(CAST["stranger"], f"CA{number}")
        document(door.post(INBOUND, form))
        for turn, pressed in enumerate((digits, "2", digits, digits, digits), 1):
            answer = door.post(TURN.format(turn), form | {"Digits": pressed})
            assert "One moment" not in "".join(document(answer).itertext())


def test_a_field_at_the_wrong_time_or_full_of_nonsense_gets_a_sentence(door: Door) -> None:
    names = sorted(set(EVENT_FIELDS) - {"Digits"})
    for number, (name, sent) in enumerate(
        itertools.product(names, (HOSTILE["controls"], HOSTILE["markup"], "9" * 9_999))
    ):
        form = from_caller(sid=f"CA{number}")
        document(door.post(INBOUND, form))
        answer = door.post(TURN.format(1), form | {name: sent})
        assert "One moment" not in "".join(document(answer).itertext())


NEWS = ("RecordingDuration", "SequenceNumber", "ErrorCode", "MessageStatus", "To", "From", "CallStatus", "RecordingUrl")


def test_news_full_of_nonsense_is_taken(door: Door) -> None:
    calls(door)
    for number, sent in enumerate(HOSTILE.values(), 1):
        news = dict.fromkeys(NEWS, f"x{sent}") | {"CallSid": CALL, "RecordingSid": f"{number}{sent}"}
        assert door.post("/webhooks/voice/recording", news).status_code == 204
        assert door.post("/webhooks/voice/status", news).status_code == 204
        over = news | {"CallSid": f"{number}{sent}", "CallStatus": "completed"}
        assert door.post("/webhooks/voice/status", over).status_code == 204
    assert door.counts()["recordings"] == len(HOSTILE)
    assert door.counts()["calls"] == len(HOSTILE) + 1


def test_texts_full_of_nonsense_are_kept_and_answered(door: Door) -> None:
    for number, sent in enumerate(HOSTILE.values()):
        form = {"MessageSid": f"SM{number}", "From": sent, "To": SERVICE, "Body": sent}
        answer = door.post("/webhooks/sms/inbound", form)
        assert answer.status_code == 200
        ET.fromstring(answer.text)  # noqa: S314 - our own document
    assert door.counts()["inbound_texts"] == len(HOSTILE)


def test_a_number_gets_five_replies_in_an_hour_and_no_more(door: Door) -> None:
    def text(number: int) -> str:
        return door.post("/webhooks/sms/inbound", {"MessageSid": f"SM{number}", "From": CAST["dana"], "Body": "?"}).text

    answers = ["<Message>" in text(number) for number in range(8)]
    assert answers == [True] * 5 + [False] * 3
    door.clock.advance(3_601)
    assert "<Message>" in text(9)


@hypothesis_settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(EVENT_FIELDS), st.text(max_size=40)))
def test_some_event_comes_of_every_form(form: dict[str, str]) -> None:
    event = event_of(form)
    assert isinstance(event, BridgeEnded | Pressed | QueueLeft | Recorded | Silence)
    if isinstance(event, Pressed):
        assert len(event.digits) <= DIGITS_READ


@hypothesis_settings(max_examples=150)
@given(st.text(st.characters(), max_size=80))
def test_what_is_read_of_a_field_can_be_written_to_either_database(sent: str) -> None:
    read = field({"From": sent}, "From", 64)
    assert "\x00" not in read
    assert len(read.encode()) <= 4 * 64


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("007", 7),
        ("999999999", 999_999_999),
        ("9999999999", 0),
        ("-1", 0),
        ("²", 0),
        ("1.5", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_a_count_is_ascii_digits_or_nothing(text: str | None, number: int) -> None:
    assert whole_number(text) == number
