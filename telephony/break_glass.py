"""The document of last resort: it says one sentence, rings the people on duty one number at a time, then records; it needs no database."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from foundation.ids import new_token
from foundation.phone import PhoneNumber, caller_number
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
        people = tuple(_people(json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError, RecursionError):
        people = ()
    return Snapshot(caller_id, people)


def _people(data: object) -> Iterable[OnCall]:
    """Read everybody who can be rung; an entry that is damaged costs nobody else their ring."""
    entries = data.get("people") if isinstance(data, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        phone = caller_number(str(entry.get("phone"))) if isinstance(entry, dict) else None
        if phone is not None:
            yield OnCall(str(entry.get("name", "")), phone)


def write_snapshot(path: Path, people: Sequence[OnCall]) -> bool:
    """Put a snapshot in the place of the last one, whole or not at all; returns whether anything changed."""
    text = json.dumps(
        {"people": [{"name": p.name, "phone": p.phone.e164} for p in people]}, ensure_ascii=False, indent=1
    )
    if _holds(path, text.encode()):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{new_token()}")  # of its own: several clock processes may write at once
    try:
        with fresh.open("wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave the new name on an empty file
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return True


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


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
