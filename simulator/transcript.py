"""What can be told of a call while it goes on: lines for one phone, events for everybody who listens in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

LineKind = Literal["hears", "presses", "says", "event"]
EventKind = Literal["ringing", "call", "line", "text", "queue", "handset", "fault"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a person on the phone heard, pressed, said or noticed; `seconds` is how long it takes."""

    at: datetime
    kind: LineKind
    text: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Event:
    """One change that pages and tests may want to know; `data` holds nothing but what JSON can carry."""

    at: datetime
    kind: EventKind
    phone: str
    data: Mapping[str, Any] = field(default_factory=dict)


def instant(at: datetime) -> str:
    """Write an instant as JSON carries it: UTC, milliseconds, ending in Z."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line_data(line: Line) -> dict[str, Any]:
    """Return a line as JSON carries it."""
    return {"at": instant(line.at), "kind": line.kind, "text": line.text, "seconds": round(line.seconds, 1)}
