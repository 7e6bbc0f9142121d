"""What can happen to a call while it waits. The edge makes one of these from each webhook."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr_flows.questions import Outcome


@dataclass(frozen=True, slots=True)
class Pressed:
    """Keys; empty where # alone was pressed at a number."""

    digits: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing was pressed in time."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording ended; empty address and 0 seconds where nothing was said."""

    url: str
    sid: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The edge's answer to a question, with the facts that the prompts after it need."""

    outcome: Outcome
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueueLeft:
    """The caller is out of the queue; `result` in the carrier's words (bridged, hangup, leave, error, ...)."""

    result: str


@dataclass(frozen=True, slots=True)
class BridgeEnded:
    """A connection from the technician's side is over; `status` in the carrier's words."""

    bridged: bool
    seconds: int
    status: str


@dataclass(frozen=True, slots=True)
class HungUp:
    """The other side hung up."""


Event = Pressed | Silence | Recorded | Answered | QueueLeft | BridgeEnded | HungUp
