"""A call's document at work: a generator that waits, hears signals, and can be interrupted by the end of its call.

A program yields `Wait` and is resumed with a `Signal`, or with None when the time was up. What ends whatever is going
on (the hang-up, being taken out of a queue) is thrown into it, so that each verb leaves things tidy where it stands.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from simulator.agenda import Agenda, Appointment
from simulator.transport import Reply

OverReason = Literal["hangup", "redirected"]


@dataclass(frozen=True, slots=True)
class Wait:
    """Resume me at this instant at the latest; None: only a signal can."""

    until: datetime | None


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the handset was pressed."""

    digit: str


@dataclass(frozen=True, slots=True)
class Spoke:
    """The person on this call spoke."""

    text: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Replied:
    """The reply to the request with this number is here."""

    number: int
    reply: Reply


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """A dialled phone was picked up."""

    sid: str


@dataclass(frozen=True, slots=True)
class LegReady:
    """A dialled phone has been through its screening document, or had none."""

    sid: str


@dataclass(frozen=True, slots=True)
class LegEnded:
    """A dialled phone was hung up, did not answer, or could not be reached."""

    sid: str


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """Somebody joined the queue that this call waits for, or the queue is gone."""


@dataclass(frozen=True, slots=True)
class MemberReady:
    """The caller taken from the queue is now talking to this call."""


@dataclass(frozen=True, slots=True)
class MemberGone:
    """The caller taken from the queue hung up before the two were joined."""


@dataclass(frozen=True, slots=True)
class Unbridged:
    """The other side of the conversation is gone."""


Signal = Key | Spoke | Replied | LegAnswered | LegReady | LegEnded | QueueChanged | MemberReady | MemberGone | Unbridged
Heard = Signal | None


class CallOverError(Exception):
    """The call ended, or was sent to another document, while a verb was at work."""

    def __init__(self, reason: OverReason) -> None:
        """Take why."""
        super().__init__(reason)
        self.reason = reason


class DequeuedError(Exception):
    """Another call took this one out of its queue; `url` is the document to hear before they are joined."""

    def __init__(self, by_sid: str, url: str, method: str) -> None:
        """Take who did it and what comes first."""
        super().__init__(by_sid)
        self.by_sid = by_sid
        self.url = url
        self.method = method


Program = Generator[Wait, Heard, None]


class Performance:
    """One program on its way; `on_end` is called when it has run to its own end, not when it was stopped."""

    def __init__(self, agenda: Agenda, program: Program, on_end: Callable[[], None]) -> None:
        """Enter the program's first step for now."""
        self._agenda = agenda
        self._program = program
        self._on_end = on_end
        self._timer: Appointment | None = None
        self._over = False
        agenda.soon(lambda: self._resume(None))

    def signal(self, signal: Signal) -> None:
        """Let the program hear something, as an action of its own."""
        self._agenda.soon(lambda: self._resume(signal))

    def interrupt(self, error: DequeuedError) -> None:
        """Take the program out of what it does; it goes on from where it catches this."""
        if not self._over:
            self._step(lambda: self._program.throw(error))

    def stop(self, reason: OverReason) -> None:
        """End the program for good; nobody hears of its end."""
        if self._over:
            return
        self._over = True
        self._cancel_timer()
        try:
            self._program.throw(CallOverError(reason))
        except (CallOverError, StopIteration):
            return
        message = "a program went on after its call was over"
        raise AssertionError(message)

    def _resume(self, heard: Heard) -> None:
        if not self._over:
            self._step(lambda: self._program.send(heard))

    def _step(self, go_on: Callable[[], Wait]) -> None:
        self._cancel_timer()
        try:
            wait = go_on()
        except StopIteration:
            self._over = True
            self._on_end()
            return
        if wait.until is not None:
            self._timer = self._agenda.at(wait.until, lambda: self._resume(None))

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
