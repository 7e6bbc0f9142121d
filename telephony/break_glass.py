"""The document of last resort: it says one sentence, rings the people on duty one number at a time, then records; it needs no database."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foundation.phone import PhoneNumber
from telephony.twiml import document, escaped, say

RING_SECONDS = 20
"""Carriers divert to voicemail at 20 to 25 s."""


@dataclass(frozen=True, slots=True)
class OnCall:
    """Somebody on duty, as the snapshot knows them."""

    name: str
    phone: PhoneNumber


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Who was on duty when this was last written, and the number to show them; kept on disk, read without a database."""

    caller_id: PhoneNumber
    people: tuple[OnCall, ...]


def read_snapshot(path: Path, caller_id: PhoneNumber) -> Snapshot:
    """Read the last good snapshot; one without people where there is none, or where it cannot be read."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        people = tuple(OnCall(entry["name"], PhoneNumber(entry["phone"])) for entry in data["people"])
    except (OSError, ValueError, KeyError, TypeError):
        people = ()
    return Snapshot(caller_id, people)


def write_snapshot(path: Path, people: Sequence[OnCall]) -> bool:
    """Put a snapshot in the place of the last one, whole or not at all; returns whether anything changed."""
    text = json.dumps(
        {"people": [{"name": p.name, "phone": p.phone.e164} for p in people]}, ensure_ascii=False, indent=1
    )
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
    return True


@dataclass(frozen=True, slots=True)
class GlassUrls:
    """Where the chain goes on: after a ring, to screen who picked up, and after the recording."""

    after: str
    screen: str
    recorded: str


def chain(snapshot: Snapshot, position: int, urls: GlassUrls) -> str:
    """Make the document that rings the person at `position`, or takes a message when everybody was rung."""
    if position >= len(snapshot.people):
        return document(
            say(
                "We could not reach a technician. After the tone, say your name, your organisation, your number and what is wrong."
            )
            + f'<Record action="{escaped(urls.recorded)}" method="POST" maxLength="120" timeout="6" playBeep="true"/>'
            + say("We did not hear you. Please call again.")
            + "<Hangup/>"
        )
    words = (
        "We have a technical problem. We connect you to a technician now."
        if position == 0
        else "We try the next technician."
    )
    number = f'<Number url="{escaped(urls.screen)}">{snapshot.people[position].phone.e164}</Number>'
    caller_id, after = snapshot.caller_id.e164, escaped(urls.after)
    dial = f'<Dial timeout="{RING_SECONDS}" callerId="{caller_id}" action="{after}" method="POST">{number}</Dial>'
    return document(say(words) + dial)


def screening(accepted_url: str) -> str:
    """Make the whisper for whoever picked up: only a key connects, so a voicemail never does."""
    gather = f'<Gather numDigits="1" timeout="6" action="{escaped(accepted_url)}" method="POST">'
    words = say("Critical call for technical support. Press 1 to take it.")
    return document(f"{gather}{words}{words}</Gather><Hangup/>")


def screened(digits: str) -> str:
    """Let the two talk if 1 was pressed; hang up on anything else, so that the next person is rung."""
    return document("" if digits == "1" else "<Hangup/>")


def farewell() -> str:
    """End a call whose message was recorded or whose talk is over."""
    return document(say("Thank you. Goodbye.") + "<Hangup/>")
