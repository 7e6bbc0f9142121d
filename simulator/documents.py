"""From one document to the next: fetch it, fall back where that fails, perform its verbs, follow where they lead."""

from collections.abc import Generator

from simulator.calls import Source
from simulator.courier import kind_of
from simulator.performing import Heard, Program, Wait
from simulator.stage import GoTo, Outcome, Performing, Stage, ask
from simulator.transport import Reply
from simulator.twiml import Document, Unreadable, Verb, parse

APPLICATION_ERROR = Document(
    (Verb("Say", {}, "We're sorry, an application error has occurred. Goodbye."), Verb("Hangup", {}))
)
ANSWERING = frozenset({"Say", "Play", "Gather", "Record", "Dial", "Enqueue", "Hangup"})
"""Verbs that pick up an inbound call; Pause, Redirect and Reject do not."""
NO_CONTENT = 204

Fetched = Document | Unreadable


def perform_call(stage: Stage) -> Program:
    """Perform documents until one of them ends or hangs up; the call is over then."""
    while True:
        document = yield from fetch(stage)
        outcome = yield from perform_document(stage, document)
        if not isinstance(outcome, GoTo):
            return
        stage.source = outcome.source


def perform_inside(stage: Stage) -> Generator[Wait, Heard, Outcome | Unreadable]:
    """Perform the documents of a waiting, whispering or screening stage; say how the last one ended.

    There is no fallback here: a document that cannot be had or read is the result.
    """
    while True:
        document = yield from _request(stage)
        if isinstance(document, Unreadable):
            return document
        outcome = yield from perform_document(stage, document)
        if not isinstance(outcome, GoTo):
            return outcome
        stage.source = outcome.source


def perform_document(stage: Stage, document: Document) -> Performing:
    """Perform the verbs of a document in turn."""
    stage.typed.clear()
    for verb in document.verbs:
        if stage.kind == "voice" and _picks_up(verb):
            stage.exchange.answered(stage.call)
        outcome = yield from stage.verbs[verb.name](stage, verb)
        if outcome is not None:
            return outcome
    if stage.kind == "voice":
        stage.exchange.answered(stage.call)
    return None


def _picks_up(verb: Verb) -> bool:
    """Tell whether an inbound call counts as answered when this verb begins."""
    return verb.name in ANSWERING and not verb.holds("answerOnBridge", default=False)


def fetch(stage: Stage) -> Generator[Wait, Heard, Document]:
    """Get the document, else that of the fallback address, else the carrier's own words of regret."""
    document = yield from _request(stage)
    if isinstance(document, Document):
        return document
    fallback = stage.call.fallback
    if fallback is None or not fallback.url:
        return APPLICATION_ERROR
    told = (("ErrorCode", str(document.code)), ("ErrorUrl", stage.source.url.partition("#")[0]))
    stage.source = Source(fallback.url, fallback.method, told)
    document = yield from _request(stage)
    return APPLICATION_ERROR if isinstance(document, Unreadable) else document


def _request(stage: Stage) -> Generator[Wait, Heard, Fetched]:
    """Ask for the stage's document once and keep every complaint about it."""
    source, exchange = stage.source, stage.exchange
    if stage.has_looped():
        fetched: Fetched = Unreadable(11200, "too many documents at one instant: a loop")
    elif source.twiml:
        fetched = parse(source.twiml, stage.kind)
    else:
        reply = yield from ask(stage, source)
        fetched = read_reply(reply, stage)
    if isinstance(fetched, Unreadable):
        exchange.complain(fetched.code, fetched.text, source.url, stage.call)
    else:
        for code, text in fetched.complaints:
            exchange.complain(code, text, source.url, stage.call)
    return fetched


def read_reply(reply: Reply, stage: Stage) -> Fetched:
    """Turn a reply into a document; 11205 is no connection, 11200 every other failure to fetch."""
    kind = kind_of(reply)
    if kind == "ct":
        return Unreadable(11205, "no connection")
    if kind != "ok":
        return Unreadable(11200, f"answer {reply.status}" if reply.status else "no answer in time")
    if not reply.body.strip() and (reply.status == NO_CONTENT or stage.kind == "messaging"):
        return Document(())
    return parse(reply.body, stage.kind, reply.content_type)
