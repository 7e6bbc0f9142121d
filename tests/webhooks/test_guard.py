import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from simulator.signature import sign
from tests.webhooks.door import (
    BASE,
    INBOUND,
    LEG_CALL,
    SECOND_TOKEN,
    TOKEN,
    Door,
    from_caller,
    make_door,
    on_leg,
    reports_outage,
)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
UNKNOWN = (
    "/webhooks/",
    "/webhooks/voice",
    "/webhooks/voice/nothing",
    "/webhooks/sms/../voice/inbound",
    "/webhooks/%00",
)

RECORDED = {"RecordingSid": "RE1", "RecordingUrl": "https://carrier.example/RE1", "RecordingDuration": "7"}
SMS = {"MessageSid": "SM1", "MessageStatus": "delivered", "Body": "hello", "From": "+12025550111"}


def every_path(door: Door) -> Iterator[str]:
    """Every webhook that the application has, with the tokens of a leg and a hunt that are there."""
    leg = door.leg()
    for rule in door.app.url_map.iter_rules():
        if rule.rule.startswith("/webhooks/"):
            values = {"number": "1", "token": leg.token, "node": "wishes", "position": "1"}
            yield door.app.url_map.bind("line.example").build(
                rule.endpoint, {name: values[name] for name in rule.arguments}, method="POST"
            )


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        "of another account",
        "of another address",
        "of another form",
        "é",
    ],
)
def test_without_the_carriers_signature_no_webhook_does_or_says_anything(door: Door, signature: str | None) -> None:
    reports_outage(door)
    before, form = door.counts(), on_leg("+12025550141", CallStatus="completed", Digits="1", **RECORDED)
    signed = {"of another account": ("foreign", "", form), "of another address": (TOKEN, "/x", form)}
    signed |= {"of another form": (TOKEN, "", from_caller())}
    for path in every_path(door):
        headers = {} if signature is None else {"X-Twilio-Signature": signature}
        if signature in signed:
            token, more, fields = signed[signature]
            headers = {"X-Twilio-Signature": sign(token, BASE + path + more, fields.items())}
        answer = door.app.test_client().post(path, base_url=BASE, data=form, headers=headers)
        assert (answer.status_code, answer.data) == (403, b""), path
    assert door.counts() == before


def test_every_method_and_every_path_under_webhooks_is_refused_alike(sqlite_door: Door) -> None:
    reports_outage(sqlite_door)
    before, client = sqlite_door.counts(), sqlite_door.app.test_client()
    for path in (*every_path(sqlite_door), *UNKNOWN):
        for method in METHODS:
            answer = client.open(path, method=method, base_url=BASE)
            assert (answer.status_code, answer.data) == (403, b""), (method, path)
    assert sqlite_door.counts() == before


@pytest.mark.parametrize("path", [INBOUND, "/webhooks/voice/turn/1", "/webhooks/voice/status", "/webhooks/sms/inbound"])
def test_a_signed_get_does_nothing(sqlite_door: Door, path: str) -> None:
    before = sqlite_door.counts()
    target = f"{path}?{urlencode(from_caller() | SMS)}"
    headers = {"X-Twilio-Signature": sign(TOKEN, BASE + target, ())}
    assert sqlite_door.app.test_client().get(target, base_url=BASE, headers=headers).status_code == 405
    assert sqlite_door.counts() == before


def test_fields_in_the_query_are_never_taken_for_the_form(sqlite_door: Door) -> None:
    target = f"{INBOUND}?{urlencode(from_caller('+12025550114'))}"
    sqlite_door.post(target, from_caller("+12025550111"))
    assert sqlite_door.call().from_text == "+12025550111"


def test_either_of_two_tokens_opens_the_door_while_they_are_rotated(peopled_url: str, tmp_path: Path) -> None:
    door = make_door(peopled_url, tmp_path, twilio_auth_token_secondary=SecretStr(SECOND_TOKEN))
    for number, token in enumerate((TOKEN, SECOND_TOKEN)):
        assert door.post(INBOUND, from_caller(sid=f"CA{number}"), token=token).status_code == 200
    assert door.post(INBOUND, from_caller(sid="CA3"), token="a third").status_code == 403


# Bodies


def test_a_json_body_is_let_in_only_with_its_hash_in_a_signed_query(sqlite_door: Door) -> None:
    body = '{"CallSid": "CA1"}'
    digest = hashlib.sha256(body.encode()).hexdigest()
    for target, expected in (
        (f"{INBOUND}?bodySHA256={digest}", 200),
        (INBOUND, 403),
        (f"{INBOUND}?bodySHA256=00", 403),
    ):
        signature = sign(TOKEN, BASE + target, ())
        answer = sqlite_door.post_signed(target, {}, signature, data=body, content_type="application/json")
        assert answer.status_code == expected, target
    assert sqlite_door.counts()["calls"] == 0


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"x" * 300_000, "application/x-www-form-urlencoded"),
        (b"CallSid=" + b"1" * 300_000, "application/x-www-form-urlencoded"),
        (b"{" * 300_000, "application/json"),
        (b"--b\r\n" * 2_000, "multipart/form-data; boundary=b"),
        (b"garbage", "multipart/form-data"),
        (b"From=%FF%FE&CallSid=\xff\xfe", "application/x-www-form-urlencoded"),
        (b"\xff\xfe\x00", "application/json; charset=utf-16"),
        (b"&&&=&=;", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"a=1", ""),
    ],
)
def test_no_body_however_large_or_broken_is_more_than_refused(
    sqlite_door: Door, body: bytes, content_type: str
) -> None:
    before = sqlite_door.counts()
    answer = sqlite_door.post_signed(INBOUND, {}, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", data=body, content_type=content_type)
    assert (answer.status_code, answer.data) == (403, b"")
    assert sqlite_door.counts() == before


def test_a_signed_body_larger_than_any_of_the_carriers_is_refused(sqlite_door: Door) -> None:
    form = from_caller(Padding="1" * 300_000)
    assert sqlite_door.post(INBOUND, form).status_code == 403


# Addresses


@pytest.mark.parametrize("target", ["/webhooks/voice/turn/%31", "/webhooks/voice/turn/1?a=%20b&c=%C3%A9&d=+"])
def test_the_signature_is_over_the_target_as_it_came_over_the_wire(sqlite_door: Door, target: str) -> None:
    form = from_caller()
    raw = {"RAW_URI": target, "REQUEST_URI": target}
    assert sqlite_door.post(target, form, environ_overrides=raw).status_code == 200
    decoded = sign(TOKEN, BASE + "/webhooks/voice/turn/1", form.items())
    assert sqlite_door.post_signed(target, form, decoded, environ_overrides=raw).status_code == 403


@pytest.mark.parametrize("target", [INBOUND, f"{INBOUND}?tried=1", f"{INBOUND}?a=%20b&c=%C3%A9"])
def test_a_server_that_hands_over_no_raw_target_is_served_too(sqlite_door: Door, target: str) -> None:
    raw = {"RAW_URI": "", "REQUEST_URI": ""}
    assert sqlite_door.post(target, from_caller(), environ_overrides=raw).status_code == 200


@pytest.mark.parametrize("origin", [BASE, "http://10.0.0.7:8000", "HTTPS://LINE.EXAMPLE"])
def test_a_target_in_absolute_form_counts_by_its_path(sqlite_door: Door, origin: str) -> None:
    raw = {"RAW_URI": origin + INBOUND, "REQUEST_URI": origin + INBOUND}
    assert sqlite_door.post(INBOUND, from_caller(), environ_overrides=raw).status_code == 200


@pytest.mark.parametrize("proxies", [0, 1, 3])
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "81"},
        {"X-Forwarded-Prefix": "/webhooks/sms", "X-Forwarded-For": "1.2.3.4, 5.6.7.8"},
        {"Forwarded": "host=evil.example;proto=http", "Host": "evil.example"},
        {"X-Original-URL": "/healthz", "X-Rewrite-URL": "/healthz"},
    ],
)
def test_no_forwarded_header_opens_or_shuts_the_door(
    peopled_url: str, tmp_path: Path, proxies: int, headers: dict[str, str]
) -> None:
    door = make_door(peopled_url, tmp_path, trusted_proxies=proxies)
    assert door.post(INBOUND, from_caller(), headers=headers).status_code == 200
    for foreign in ("https://evil.example", "http://line.example", "https://line.example:81"):
        signature = sign(TOKEN, foreign + INBOUND, from_caller().items())
        assert door.post_signed(INBOUND, from_caller(), signature, headers=headers).status_code == 403


def test_the_guard_asks_no_database(tmp_path: Path) -> None:
    door = make_door("postgresql+psycopg://nobody@127.0.0.1:9/none", tmp_path)
    answer: Any = door.app.test_client().post(INBOUND, base_url=BASE, data=from_caller(sid=LEG_CALL))
    assert (answer.status_code, answer.data) == (403, b"")


def test_a_number_that_no_number_can_hold_is_refused_like_anything_else(sqlite_door: Door) -> None:
    target = "/webhooks/voice/turn/" + "9" * 5_000
    assert sqlite_door.app.test_client().post(target, base_url=BASE).status_code == 403
