"""A person's phone: what its owner does with it by hand, and what it does by itself when it rings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from simulator.transcript import Line

if TYPE_CHECKING:
    from simulator.calls import Call
    from simulator.messages import Message


@dataclass(frozen=True, slots=True)
class Manual:
    """Rings until somebody answers or declines by hand, or the caller gives up."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Is picked up after so many seconds of ringing; keys are still pressed by hand."""

    after_seconds: float = 3.0


@dataclass(frozen=True, slots=True)
class Ignores:
    """Rings; nobody comes."""


@dataclass(frozen=True, slots=True)
class Declines:
    """Is declined after so many seconds of ringing; the carrier hears busy."""

    after_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """Does not ring; the network gives up with this status. Texts stay undelivered (30003)."""

    status: Literal["failed", "no-answer"] = "no-answer"


@dataclass(frozen=True, slots=True)
class Voicemail:
    """Rings, then a mailbox answers: it talks, beeps, records, presses nothing."""

    after_seconds: float = 12.0
    greeting_seconds: float = 8.0
    records_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class InvalidNumber:
    """No such number: the REST side refuses it with 21211, a dialled leg fails at once."""


Behaviour = Manual | Answers | Ignores | Declines | SwitchedOff | Voicemail | InvalidNumber
BEHAVIOURS: Mapping[str, type[Behaviour]] = {
    "manual": Manual,
    "answers": Answers,
    "ignores": Ignores,
    "declines": Declines,
    "switched-off": SwitchedOff,
    "voicemail": Voicemail,
    "invalid-number": InvalidNumber,
}


def behaviour_name(behaviour: Behaviour) -> str:
    """Return the word for a behaviour, as the control API has it."""
    return next(name for name, kind in BEHAVIOURS.items() if isinstance(behaviour, kind))


def read_behaviour(name: str, settings: Mapping[str, Any]) -> Behaviour:
    """Make a behaviour from its word and settings; raise ValueError for a word or setting that does not exist."""
    kind = BEHAVIOURS.get(name)
    if kind is None:
        message = f"behaviour {name!r} is not one of {', '.join(BEHAVIOURS)}"
        raise ValueError(message)
    try:
        return kind(**settings)
    except TypeError as error:
        message = f"behaviour {name!r} does not have these settings: {', '.join(settings)}"
        raise ValueError(message) from error


class NotPossibleError(Exception):
    """The handset cannot do this now, such as answering when nothing rings."""


class Network(Protocol):
    """What a handset asks of the carrier; all of it takes effect with the carrier's next run."""

    def dial(self, handset: "Handset", to: str, caller_id: str) -> "Call":
        """Call a number."""

    def pick_up(self, call: "Call") -> None:
        """Answer a ringing call."""

    def turn_down(self, call: "Call") -> None:
        """Decline a ringing call."""

    def divert(self, call: "Call") -> None:
        """Let the mailbox take a ringing call."""

    def put_down(self, call: "Call") -> None:
        """End a call from the handset's side."""

    def press(self, call: "Call", digits: str) -> None:
        """Press keys."""

    def speak(self, call: "Call", text: str, seconds: float | None) -> None:
        """Speak into the phone."""

    def send_text(self, handset: "Handset", to: str, body: str) -> "Message":
        """Send a text message."""


@dataclass(slots=True, eq=False)
class Handset:
    """One phone. It holds one call at a time; a second one hears busy.

    `attestation` is what the caller's carrier says of calls from here (STIR/SHAKEN, such as `TN-Validation-Passed-A`).
    """

    number: str
    network: Network
    behaviour: Behaviour = field(default_factory=Manual)
    attestation: str = ""
    call: "Call | None" = None
    lines: list[Line] = field(default_factory=list)
    texts: "list[Message]" = field(default_factory=list)

    @property
    def is_ringing(self) -> bool:
        """Tell whether somebody calls this phone and it has not been answered."""
        return self.call is not None and self.call.is_incoming_here and self.call.status == "ringing"

    def dial(self, to: str, caller_id: str | None = None) -> "Call":
        """Call a number; the other side sees `caller_id` instead of the own number (`anonymous` if withheld)."""
        if self.call is not None:
            message = f"{self.number} is in a call already"
            raise NotPossibleError(message)
        return self.network.dial(self, to, caller_id or self.number)

    def answer(self) -> None:
        """Pick up."""
        self.network.pick_up(self._ringing_call())

    def decline(self) -> None:
        """Turn the ringing call down."""
        self.network.turn_down(self._ringing_call())

    def send_to_voicemail(self) -> None:
        """Let the mailbox take the ringing call."""
        self.network.divert(self._ringing_call())

    def hang_up(self) -> None:
        """End the call, in whatever state it is."""
        self.network.put_down(self._any_call())

    def press(self, digits: str) -> None:
        """Press keys, one after the other: digits, `*`, `#`."""
        if digits.strip("0123456789*#"):
            message = f"{digits!r} has a key that no handset has"
            raise NotPossibleError(message)
        self.network.press(self._any_call(), digits)

    def say(self, text: str, seconds: float | None = None) -> None:
        """Speak; without seconds it takes as long as the words need."""
        self.network.speak(self._any_call(), text, seconds)

    def text(self, to: str, body: str) -> "Message":
        """Send a text message."""
        return self.network.send_text(self, to, body)

    def _any_call(self) -> "Call":
        if self.call is None:
            message = f"{self.number} is in no call"
            raise NotPossibleError(message)
        return self.call

    def _ringing_call(self) -> "Call":
        if self.call is None or not self.is_ringing:
            message = f"{self.number} does not ring"
            raise NotPossibleError(message)
        return self.call
