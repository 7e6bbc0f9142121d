import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

import pytest
from pydantic import SecretStr

from foundation.phone import PhoneNumber
from foundation.settings import Settings
from simulator.faults import Faults, RestAnswer, RestFault
from simulator.handset import InvalidNumber
from simulator.rest import create_rest
from telephony.port import OutcomeUnknown, Ring, TelephonyRefused, Text
from telephony.twilio_rest import CONNECT_SECONDS, READ_SECONDS, OwnAddressHttpClient, TwilioTelephony
from tests.simulator.rig import ACCOUNT, BASE, KIM, SAM, SERVICE, START, TOKEN, Rig, make_rig
from tests.simulator.sdk import InProcess

RING = Ring(PhoneNumber(SAM), PhoneNumber(SERVICE), 20, f"{BASE}/join#ct=2000", f"{BASE}/fallback", f"{BASE}/progress")
TEXT = Text(PhoneNumber(SAM), PhoneNumber(SERVICE), "CRITICAL 104283", f"{BASE}/told/t1", 300)
SHORT = 0.3

Ask = Callable[[TwilioTelephony], object]

EVERYTHING: dict[str, Ask] = {
    "ring": lambda t: t.ring(RING),
    "text": lambda t: t.text(TEXT),
    "cancel": lambda t: t.cancel_call("CA" + "1" * 32),
    "delete": lambda t: t.delete_queue("QU" + "1" * 32),
    "list calls": lambda t: t.calls_to(PhoneNumber(SAM), START),
    "list texts": lambda t: t.text_to(PhoneNumber(SAM), "hello", START),
    "status": lambda t: t.call_status("CA" + "1" * 32),
}
CREATING = {name: EVERYTHING[name] for name in ("ring", "text")}


def settings(base: str | None = None, token: str = TOKEN) -> Settings:
    return Settings(twilio_account_sid=ACCOUNT, twilio_auth_token=SecretStr(token), twilio_api_base_url=base)


def telephony(rig: Rig, token: str = TOKEN) -> TwilioTelephony:
    return TwilioTelephony(settings(token=token), InProcess(create_rest(rig.carrier)))


# What the carrier makes of our requests


def test_a_ring_reaches_the_handset_for_its_seconds_and_tells_every_step() -> None:
    rig = make_rig(join="<Say>Critical call.</Say>")
    sid = telephony(rig).ring(RING)
    rig.sam.rings(within=2)
    rig.sam.stops_ringing(within=20)
    rig.line.waits(1)
    assert rig.told("progress") == ["initiated", "ringing", "no-answer"]
    assert rig.service.last("progress")["CallSid"] == sid


def test_a_text_reaches_the_handset_and_tells_of_its_delivery() -> None:
    rig = make_rig()
    sid = telephony(rig).text(TEXT)
    rig.sam.gets_text("CRITICAL 104283")
    rig.line.waits(3)
    assert {form["MessageSid"] for form in rig.service.to("told/t1")} == {sid}


def test_cancelling_stops_a_ring_and_leaves_a_talk_alone() -> None:
    rig = make_rig(join="<Pause length='60'/>")
    house = telephony(rig)
    ringing, talking = house.ring(RING), house.ring(Ring(PhoneNumber(KIM), *list_of(RING)))
    rig.kim.rings()
    rig.kim.answers()
    for sid in (ringing, talking, ringing):
        house.cancel_call(sid)
    rig.sam.stops_ringing(within=0)
    assert (house.call_status(ringing), house.call_status(talking)) == ("canceled", "in-progress")


def list_of(ring: Ring) -> tuple[PhoneNumber, int, str, str, str]:
    return ring.from_, ring.seconds, ring.voice_url, ring.fallback_url, ring.status_url


@pytest.mark.parametrize("name", ["cancel", "delete"])
def test_what_is_gone_already_is_what_we_wanted(name: str) -> None:
    EVERYTHING[name](telephony(make_rig()))


def test_a_call_that_the_carrier_does_not_know_is_over() -> None:
    assert telephony(make_rig()).call_status("CA" + "9" * 32) == "completed"


def test_the_calls_to_a_number_are_found_from_the_instant_of_the_claim_on_also_while_they_are_queued() -> None:
    rig = make_rig()
    house = telephony(rig)
    old = house.ring(RING)
    rig.line.waits(60)
    since = rig.clock.at
    first, second = house.ring(RING), house.ring(RING)  # the second is queued: one call a second
    house.ring(Ring(PhoneNumber(KIM), *list_of(RING)))
    assert house.calls_to(PhoneNumber(SAM), since) == [first, second]
    assert old in house.calls_to(PhoneNumber(SAM), START)


def test_a_carrier_whose_clock_is_a_little_behind_does_not_hide_what_it_did() -> None:
    rig = make_rig()
    house = telephony(rig)
    ours_is_ahead = rig.clock.at + timedelta(seconds=3)
    call, text = house.ring(RING), house.text(TEXT)
    assert house.calls_to(PhoneNumber(SAM), ours_is_ahead) == [call]
    assert house.text_to(PhoneNumber(SAM), TEXT.body, ours_is_ahead) == text


def test_a_text_is_found_by_number_words_and_instant_also_before_it_is_sent() -> None:
    rig = make_rig()
    house = telephony(rig)
    sid = house.text(TEXT)
    assert house.text_to(PhoneNumber(SAM), TEXT.body, START) == sid
    assert house.text_to(PhoneNumber(SAM), "other words", START) is None
    assert house.text_to(PhoneNumber(KIM), TEXT.body, START) is None
    rig.line.waits(60)
    assert house.text_to(PhoneNumber(SAM), TEXT.body, rig.clock.at) is None


# What the carrier says no to


@pytest.mark.parametrize("name", CREATING)
@pytest.mark.parametrize(("answer", "code"), [("429", 20429), ("503", 20503)])
def test_a_carrier_that_is_too_busy_has_done_nothing_and_may_be_asked_again(
    name: str, answer: RestAnswer, code: int
) -> None:
    rig = make_rig()
    rig.carrier.injected = Faults(rest=RestFault(answer, times=1))
    with pytest.raises(TelephonyRefused) as caught:
        CREATING[name](telephony(rig))
    assert (caught.value.code, caught.value.permanent) == (code, False)
    CREATING[name](telephony(rig))


@pytest.mark.parametrize("name", EVERYTHING)
def test_an_inner_error_of_the_carrier_is_an_unknown_outcome(name: str) -> None:
    rig = make_rig()
    rig.carrier.injected = Faults(rest=RestFault("500"))
    with pytest.raises(OutcomeUnknown):
        EVERYTHING[name](telephony(rig))


def test_wrong_credentials_may_be_right_again_after_a_rotation() -> None:
    with pytest.raises(TelephonyRefused) as caught:
        telephony(make_rig(), token="another").ring(RING)
    assert (caught.value.code, caught.value.permanent) == (20003, False)


def test_a_bad_number_is_refused_for_good() -> None:
    rig = make_rig()
    rig.sam.behaviour = InvalidNumber()
    with pytest.raises(TelephonyRefused) as caught:
        telephony(rig).ring(RING)
    assert (caught.value.code, caught.value.permanent) == (21211, True)


@pytest.mark.parametrize("name", CREATING)
def test_a_request_that_was_carried_out_without_an_answer_is_an_unknown_outcome(name: str) -> None:
    rig = make_rig()
    rig.carrier.injected = Faults(rest=RestFault("silent", times=1))
    with pytest.raises(OutcomeUnknown):
        CREATING[name](telephony(rig))


# What a network can do


@contextmanager
def server(answer: bytes | None) -> Iterator[TwilioTelephony]:
    """Serve one kind of bytes to whoever asks; None: take the request and say nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closing = threading.Event()

        def serve() -> None:
            while not closing.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connection.recv(65_536)
                if answer is None:
                    closing.wait(5)
                else:
                    connection.sendall(answer)
                connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield at(f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            closing.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def at(base: str) -> TwilioTelephony:
    client = OwnAddressHttpClient(base)
    client.timeout = (SHORT, SHORT)
    return TwilioTelephony(settings(base), client)


def page(status: str, body: bytes, kind: str = "text/html") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


UNKNOWN = {
    "silence": None,
    "hangs up at once": b"",
    "half an answer": b"HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{",
    "no HTTP": b"220 smtp.example ESMTP\r\n",
    "a page that says it went well": page("201 Created", b"<html>welcome</html>"),
    "nothing that says it went well": page("201 Created", b""),
    "a list of nothing": page("201 Created", b"[]", "application/json"),
    "an object without a name": page("201 Created", b"{}", "application/json"),
    "an inner error": page("500 Internal Server Error", b"<html>oops</html>"),
    "a gateway that gave up": page("504 Gateway Timeout", b"<html>upstream</html>"),
    "a bad gateway": page("502 Bad Gateway", b""),
    "a problem document": page(
        "500 Oh", b'{"type": "x", "title": "x", "status": 500, "code": 20500}', "application/problem+json"
    ),
}


@pytest.mark.parametrize("answer", UNKNOWN.values(), ids=UNKNOWN)
def test_an_answer_that_says_nothing_sure_is_an_unknown_outcome(answer: bytes | None) -> None:
    with server(answer) as house:
        for name in ("ring", "text", "list calls", "list texts"):
            with pytest.raises(OutcomeUnknown):
                EVERYTHING[name](house)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"<html>", b'{"calls": []'])
def test_a_list_that_cannot_be_read_is_not_an_empty_list(body: bytes) -> None:
    with server(page("200 OK", body, "application/json")) as house:
        for name in ("list calls", "list texts"):
            with pytest.raises(OutcomeUnknown):
                EVERYTHING[name](house)


@pytest.mark.parametrize(
    ("answer", "code", "permanent"),
    [
        (page("429 Too Many", b"slow down"), 429, False),
        (page("503 Busy", b'{"code": 20503, "message": "x", "status": 503}', "application/json"), 20503, False),
        (page("400 Bad", b'{"code": null, "message": "x", "status": 400}', "application/json"), 400, True),
        (
            page("400 Bad", b'{"type": "x", "title": "x", "status": 400, "code": 21610}', "application/json"),
            21610,
            True,
        ),
    ],
)
def test_a_no_in_any_form_is_a_no(answer: bytes, code: int, permanent: bool) -> None:  # noqa: FBT001 - a column of the table
    with server(answer) as house, pytest.raises(TelephonyRefused) as caught:
        house.text(TEXT)
    assert (caught.value.code, caught.value.permanent) == (code, permanent)


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_carrier_that_cannot_be_reached_was_asked_nothing(name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: whoever connects is refused
        house = at(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises((TelephonyRefused, OutcomeUnknown)) as caught:
            EVERYTHING[name](house)
    if name in CREATING:
        assert isinstance(caught.value, TelephonyRefused)
        assert not caught.value.permanent


def test_a_name_that_nobody_knows_was_asked_nothing() -> None:
    with pytest.raises(TelephonyRefused):
        at("http://carrier.invalid").ring(RING)


def test_no_request_lasts_longer_than_its_limits() -> None:
    client = OwnAddressHttpClient(None)
    assert client.timeout == (CONNECT_SECONDS, READ_SECONDS)
    assert 5 <= CONNECT_SECONDS + READ_SECONDS <= 8
    with server(None) as house:
        began = monotonic()
        with pytest.raises(OutcomeUnknown):
            house.ring(RING)
        assert monotonic() - began < SHORT + 2


def test_the_environment_does_not_reroute_the_carrier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    rig = make_rig()
    assert telephony(rig).ring(RING).startswith("CA")
    with server(page("400 Bad", b"")) as house, pytest.raises(TelephonyRefused):
        house.ring(RING)
