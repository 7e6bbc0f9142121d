import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Response

from simulator.agenda import Agenda, NoProgressError
from simulator.courier import Courier, read_overrides, request
from simulator.faults import Faults, faults_from_json, faults_to_json
from simulator.sids import Sids
from simulator.signature import Form, sign
from simulator.story import advancing
from simulator.transport import Receiver, Reply
from tests.simulator.rig import BASE, SERVICE, StillClock, make_rig

SILENCE = Reply(0)
VECTORS = json.loads((Path(__file__).parent / "signatures.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["id"])
def test_the_signature_is_the_published_one(vector: dict[str, Any]) -> None:
    form = [(name, value) for name, values in vector["params"].items() for value in _as_list(values)]
    assert (sign(VECTORS["auth_token"], vector["url"], form) == vector["signature"]) is vector["valid"]


def _as_list(values: str | list[str]) -> list[str]:
    return values if isinstance(values, list) else [values]


class Scripted:
    """A transport that answers from a list; SILENCE never answers."""

    def __init__(self, clock: StillClock, *answers: Reply) -> None:
        self.clock = clock
        self.answers = list(answers)
        self.sent: list[tuple[datetime, str, Mapping[str, str]]] = []

    def post(self, url: str, _form: Form, headers: Mapping[str, str], reply: Receiver) -> None:
        self.sent.append((self.clock.now(), url, headers))
        answer = self.answers.pop(0)
        if answer is not SILENCE:
            reply(answer)

    def get(self, url: str, headers: Mapping[str, str], reply: Receiver) -> None:
        self.post(url, (), headers, reply)


def ask(url: str, *answers: Reply) -> tuple[list[float], list[tuple[datetime, str, Mapping[str, str]]], list[Reply]]:
    """Send one request and let a minute pass; return what was sent when, and the replies that came of it."""
    clock = StillClock()
    transport = Scripted(clock, *answers)
    replies: list[Reply] = []
    start, agenda = clock.now(), Agenda(clock)
    courier = Courier(agenda, transport, "12345", Sids(""), Faults)
    courier.ask(request(url, {"a": "b"}), replies.append)
    while due := agenda.next_due():
        clock.at = due
        agenda.run_due()
    return [(at - start).total_seconds() for at, _, _ in transport.sent], transport.sent, replies


OK, BROKEN, NOT_THERE = Reply(200, b"ok"), Reply(500), Reply(0, failure="ct")


def test_the_fragment_is_never_sent_and_the_signature_is_without_it() -> None:
    _, sent, _ = ask(f"{BASE}/x?y=1#rc=2&rp=all", OK)
    assert sent[0][1] == f"{BASE}/x?y=1"
    assert sent[0][2]["X-Twilio-Signature"] == sign("12345", f"{BASE}/x?y=1", [("a", "b")])


def test_without_a_fragment_only_a_failed_connection_is_tried_once_more() -> None:
    assert ask(f"{BASE}/x", NOT_THERE, OK)[2] == [OK]
    assert ask(f"{BASE}/x", BROKEN)[2] == [BROKEN]


def test_the_fragment_sets_how_often_and_for_what_it_is_tried_again() -> None:
    times, sent, replies = ask(f"{BASE}/x#rc=2&rp=ct,rt,5xx", BROKEN, BROKEN, OK)
    assert (len(times), replies) == (3, [OK])
    assert len({headers["I-Twilio-Idempotency-Token"] for _, _, headers in sent}) == 1
    assert ask(f"{BASE}/x#rc=2&rp=ct,rt,5xx", BROKEN, BROKEN, BROKEN)[2] == [BROKEN]
    assert ask(f"{BASE}/x#rc=2&rp=ct,rt,5xx", Reply(404))[2] == [Reply(404)]


def test_silence_ends_after_fifteen_seconds_or_the_time_in_the_fragment() -> None:
    assert ask(f"{BASE}/x", SILENCE)[2] == [Reply(0, failure="rt")]
    times, _, replies = ask(f"{BASE}/x#rt=4000&rc=1&rp=rt", SILENCE, OK)
    assert (times, replies) == ([0, 4], [OK])


def test_all_attempts_together_get_fifteen_seconds() -> None:
    times, _, replies = ask(f"{BASE}/x#rt=10000&rc=3&rp=rt", SILENCE, SILENCE)
    assert (times, replies) == ([0, 10], [Reply(0, failure="rt")])


@pytest.mark.parametrize("fragment", ["#rc=9", "#rt=1", "#rt=x", "#", "#foo=1"])
def test_a_nonsensical_fragment_leaves_the_defaults(fragment: str) -> None:
    assert read_overrides(f"{BASE}/x{fragment}") == read_overrides(f"{BASE}/x")


def statuses_with(faults: Faults) -> list[tuple[str, float]]:
    """Return the callbacks that a short call gave rise to on a bad day."""
    rig = make_rig(voice="<Say>Hello there.</Say>")
    rig.carrier.injected = faults
    rig.dana.dials(SERVICE)
    rig.line.waits(10)
    return [
        (asked.form["CallStatus"], (asked.at - rig.service.asked[0].at).total_seconds())
        for asked in rig.service.asked[1:]
    ]


def test_callbacks_can_be_dropped_doubled_and_delayed() -> None:
    assert statuses_with(Faults()) == [("completed", 0.8)]
    assert statuses_with(Faults(drop_callbacks=frozenset({"completed"}))) == []
    assert statuses_with(Faults(drop_callbacks=frozenset({"ringing"}))) == [("completed", 0.8)]
    assert statuses_with(Faults(duplicate_callbacks=frozenset({"*"}))) == [("completed", 0.8)] * 2
    assert statuses_with(Faults(delay_callbacks_seconds=5)) == [("completed", 5.8)]


def test_callbacks_can_overtake_each_other() -> None:
    rig = make_rig()
    rig.carrier.injected = Faults(reorder_callbacks=True)
    rig.carrier.messaging.send(SERVICE, rig.sam.number, "x", f"{BASE}/delivery")
    rig.line.waits(10)
    assert [form["MessageStatus"] for form in rig.service.to("delivery")] == ["delivered", "sent"]


def test_a_webhook_can_come_twice_at_once_with_one_token_and_one_effect() -> None:
    rig = make_rig(voice="<Say>Hello</Say>")
    rig.carrier.injected = Faults(webhooks_twice=True)
    rig.dana.dials(SERVICE)
    first, second = rig.service.asked
    assert first.form == second.form
    assert first.headers["I-Twilio-Idempotency-Token"] == second.headers["I-Twilio-Idempotency-Token"]
    assert [line.text for line in rig.dana.handset.lines].count("Hello") == 1


def test_a_service_that_recovers_within_the_retries_is_heard() -> None:
    rig = make_rig()
    replies: list[Response | str] = [Response(status=503), "<Say>Technical support.</Say>"]
    rig.answer("voice", lambda _form: replies.pop(0))
    number = rig.carrier.exchange.numbers[SERVICE]
    rig.carrier.exchange.numbers[SERVICE] = replace(number, voice_url=f"{BASE}/voice#rc=1&rp=5xx")
    rig.dana.dials(SERVICE)
    rig.dana.hears("technical support")
    rig.line.nothing_else()


def test_faults_travel_as_json() -> None:
    faults = faults_from_json(
        {"rest": {"answer": "429", "times": 2}, "drop_callbacks": ["*"], "text_errors": {"+1": 5}}
    )
    assert faults_from_json(faults_to_json(faults)) == faults
    with pytest.raises(ValueError, match="unknown fault 'rset'"):
        faults_from_json({"rset": 1})
    with pytest.raises(ValueError, match=r"rest\.answer"):
        faults_from_json({"rest": {"answer": "418"}})


def test_two_parties_that_answer_each_other_without_time_passing_are_stopped() -> None:
    agenda = Agenda(StillClock())

    def again() -> None:
        agenda.soon(again)

    again()
    with pytest.raises(NoProgressError):
        agenda.run_due()


def test_time_stops_at_each_full_second_for_the_services_own_ticks() -> None:
    rig = make_rig()
    ticked: list[int] = []
    advance = advancing(rig.carrier, rig.clock, lambda: ticked.append(rig.clock.now().second))
    advance(2.5)
    advance(0.5)
    assert ticked == [1, 2, 3]
