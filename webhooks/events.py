"""From the carrier's form to an event of a flow; whatever the form holds, some event comes of it."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Request

from ivr_flows.events import BridgeEnded, Event, Pressed, QueueLeft, Recorded, Silence

DIGITS_READ = 32
"""More keys than any node collects; the rest of a longer text is noise."""

LONGEST_ADDRESS = 500
"""Characters kept of a recording's address; the carrier's have about 120."""

NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps in a text: PostgreSQL refuses the NUL, and a lone surrogate cannot be written as UTF-8."""

EVENT_FIELDS = (
    "Digits", "FinishedOnKey", "RecordingUrl", "RecordingSid", "RecordingDuration", "QueueResult", "DialCallStatus",
    "DialBridged", "DialCallDuration",
)  # fmt: skip
"""Everything that `event_of` reads; the carrier sends it once and not again after a redirect."""


def field(form: Mapping[str, str], name: str, longest: int = 64) -> str:
    """Read one field as a text that can be kept; an absent one is empty."""
    return NOT_TEXT.sub("", form.get(name, ""))[:longest]


def event_of(form: Mapping[str, str]) -> Event:
    """Read what happened to a call that was waiting for something."""
    if url := field(form, "RecordingUrl", LONGEST_ADDRESS):
        return Recorded(url, field(form, "RecordingSid"), whole_number(form.get("RecordingDuration")))
    if result := field(form, "QueueResult", 40):
        return QueueLeft(result)
    if status := field(form, "DialCallStatus", 40):
        return BridgeEnded(form.get("DialBridged") == "true", whole_number(form.get("DialCallDuration")), status)
    digits = field(form, "Digits", DIGITS_READ)
    if digits and digits != "hangup":
        return Pressed(digits)
    return Pressed("") if form.get("FinishedOnKey") == "#" else Silence()


def told(asked: Request) -> Mapping[str, str]:
    """What the carrier told with a request: its form, or the query of our own redirect that asks for a failed step again."""
    return asked.args if "tried" in asked.args else asked.form


def carried(asked: Request, tried: int) -> str:
    """Write the query with which a failed step is asked for again: without it a pressed key would be lost."""
    kept = {name: field(told(asked), name, LONGEST_ADDRESS) for name in EVENT_FIELDS}
    return urlencode({"tried": tried} | {name: value for name, value in kept.items() if value})


def whole_number(text: str | None) -> int:
    """Read a duration, a position or a count; nothing or nonsense is 0."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - nine digits are 31 years
