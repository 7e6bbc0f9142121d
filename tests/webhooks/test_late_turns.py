import pytest

from tests.webhooks.door import (
    CAST,
    INBOUND,
    LEG_CALL,
    TURN,
    Door,
    calls,
    from_caller,
    on_leg,
    picks_up,
    presses,
    reports_outage,
    technician_presses,
)

NOT_NOW = ("0", "-1", "2", "3", "999", "2147483648", "9" * 40, "9" * 5_000, "one", "1.0", "²", "%00", "0x1")
"""Turns that a call at its first turn is not at."""


@pytest.mark.parametrize("number", NOT_NOW)
def test_a_turn_that_is_not_the_present_one_is_given_the_present_document_and_steps_nowhere(
    sqlite_door: Door, number: str
) -> None:
    greeting = calls(sqlite_door).data
    before = sqlite_door.counts()
    target = TURN.format(number)
    answer = sqlite_door.post(target, from_caller(Digits="1"), environ_overrides={"RAW_URI": target})
    assert (answer.status_code, answer.data) == (200, greeting)
    assert sqlite_door.counts() == before
    assert sqlite_door.call().turn == 1


def test_a_key_that_arrives_late_is_not_taken_for_the_next_question(door: Door) -> None:
    calls(door)
    at_severity = presses(door, "2").data
    before = door.counts()
    late = door.post(TURN.format(1), from_caller(Digits="1"))
    assert late.data == at_severity
    assert door.counts() == before


def test_a_late_key_of_the_whisper_does_not_pass_on_a_case_that_was_taken(door: Door) -> None:
    reports_outage(door)
    picks_up(door)
    joining = technician_presses(door, "1").data
    late = door.post(TURN.format(1), on_leg(CAST["sam"], Digits="2"))
    assert late.data == joining
    assert door.leg().status == "accepted"


def test_a_call_that_the_database_has_lost_begins_again(door: Door) -> None:
    answer = door.post(TURN.format(7), from_caller(sid="CA9", Digits="1"))
    assert "completely down" in answer.text
    assert door.call("CA9").turn == 1


def test_a_call_of_which_only_the_end_is_known_begins_again(door: Door) -> None:
    door.post("/webhooks/voice/status", from_caller(CallStatus="completed"))
    answer = door.post(TURN.format(2), from_caller())
    assert "completely down" in answer.text


@pytest.mark.parametrize("path", [TURN.format(1), "/webhooks/voice/leg/unknown", "/webhooks/voice/fallback"])
def test_a_technician_whose_leg_is_unknown_is_never_led_through_the_callers_chain(door: Door, path: str) -> None:
    answer = door.post(f"{path}?tried=2", on_leg(CAST["sam"]))
    assert answer.status_code == 200
    assert "A caller needs you" in answer.text
    assert "<Dial" not in answer.text


@pytest.mark.parametrize("path", [INBOUND, TURN.format(1), "/webhooks/voice/leg/unknown"])
def test_a_webhook_without_a_call_is_asked_for_twice_more_and_then_led_to_a_person(
    sqlite_door: Door, path: str
) -> None:
    form = {"From": CAST["dana"], "Direction": "inbound"}
    for tried in ("", "?tried=1"):
        assert "<Redirect" in sqlite_door.post(path + tried, form).text
    last = sqlite_door.post(f"{path}?tried=2", form).text
    assert "<Redirect" not in last
    assert any(way in last for way in ("<Dial", "<Record", "A caller needs you"))
    assert sqlite_door.counts()["calls"] == 0


def test_the_wait_of_an_unknown_hunt_lets_the_caller_go_on(sqlite_door: Door) -> None:
    calls(sqlite_door)
    assert "<Leave/>" in sqlite_door.post("/webhooks/voice/hold/unknown", from_caller()).text


@pytest.mark.parametrize("path", ["/webhooks/voice/leg/unknown/status", "/webhooks/sms/status/unknown"])
def test_news_of_what_we_never_asked_for_is_taken_without_effect(sqlite_door: Door, path: str) -> None:
    before = sqlite_door.counts()
    assert sqlite_door.post(path, on_leg(CAST["sam"], MessageStatus="delivered")).status_code == 204
    assert sqlite_door.counts() == before


def test_a_leg_that_picks_up_under_two_ids_is_still_one_leg(door: Door) -> None:
    reports_outage(door)
    picks_up(door)
    leg = door.leg()
    door.post(f"/webhooks/voice/leg/{leg.token}", on_leg(CAST["sam"], sid="CA8"))
    assert door.leg().call_sid == LEG_CALL
    assert door.counts()["legs"] == 1
