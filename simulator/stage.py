"""What a verb needs while it is performed: its call, where its document came from, the keys typed so far."""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urljoin

from simulator.calls import Call, Source
from simulator.courier import request
from simulator.exchange import Exchange
from simulator.performing import Heard, Key, Replied, Signal, Spoke, Wait
from simulator.transport import Reply
from simulator.twiml import Kind, Verb

MOST_DOCUMENTS_AT_ONCE = 50
"""More documents than this for one call at one instant can only be a loop of redirects."""


@dataclass(frozen=True, slots=True)
class GoTo:
    """Leave this document for another one."""

    source: Source


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """Leave the queue that the call waits in."""


Outcome = GoTo | HangUp | LeaveQueue | None
"""What a verb leads to; None: to the next verb."""
Performing = Generator[Wait, Heard, Outcome]
Performer = Callable[["Stage", Verb], Performing]


@dataclass(slots=True)
class Stage:
    """The place of performance of one document.

    `typed` are keys that no Gather has taken yet; they do not outlive the document. With `interruptible` a key or a
    spoken word ends what is being said.
    """

    exchange: Exchange
    call: Call
    verbs: Mapping[str, Performer]
    kind: Kind
    source: Source
    typed: list[str] = field(default_factory=list)
    heard_speech: Spoke | None = None
    interruptible: bool = False
    listens_for_speech: bool = False

    def now(self) -> datetime:
        """Return the present instant."""
        return self.exchange.now()

    def inner(self, kind: Kind, source: Source) -> "Stage":
        """Return a stage for a document performed inside this one, such as a queue's waiting document."""
        return replace(self, kind=kind, source=source, typed=[], heard_speech=None, interruptible=False)

    def absolute(self, url: str) -> str:
        """Resolve an address against that of the document; an empty one is the document's own."""
        return urljoin(self.source.url, url) if url else self.source.url

    def source_for(
        self, verb: Verb, attribute: str, extra: Iterable[tuple[str, str]], method: str = "method"
    ) -> Source:
        """Return the source that an attribute of a verb names, with fields to send along."""
        return Source(self.absolute(verb.get(attribute)), verb.get(method, "POST"), tuple(extra))

    def is_interrupted(self) -> bool:
        """Tell whether the person has begun to answer while a prompt is being said."""
        return self.interruptible and (bool(self.typed) or self.heard_speech is not None)

    def has_looped(self) -> bool:
        """Count a document; tell whether too many came at one instant."""
        at, count = self.call.documents
        now = self.now()
        self.call.documents = (now, count + 1 if at == now else 1)
        return self.call.documents[1] > MOST_DOCUMENTS_AT_ONCE


def listen(until: datetime | None, *kinds: type[Signal]) -> Generator[Wait, Heard, Heard]:
    """Wait for a signal of these kinds and pass over all others; None when the time is up."""
    while True:
        heard = yield Wait(until)
        if heard is None or isinstance(heard, kinds):
            return heard


def elapse(stage: Stage, seconds: float) -> Generator[Wait, Heard, None]:
    """Let time pass; keys and words are kept, and end the wait where the stage is interruptible."""
    until = stage.now() + timedelta(seconds=seconds)
    while not stage.is_interrupted():
        heard = yield from listen(until, Key, Spoke)
        if heard is None:
            return
        keep(stage, heard)


def keep(stage: Stage, heard: Signal) -> None:
    """Keep a key, or words where they are wanted."""
    if isinstance(heard, Key):
        stage.typed.append(heard.digit)
    elif isinstance(heard, Spoke) and stage.listens_for_speech:
        stage.heard_speech = heard


def ask(stage: Stage, source: Source) -> Generator[Wait, Heard, Reply]:
    """Request a document and wait for the reply; what the person does meanwhile is lost."""
    exchange, call = stage.exchange, stage.call
    call.requests += 1
    number = call.requests
    form = exchange.parameters(call) | dict(source.extra)

    def receive(reply: Reply) -> None:
        if call.performance is not None:
            call.performance.signal(Replied(number, reply))

    exchange.courier.ask(request(source.url, form, source.method), receive)
    while True:
        heard = yield from listen(None, Replied)
        if isinstance(heard, Replied) and heard.number == number:
            return heard.reply


def tell(stage: Stage, source: Source, status: str) -> None:
    """Send a request whose document nobody performs any more."""
    form = stage.exchange.parameters(stage.call) | dict(source.extra)
    stage.exchange.courier.tell(request(source.url, form, source.method), status)
