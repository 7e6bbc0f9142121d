"""A call without a phone: for tests, for the terminal, and for trying a change of words before anybody hears it.

walk = Walk(FRONT_DESK, caller_id="known")
walk.answer(WhoIsCalling.ONE_ACCOUNT)
walk.press("1")
assert walk.question is Question.OPEN_CRITICAL
"""

from collections.abc import Mapping

from ivr_flows.engine import begin, resume
from ivr_flows.events import Answered, BridgeEnded, Event, HungUp, Pressed, QueueLeft, Recorded, Silence
from ivr_flows.nodes import Flow
from ivr_flows.pace import KEY_SECONDS, seconds_of
from ivr_flows.place import Place
from ivr_flows.questions import Outcome, Question
from ivr_flows.turns import Asking, AwaitKeys, AwaitRecording, End, RejectCall, Then, Turn
from ivr_flows.wording import SHIPPED, PromptBook


class WrongStep(Exception):
    """The walk was told to do what the call does not wait for; says what it waits for."""


class Walk:
    """One call. Each step stores and reads back its place, as the edge does; `seconds` fits a patient listener."""

    def __init__(self, flow: Flow, book: PromptBook = SHIPPED, /, **facts: str) -> None:
        self.flow = flow
        self.book = book
        self.seconds = 0.0
        self.transcript: list[str] = []
        self.questions: list[Question] = []
        self._standing: Mapping[Question, Answered] = {}
        self._result: Turn | Asking = begin(flow, facts, book=book)
        self._note()

    def always(self, answers: Mapping[Question, Answered]) -> None:
        """Answer these questions by themselves from now on."""
        self._standing = answers
        self._answer_standing()

    @property
    def place(self) -> Place:
        """Where the call is."""
        return self._result.place

    @property
    def question(self) -> Question | None:
        """The question that waits for an answer, if one does."""
        return self._result.question if isinstance(self._result, Asking) else None

    @property
    def turn(self) -> Turn:
        """The turn that the call is in; raises WrongStep while a question is open."""
        if isinstance(self._result, Asking):
            raise WrongStep(f"the flow asks {self._result.question} first")
        return self._result

    @property
    def heard(self) -> str:
        """All that was said in this turn."""
        return " ".join(sentence.text for sentence in self.turn.speech)

    @property
    def then(self) -> Then:
        """What the call does after speaking."""
        return self.turn.then

    @property
    def is_over(self) -> bool:
        """The call has been hung up or was rejected."""
        return isinstance(self._result, Turn) and isinstance(self._result.then, End | RejectCall)

    def answer(self, outcome: Outcome, **facts: str) -> None:
        """The house answers the open question."""
        self.answer_with(Answered(outcome, facts))

    def answer_with(self, answered: Answered) -> None:
        """The same with a ready answer, for facts whose names have dots."""
        if self.question is None:
            raise WrongStep(f"no question is open; the call is at {self.place.node}")
        self._step(answered)

    def press(self, keys: str) -> None:
        """Press keys; at a number the last one may be #."""
        if not isinstance(self.then, AwaitKeys):
            raise WrongStep(f"nobody listens for keys at {self.place.node}")
        digits = keys.removesuffix("#") if self.then.finish_on_key == "#" else keys
        self.seconds += KEY_SECONDS * len(keys)
        self.transcript.append(f"presses {keys}")
        self._step(Pressed(digits))

    def silence(self, times: int = 1) -> None:
        """Press nothing until the wait is over."""
        for _ in range(times):
            if isinstance(self.then, AwaitKeys):
                self.seconds += self.then.timeout_seconds
            self.transcript.append("is silent")
            self._step(Silence())

    def records(self, seconds: int = 5, url: str = "https://recordings.example/1", sid: str = "RE1") -> None:
        """Speak after the tone."""
        if not isinstance(self.then, AwaitRecording):
            raise WrongStep(f"nothing is recorded at {self.place.node}")
        self.seconds += seconds
        self.transcript.append(f"speaks for {seconds} s")
        self._step(Recorded(url, sid, seconds))

    def leaves_queue(self, result: str = "bridged") -> None:
        """The wait in the queue ends."""
        self.transcript.append(f"leaves the queue: {result}")
        self._step(QueueLeft(result))

    def bridge_ends(self, *, bridged: bool = True, seconds: int = 60, status: str = "completed") -> None:
        """The technician's connection ends."""
        self.transcript.append("the connection ends")
        self._step(BridgeEnded(bridged=bridged, seconds=seconds, status=status))

    def hangs_up(self) -> None:
        """The other side hangs up."""
        self.transcript.append("hangs up")
        self._step(HungUp())

    def _step(self, event: Event) -> None:
        stored = Place.from_json(self.place.to_json())
        self._result = resume(self.flow, stored, event, book=self.book)
        self._note()
        self._answer_standing()

    def _answer_standing(self) -> None:
        answered = self._standing.get(self.question) if self.question else None
        if answered is not None:
            self._step(answered)

    def _note(self) -> None:
        if isinstance(self._result, Asking):
            self.questions.append(self._result.question)
            return
        for sentence in self._result.speech:
            self.seconds += seconds_of(sentence.text)
            self.transcript.append(f"hears {sentence.text}")
