"""What a step of the engine comes to: sentences to say and one thing to do then, or a question for the edge."""

from dataclasses import dataclass

from ivr_flows.place import Place
from ivr_flows.questions import Question

ANY_KEY = "1234567890*#"


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words to speak. `language` is the short name of a prompt file, such as "en"."""

    prompt: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class AwaitKeys:
    """Listen while speaking and for `timeout_seconds` after. `digits` is None where the length is not known."""

    digits: int | None
    finish_on_key: str
    timeout_seconds: int


@dataclass(frozen=True, slots=True)
class AwaitRecording:
    """Beep and record; ended by a key, by silence or by the limit."""

    max_seconds: int
    silence_seconds: int
    finish_on_key: str = ANY_KEY


@dataclass(frozen=True, slots=True)
class EnterQueue:
    """Wait in the queue of this opaque name."""

    queue: str


@dataclass(frozen=True, slots=True)
class JoinQueue:
    """Pause, then talk to whoever waits in the queue, waiting up to 10 s for somebody to be there."""

    queue: str
    pause_seconds: int = 0


@dataclass(frozen=True, slots=True)
class DialNumber:
    """Ring a number (E.164), showing `caller_id` (E.164)."""

    number: str
    caller_id: str


@dataclass(frozen=True, slots=True)
class End:
    """Hang up."""


@dataclass(frozen=True, slots=True)
class RejectCall:
    """Refuse before answering."""


@dataclass(frozen=True, slots=True)
class PlayMusic:
    """Music for about so many seconds; then the document of the wait ends and is asked for again."""

    seconds: int


@dataclass(frozen=True, slots=True)
class ExitQueue:
    """Take the caller out of the queue."""


Then = AwaitKeys | AwaitRecording | EnterQueue | JoinQueue | DialNumber | End | RejectCall | PlayMusic | ExitQueue


@dataclass(frozen=True, slots=True)
class Turn:
    """One document's worth of a call. `place` is what to store; its `turn` number belongs into the next URL."""

    place: Place
    speech: tuple[Sentence, ...]
    then: Then


@dataclass(frozen=True, slots=True)
class Asking:
    """The engine needs an answer before it can go on: `resume(flow, asking.place, Answered(outcome, facts))`."""

    place: Place
    question: Question
