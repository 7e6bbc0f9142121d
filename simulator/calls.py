"""A call as the carrier keeps it: who, in what state, told what, joined to whom."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Literal

from simulator.transcript import Line

if TYPE_CHECKING:
    from simulator.agenda import Appointment
    from simulator.handset import Handset
    from simulator.performing import Performance, Program

Status = Literal[
    "queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"
]
Direction = Literal["inbound", "outbound-api", "outbound-dial"]
OVER: frozenset[Status] = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
EVENT_OF: dict[Status, str] = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
"""The name of the event that a status is reported under; every final status is reported as `completed`."""


def rfc2822(at: datetime) -> str:
    """Write an instant as the carrier's dates are written."""
    return format_datetime(at.replace(microsecond=0))


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told of a call's progress: an address, and the events it asked for."""

    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document comes from: an address, with further form fields, or its text itself."""

    url: str = ""
    method: str = "POST"
    extra: tuple[tuple[str, str], ...] = ()
    twiml: str = ""


@dataclass(slots=True, eq=False)
class Call:
    """One leg. `program` makes what is performed once it is answered; `peer` is the leg it talks to.

    `requests` counts the documents asked for, `documents` those performed at one instant. `final_status` is the state
    that the end of its program leaves it in; a refused call has another than completed.
    """

    sid: str
    from_number: str
    to_number: str
    direction: Direction
    created: datetime
    handset: "Handset | None"
    status: Status = "queued"
    watch: Watch | None = None
    fallback: Source | None = None
    parent: "Call | None" = None
    program: "Callable[[], Program] | None" = None
    performance: "Performance | None" = None
    peer: "Call | None" = None
    ring_seconds: float = 60.0
    most_seconds: float = 14_400.0
    attestation: str = ""
    placed: datetime | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    updated: datetime | None = None
    lines: list[Line] = field(default_factory=list)
    alarms: "list[Appointment]" = field(default_factory=list)
    sequence: int = 0
    requests: int = 0
    documents: tuple[datetime | None, int] = (None, 0)
    final_status: Status = "completed"
    awaits: str = ""
    """What the line waits for from this person: `keys`, `speech`, or nothing."""

    @property
    def is_over(self) -> bool:
        """Tell whether the call has come to its end."""
        return self.status in OVER

    @property
    def is_incoming_here(self) -> bool:
        """Tell whether the handset of this leg was called, rather than calling."""
        return self.direction != "inbound"

    @property
    def seconds(self) -> int:
        """Return how long the call was answered for, in whole seconds; 0 while it goes on."""
        if self.answered is None or self.ended is None:
            return 0
        return round((self.ended - self.answered).total_seconds())
