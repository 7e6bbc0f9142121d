"""What the house asks of a telephone carrier, whichever it is, and the three ways in which that can fail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from foundation.phone import PhoneNumber


@dataclass(frozen=True, slots=True)
class Ring:
    """A call to place: whom, from which of our numbers, for how many seconds, and where its voice and its news go."""

    to: PhoneNumber
    from_: PhoneNumber
    seconds: int
    voice_url: str
    fallback_url: str
    status_url: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text to send; `validity_seconds` is how long it may wait at the carrier before it is worthless."""

    to: PhoneNumber
    from_: PhoneNumber
    body: str
    status_url: str
    validity_seconds: int | None = None


CALL_OVER = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
"""The carrier's words for a call that is over."""


class Telephony(Protocol):
    """The carrier. Every method may raise TelephonyRefused or OutcomeUnknown."""

    def ring(self, ring: Ring) -> str:
        """Place a call; returns the carrier's id of it. Not idempotent: never repeat an unknown outcome blindly."""
        ...

    def text(self, text: Text) -> str:
        """Send a text; returns the carrier's id of it. Not idempotent."""
        ...

    def cancel_call(self, call_sid: str) -> None:
        """Stop a call that still rings; one that is over or already answered is left alone."""
        ...

    def delete_queue(self, queue_sid: str) -> None:
        """Delete an empty queue; one that is gone is fine."""
        ...

    def calls_to(self, to: PhoneNumber, since: datetime) -> list[str]:
        """Ids of the calls that we placed to a number at or after an instant, the oldest first."""
        ...

    def call_status(self, call_sid: str) -> str:
        """Return the carrier's word for how a call stands; one that it does not know is `completed`."""
        ...

    def text_to(self, to: PhoneNumber, body: str, since: datetime) -> str | None:
        """Return the id of a text with these words to this number at or after an instant, if there is one."""
        ...


class TelephonyRefused(Exception):
    """The carrier said no, and nothing happened. `permanent`: saying it again would not help."""

    def __init__(self, code: int, *, permanent: bool, message: str = "") -> None:
        """Keep the carrier's error code (0: it was not reached at all) and what it said."""
        super().__init__(f"carrier error {code}: {message}")
        self.code = code
        self.permanent = permanent


class OutcomeUnknown(Exception):
    """The carrier may or may not have done it: a time-out, a broken connection, an inner error of its own."""
