"""The hour in which the database is away: every caller still hears a sentence and is led to a person."""

import socket
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import select, text

from foundation.phone import PhoneNumber
from intake.tables import CallRow
from telephony.break_glass import OnCall, write_snapshot
from tests.webhooks.door import CAST, INBOUND, TURN, Door, calls, from_caller, make_door, on_leg, presses, tidied

ON_DUTY = [OnCall("Sam Ortiz", PhoneNumber(CAST["sam"])), OnCall("Kim Nakamura", PhoneNumber(CAST["kim"]))]
CARRIERS_PATIENCE = 4.0
"""Seconds that the carrier waits for a document: `rt` in the addresses that it was given."""

HOLD = "/webhooks/voice/hold/q1"
NEWS = (
    "/webhooks/voice/status",
    "/webhooks/voice/leg/t1/status",
    "/webhooks/voice/recording",
    "/webhooks/sms/status/t1",
    "/webhooks/sms/inbound",
)
ALL_FIELDS = {
    "CallStatus": "completed", "RecordingSid": "RE1", "RecordingUrl": "https://carrier.example/RE1", "MessageSid": "SM1",
}  # fmt: skip


@pytest.fixture
def dark(tmp_path: Path) -> Iterator[Door]:
    """The application with nobody at its database's address, and the last snapshot of who is on duty."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: whoever connects is refused
        door = make_door(f"postgresql+psycopg://nobody@127.0.0.1:{taken.getsockname()[1]}/none", tmp_path)
        write_snapshot(tmp_path / "on-duty.json", ON_DUTY)
        yield door
        door.close()


def test_a_call_that_comes_in_is_asked_for_again_and_then_led_to_the_people_on_duty(dark: Door) -> None:
    for tried in (1, 2):
        again = dark.post(INBOUND + (f"?tried={tried - 1}" if tried > 1 else ""), from_caller())
        assert again.status_code == 200
        assert "One moment, please." in again.text
        assert f"{INBOUND}?tried={tried}</Redirect>" in again.text
    chain = dark.post(f"{INBOUND}?tried=2", from_caller()).text
    assert "We connect you to a technician now." in chain
    assert f">{CAST['sam']}</Number>" in chain


def test_the_chain_rings_one_person_after_another_and_then_takes_a_message(dark: Door) -> None:
    rung = dark.post("/webhooks/voice/glass/after/1", from_caller(DialCallStatus="no-answer")).text
    assert f">{CAST['kim']}</Number>" in rung
    assert "<Record" in dark.post("/webhooks/voice/glass/after/2", from_caller(DialCallStatus="busy")).text
    message = from_caller(RecordingUrl="https://carrier.example/RE1", RecordingSid="RE1")
    assert "A person will call you back" in dark.post("/webhooks/voice/glass/recorded", message).text


def test_whoever_the_chain_rings_must_press_1(dark: Door) -> None:
    assert "Press 1 to take it" in dark.post("/webhooks/voice/glass/screen", on_leg(CAST["sam"])).text
    assert "<Hangup" in dark.post("/webhooks/voice/glass/accepted", on_leg(CAST["sam"])).text
    assert "<Hangup" not in dark.post("/webhooks/voice/glass/accepted", on_leg(CAST["sam"], Digits="1")).text


def test_a_talk_by_the_chain_ends_with_a_farewell(dark: Door) -> None:
    ended = from_caller(DialCallStatus="completed", DialBridged="true")
    assert "Goodbye" in dark.post("/webhooks/voice/glass/after/1", ended).text


@pytest.mark.parametrize("path", [HOLD, f"{HOLD}/wishes"])
def test_whoever_waits_hears_music_go_on(dark: Door, path: str) -> None:
    answer = dark.post(path, from_caller(Digits="1"))
    assert (answer.status_code, "<Pause" in answer.text) == (200, True)


@pytest.mark.parametrize("path", NEWS)
def test_news_is_answered_so_that_the_carrier_tells_it_again(dark: Door, path: str) -> None:
    assert dark.post(path, from_caller(**ALL_FIELDS)).status_code == 503


@pytest.mark.parametrize("path", ["/webhooks/voice/joining/q1", "/webhooks/voice/called/t1"])
def test_two_people_who_are_being_joined_are_joined(dark: Door, path: str) -> None:
    answer = dark.post(path, from_caller())
    assert (answer.status_code, "<Dial" in answer.text, "<Redirect" in answer.text) == (200, False, False)
    assert "A technician is on the line." in answer.text


def test_the_fallback_of_a_caller_rings_and_that_of_a_technician_does_not(dark: Door) -> None:
    assert "<Dial" in dark.post("/webhooks/voice/fallback", from_caller(ErrorCode="11200")).text
    assert "Please call" in dark.post("/webhooks/voice/fallback", on_leg(CAST["sam"], ErrorCode="11200")).text


@pytest.mark.parametrize(
    "told",
    [
        {"Digits": "1"},
        {"FinishedOnKey": "#"},
        {"QueueResult": "bridged"},
        {"DialCallStatus": "completed", "DialBridged": "true", "DialCallDuration": "40"},
        {"RecordingUrl": "https://carrier.example/RE1?a=1&b=<2>", "RecordingSid": "RE1", "RecordingDuration": "7"},
    ],
)
def test_what_the_carrier_told_once_is_not_lost_when_it_is_asked_again(dark: Door, told: dict[str, str]) -> None:
    first = dark.post(TURN.format(3), from_caller(**told)).text
    second = dark.post(redirect_of(first), from_caller()).text
    query = dict(pair.split("=") for pair in redirect_of(second).split("?")[1].split("&"))
    assert query.pop("tried") == "2"
    assert set(query) == set(told)


def redirect_of(document: str) -> str:
    """Path and query of the one redirect."""
    address = document.partition("<Redirect")[2].partition(">")[2].partition("</Redirect>")[0]
    return address.replace("&amp;", "&").removeprefix("https://line.example")


def test_a_key_pressed_while_the_database_was_away_counts_when_it_is_back(door: Door) -> None:
    calls(door)
    answer = door.post(TURN.format(1) + "?tried=1&Digits=1", from_caller())
    assert "Your case number is" in answer.text
    assert door.counts()["hunts"] == 1


# How long it takes to notice


def test_a_database_that_takes_connections_and_says_nothing_is_noticed_before_the_carrier_gives_up(
    tmp_path: Path,
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        door = make_door(f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/none", tmp_path)
        began = monotonic()
        assert "One moment" in door.post(INBOUND, from_caller()).text
        assert monotonic() - began < CARRIERS_PATIENCE


def test_a_locked_file_is_noticed_before_the_carrier_gives_up_by_every_caller_at_once(sqlite_door: Door) -> None:
    took: list[float] = []
    locker = sqlite3.connect(str(sqlite_door.runtime.database.engine.url.database), isolation_level=None)
    locker.execute("BEGIN EXCLUSIVE")

    def call(number: int) -> None:
        began = monotonic()
        assert "One moment" in sqlite_door.post(INBOUND, from_caller(sid=f"CA{number}")).text
        took.append(monotonic() - began)

    callers = [threading.Thread(target=call, args=(number,)) for number in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    locker.close()
    assert len(took) == len(callers)
    assert max(took) < CARRIERS_PATIENCE
    assert "Your case number is" in after_the_lock(sqlite_door)


def test_a_row_that_a_dead_machine_keeps_locked_is_noticed_before_the_carrier_gives_up(postgresql_house: Door) -> None:
    door = tidied(postgresql_house)
    calls(door)
    with door.session() as dead:
        dead.execute(select(CallRow).with_for_update())
        began = monotonic()
        assert "One moment" in door.post(TURN.format(1), from_caller(Digits="1")).text
        assert monotonic() - began < CARRIERS_PATIENCE
        assert dead.scalar(text("SHOW idle_in_transaction_session_timeout")) == "15s"
    assert "Your case number is" in presses(door, "1").text


def after_the_lock(door: Door) -> str:
    calls(door)
    return presses(door, "1").text


# Documents that the carrier could not fetch


def test_a_document_that_could_not_be_fetched_is_given_again_and_at_last_the_chain(door: Door) -> None:
    greeting = calls(door).data
    failed = from_caller(ErrorCode="11200", ErrorUrl="https://line.example/webhooks/voice/turn/1")
    for _ in range(3):
        assert door.post("/webhooks/voice/fallback", failed).data == greeting
    assert "We connect you to a technician now." in door.post("/webhooks/voice/fallback", failed).text


def test_a_document_that_was_no_good_is_not_given_again(door: Door) -> None:
    greeting = calls(door).data
    assert door.post("/webhooks/voice/fallback", from_caller(ErrorCode="12100")).data != greeting


def test_a_technician_whose_document_could_not_be_fetched_hears_the_whisper_again(door: Door) -> None:
    calls(door)
    presses(door, "1")
    form = on_leg(CAST["sam"])
    whisper = door.post(f"/webhooks/voice/leg/{door.leg().token}", form).data
    assert door.post("/webhooks/voice/fallback", form | {"ErrorCode": "11205"}).data == whisper


# The end of the chain, with the database back


def test_a_message_at_the_end_of_the_chain_becomes_a_critical_case_that_is_hunted(door: Door) -> None:
    calls(door)
    message = from_caller(RecordingUrl="https://carrier.example/RE1", RecordingSid="RE1", RecordingDuration="9")
    door.post("/webhooks/voice/glass/recorded", message)
    door.post("/webhooks/voice/status", from_caller(CallStatus="completed"))
    counts = door.counts()
    assert (counts["cases"], counts["hunts"], counts["legs"], counts["recordings"]) == (1, 1, 1, 1)
    assert door.call().end == "voicemail"


def test_a_talk_by_the_chain_is_in_the_ledger_as_connected(door: Door) -> None:
    calls(door)
    door.post("/webhooks/voice/glass/after/1", from_caller(DialCallStatus="completed", DialBridged="true"))
    door.post("/webhooks/voice/status", from_caller(CallStatus="completed"))
    assert door.call().end == "connected"
