"""From the carrier's form to an event of a flow; whatever the form holds, some event comes of it."""

from werkzeug.datastructures import MultiDict

from ivr_flows.events import BridgeEnded, Event, Pressed, QueueLeft, Recorded, Silence

DIGITS_READ = 32
"""More keys than any node collects; the rest of a longer text is noise."""


def event_of(form: MultiDict[str, str]) -> Event:
    """Read what happened to a call that was waiting for something."""
    if form.get("RecordingUrl"):
        return Recorded(
            form["RecordingUrl"][:500], form.get("RecordingSid", "")[:64], seconds(form.get("RecordingDuration"))
        )
    if form.get("QueueResult"):
        return QueueLeft(form["QueueResult"][:40])
    if form.get("DialCallStatus"):
        return _bridge(form)
    digits = form.get("Digits", "")
    if digits and digits != "hangup":
        return Pressed(digits[:DIGITS_READ])
    return Pressed("") if form.get("FinishedOnKey") == "#" else Silence()


def _bridge(form: MultiDict[str, str]) -> BridgeEnded:
    return BridgeEnded(
        form.get("DialBridged") == "true", seconds(form.get("DialCallDuration")), form["DialCallStatus"][:40]
    )


def seconds(text: str | None) -> int:
    """Read a duration; nothing or nonsense is 0."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - nine digits are 31 years
