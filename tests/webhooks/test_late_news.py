"""The last words of a caller who hangs up: the end, the recording and the action come in any order, or not at all."""

from itertools import permutations

import pytest
from sqlalchemy import select

from intake.tables import CaseRow, RecordingRow
from telephony.tables import OutboxRow
from tests.webhooks.door import TURN, Door, Webhook, calls, from_caller

URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1"
SPOKEN = {"RecordingSid": "RE1", "RecordingUrl": URL, "RecordingDuration": "7"}


def gets_to_the_message(door: Door) -> int:
    """Press nothing until a message is asked for; returns the turn's number."""
    calls(door)
    for turn in (1, 2, 3):
        door.post(TURN.format(turn), from_caller())
    return door.call().turn


def last_news(turn: int) -> dict[str, Webhook]:
    return {
        "end": Webhook("/webhooks/voice/status", from_caller(CallStatus="completed")),
        "recording": Webhook("/webhooks/voice/recording", from_caller(RecordingStatus="completed", **SPOKEN)),
        "action": Webhook(TURN.format(turn), from_caller(Digits="hangup", **SPOKEN)),
    }


ORDERS = [*permutations(("end", "recording", "action")), ("end", "recording"), ("recording", "end"), ("end", "action")]


@pytest.mark.parametrize("order", ORDERS, ids=">".join)
def test_a_message_is_a_case_in_whatever_order_its_news_comes(sqlite_door: Door, order: tuple[str, ...]) -> None:
    turn = gets_to_the_message(sqlite_door)
    for name in order:
        assert sqlite_door.send(last_news(turn)[name]).status_code in (200, 204)
    with sqlite_door.session() as session:
        [case], [kept] = session.scalars(select(CaseRow)), session.scalars(select(RecordingRow))
        texts = list(session.scalars(select(OutboxRow.dedupe_key)))
    assert (kept.purpose, kept.case_id, kept.seconds) == ("message", case.id, 7)
    assert sqlite_door.call().end == "voicemail"
    assert [key for key in texts if key.startswith("missed:")] == []


def test_the_same_news_again_changes_nothing(door: Door) -> None:
    news = last_news(gets_to_the_message(door))
    for webhook in news.values():
        door.send(webhook)
    before = door.counts()
    for webhook in news.values():
        door.send(webhook)
    assert door.counts() == before


def test_a_recording_of_an_earlier_question_is_not_taken_for_the_next(sqlite_door: Door) -> None:
    calls(sqlite_door, caller="anonymous")
    sqlite_door.post(TURN.format(1), from_caller("anonymous", Digits="2"))
    sqlite_door.post(TURN.format(2), from_caller("anonymous", FinishedOnKey="#"))
    sqlite_door.post(TURN.format(3), from_caller("anonymous", **SPOKEN))
    sqlite_door.post(TURN.format(4), from_caller("anonymous", Digits="2"))
    sqlite_door.post(TURN.format(5), from_caller("anonymous", Digits="2"))
    at = sqlite_door.call().turn
    sqlite_door.post("/webhooks/voice/status", from_caller("anonymous", CallStatus="completed"))
    sqlite_door.post("/webhooks/voice/recording", from_caller("anonymous", **SPOKEN))
    assert sqlite_door.call().turn == at
    with sqlite_door.session() as session:
        assert [row.purpose for row in session.scalars(select(RecordingRow))] == ["name"]
