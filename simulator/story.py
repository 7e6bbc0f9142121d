"""Phone stories for tests: who dials, hears, presses, and what nobody expected.

    line = Line(carrier, advance)
    dana, sam = line.phone("+12025550111", "dana"), line.phone("+12025550141", "sam")
    dana.dials(SERVICE)
    dana.hears("completely down")
    dana.presses("1")
    sam.rings(within=10)
    sam.answers()
    sam.hears("Press 1")
    sam.presses("1")
    dana.is_talking_to(sam)
    line.nothing_else()

Steps that look for something let time pass, up to a limit, and fail with everybody's transcript. Rings and texts that
no step claimed make `nothing_else` fail, and so does any fault of the service that the carrier noticed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NoReturn, Protocol

from simulator.calls import Call
from simulator.carrier import Carrier
from simulator.faults import Complaint
from simulator.handset import Behaviour, Handset, NotPossibleError
from simulator.messages import Message
from simulator.transcript import Event
from simulator.transcript import Line as TranscriptLine

HEARS_WITHIN = 30.0
RINGS_WITHIN = 30.0
TEXT_WITHIN = 30.0
JOINED_WITHIN = 15.0
ENDS_WITHIN = 60.0
"""How many seconds a step lets pass at most, unless it says otherwise."""
STEP_SECONDS = 1.0


class MovableClock(Protocol):
    """A clock that stands at `at` until it is set to another instant."""

    at: datetime


def advancing(carrier: Carrier, clock: MovableClock, *ticks: Callable[[], object]) -> Callable[[float], None]:
    """Make an `advance(seconds)` from the shared clock and what the service does by itself each second.

    The clock is set to each due instant of the carrier in turn, and to each full second, where the ticks run.
    """

    def settle() -> None:
        while carrier.run_due():
            pass

    def advance(seconds: float) -> None:
        end = _later(carrier.now(), seconds)
        settle()
        while carrier.now() < end:
            second = _later(carrier.now().replace(microsecond=0), 1)
            due = carrier.next_due()
            clock.at = min(end, second, due) if due and due > carrier.now() else min(end, second)
            settle()
            if carrier.now() == second:
                for tick in ticks:
                    tick()
                settle()

    return advance


def _later(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=seconds)


class StoryError(AssertionError):
    """A story went another way than it was told."""


class Line:
    """The stage of a story: the carrier, its phones, and time that only passes when a step wants it to."""

    def __init__(self, carrier: Carrier, advance: Callable[[float], None]) -> None:
        """Listen in from now on; what happened before is nobody's concern."""
        self.carrier = carrier
        self.advance = advance
        self._phones: dict[str, Phone] = {}
        self._rings: list[str] = []
        self._texts: list[Message] = []
        self._known_faults = len(carrier.faults)
        carrier.subscribe(self._listen)

    def phone(self, number: str, name: str = "") -> "Phone":
        """Return somebody's phone; asking again returns the same one."""
        if number not in self._phones:
            self._phones[number] = Phone(self, self.carrier.handset(number), name or number)
        return self._phones[number]

    def waits(self, seconds: float) -> None:
        """Let time pass."""
        self.advance(seconds)

    def until(self, happened: Callable[[], bool], within: float, what: str) -> None:
        """Let time pass until something has happened; fail when it does not in time."""
        self.advance(0)
        left = within
        while not happened():
            if left <= 0:
                self.fail(f"{what} did not happen within {within:g} s")
            step = min(STEP_SECONDS, left)
            self.advance(step)
            left -= step

    def nothing_else(self) -> None:
        """Fail on every ring and text that no step claimed, and on every fault of the service."""
        self.advance(0)
        surprises = [f"{self._name(number)} rang" for number in self._rings]
        surprises += [f"{self._name(text.to_number)} got a text: {text.body!r}" for text in self._texts]
        surprises += [f"fault {fault.code}: {fault.text} ({fault.url})" for fault in self.new_faults()]
        if surprises:
            self.fail("nobody expected this:\n  " + "\n  ".join(surprises))

    def new_faults(self) -> list[Complaint]:
        """Return the service's faults since the story began."""
        return self.carrier.faults[self._known_faults :]

    def forgives_faults(self) -> None:
        """Take the service's faults so far as part of the story."""
        self._known_faults = len(self.carrier.faults)

    def claim_ring(self, number: str) -> bool:
        """Claim the first unclaimed ring of a phone; False when there is none."""
        if number in self._rings:
            self._rings.remove(number)
            return True
        return False

    def unclaimed_texts(self, number: str) -> list[Message]:
        """Return the texts that a phone got and no step claimed, the oldest first."""
        return [text for text in self._texts if text.to_number == number]

    def claim_text(self, text: Message) -> None:
        """Claim a text."""
        self._texts.remove(text)

    def _listen(self, event: Event) -> None:
        if event.kind == "ringing":
            self._rings.append(event.phone)
        elif event.kind == "text" and event.data["direction"] != "inbound":
            self._texts.append(self.carrier.exchange.messages[event.data["sid"]])

    def _name(self, number: str) -> str:
        return self._phones[number].name if number in self._phones else number

    def fail(self, what: str) -> NoReturn:
        """Fail, with everybody's transcript."""
        raise StoryError(f"{what}\n\n{self.transcript()}")

    def transcript(self) -> str:
        """Return what everybody heard, pressed, said and noticed, in order of time."""
        rows: list[tuple[datetime, str, str]] = []
        for handset in self.carrier.exchange.handsets.values():
            name = self._name(handset.number)
            rows += [(line.at, name, f"{line.kind}: {line.text}") for line in handset.lines]
            rows += [(text.created, name, _text_row(text)) for text in handset.texts]
        rows.sort(key=lambda row: row[0])
        return "\n".join(f"{at:%H:%M:%S.%f}"[:-4] + f"  {name:12} {what}" for at, name, what in rows)


def _text_row(text: Message) -> str:
    return f"text {'to' if text.direction == 'inbound' else 'from'} the service: {text.body}"


class Phone:
    """One person's phone in a story; every step fails loudly."""

    def __init__(self, line: Line, handset: Handset, name: str) -> None:
        """Take the phone; what it heard before the story does not count."""
        self.line = line
        self.handset = handset
        self.name = name
        self._read = len(handset.lines)

    @property
    def number(self) -> str:
        """Return the phone's number."""
        return self.handset.number

    @property
    def call(self) -> Call:
        """Return the call that this phone is in; fail if it is in none."""
        if self.handset.call is None:
            self.line.fail(f"{self.name} is in no call")
        return self.handset.call

    @property
    def behaviour(self) -> Behaviour:
        """Return what the phone does by itself."""
        return self.handset.behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        self.handset.behaviour = behaviour

    # What this person does

    def dials(self, number: str, caller_id: str | None = None) -> None:
        """Call the service; `caller_id="anonymous"` withholds the number."""
        self.handset.dial(number, caller_id)
        self.line.advance(0)

    def answers(self) -> None:
        """Pick up."""
        self._do(self.handset.answer)

    def declines(self) -> None:
        """Turn the call down."""
        self._do(self.handset.decline)

    def presses(self, keys: str) -> None:
        """Press keys."""
        self._do(lambda: self.handset.press(keys))

    def says(self, text: str, seconds: float | None = None) -> None:
        """Speak."""
        self._do(lambda: self.handset.say(text, seconds))

    def hangs_up(self) -> None:
        """End the call."""
        self._do(self.handset.hang_up)

    def texts(self, number: str, body: str) -> None:
        """Send a text."""
        self._do(lambda: self.handset.text(number, body))

    def _do(self, act: Callable[[], object]) -> None:
        try:
            act()
        except NotPossibleError as error:
            self.line.fail(f"{self.name}: {error}")
        self.line.advance(0)

    # What this person finds

    def hears(self, words: str, within: float = HEARS_WITHIN) -> TranscriptLine:
        """Wait until a prompt with these words (in any case) begins; lines before it count as heard."""
        self.line.until(lambda: self._find(words) is not None, within, f"{self.name} hears {words!r}")
        found = self._find(words)
        assert found is not None
        self._read = found + 1
        return self.handset.lines[found]

    def does_not_hear(self, words: str, during: float = 0.0) -> None:
        """Let time pass and fail if these words come up in it."""
        self.line.advance(during)
        if self._find(words) is not None:
            self.line.fail(f"{self.name} heard {words!r}")

    def _find(self, words: str) -> int | None:
        wanted = _plain(words)
        for number, line in enumerate(self.handset.lines[self._read :], self._read):
            if line.kind == "hears" and wanted in _plain(line.text):
                return number
        return None

    def rings(self, within: float = RINGS_WITHIN) -> None:
        """Wait until the phone has rung, and claim that ring."""
        self.line.until(lambda: self.line.claim_ring(self.number), within, f"{self.name} rings")

    def does_not_ring(self, during: float) -> None:
        """Let time pass and fail if the phone rings in it."""
        self.line.advance(during)
        if self.line.claim_ring(self.number):
            self.line.fail(f"{self.name} rang")

    def stops_ringing(self, within: float = RINGS_WITHIN) -> None:
        """Wait until the phone has stopped ringing, answered or not."""
        self.line.until(lambda: not self.handset.is_ringing, within, f"{self.name} stops ringing")

    def gets_text(self, words: str, within: float = TEXT_WITHIN) -> str:
        """Wait for a text with these words that no step has claimed yet; return all of it."""
        self.line.until(lambda: self._text(words) is not None, within, f"{self.name} gets a text with {words!r}")
        text = self._text(words)
        assert text is not None
        self.line.claim_text(text)
        return text.body

    def _text(self, words: str) -> Message | None:
        unclaimed = self.line.unclaimed_texts(self.number)
        return next((text for text in unclaimed if _plain(words) in _plain(text.body)), None)

    def is_talking_to(self, other: "Phone", within: float = JOINED_WITHIN) -> None:
        """Wait until the two are joined."""
        self.line.until(lambda: self._peer() is other.handset, within, f"{self.name} is talking to {other.name}")

    def is_alone(self) -> None:
        """Fail if anybody is joined to this phone's call."""
        self.line.advance(0)
        if self._peer() is not None:
            self.line.fail(f"{self.name} is talking to somebody")

    def _peer(self) -> Handset | None:
        call = self.handset.call
        return call.peer.handset if call is not None and call.peer is not None else None

    def is_on_the_line(self) -> None:
        """Fail if this phone is in no answered call."""
        self.line.advance(0)
        if self.handset.call is None or self.handset.call.answered is None:
            self.line.fail(f"{self.name} is not on the line")

    def is_hung_up(self, within: float = ENDS_WITHIN) -> None:
        """Wait until the call is over."""
        self.line.until(lambda: self.handset.call is None, within, f"the call of {self.name} ends")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
