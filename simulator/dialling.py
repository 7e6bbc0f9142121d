"""Dial: phones rung from within a call, one at a time or at once, and the first caller of a queue."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.calls import Call, Source, Watch
from simulator.documents import perform_inside
from simulator.performing import (
    CallOverError,
    Heard,
    Key,
    LegAnswered,
    LegEnded,
    LegReady,
    MemberGone,
    MemberReady,
    Program,
    QueueChanged,
    Unbridged,
    Wait,
)
from simulator.queues import Membership, Queue
from simulator.ringing import place
from simulator.stage import GoTo, HangUp, Performing, Stage, listen, tell
from simulator.twiml import E164, Verb
from simulator.twiml import Unreadable as Broken

RING_SECONDS = 30
MOST_SECONDS = 14_400
"""`timeout` and `timeLimit` of a Dial that gives none."""


@dataclass(frozen=True, slots=True)
class DialResult:
    """What became of a Dial, as its action hears it."""

    status: str
    sid: str = ""
    seconds: int = 0
    bridged: bool = False

    def fields(self) -> list[tuple[str, str]]:
        """Return the form fields for the action."""
        told = [("DialCallStatus", self.status), ("DialBridged", "true" if self.bridged else "false")]
        if self.sid:
            told.append(("DialCallSid", self.sid))
        if self.bridged:
            told.append(("DialCallDuration", str(self.seconds)))
        return told


@dataclass(slots=True)
class Attempt:
    """A Dial while it goes on: the result so far, and the phones that may still have to be hung up."""

    result: DialResult
    legs: list[Call]


def dial(stage: Stage, verb: Verb) -> Performing:
    """Perform Dial; the action hears the result, also when the call ended or was sent elsewhere meanwhile."""
    attempt = Attempt(DialResult("no-answer"), [])
    try:
        yield from _dial_target(stage, verb, attempt)
    except CallOverError:
        _abandon(stage, verb, attempt)
        raise
    if not verb.get("action"):
        return None
    return GoTo(stage.source_for(verb, "action", attempt.result.fields()))


def _abandon(stage: Stage, verb: Verb, attempt: Attempt) -> None:
    for leg in attempt.legs:
        stage.exchange.end(leg, "completed" if leg.answered else "canceled")
    if verb.get("action"):
        tell(stage, stage.source_for(verb, "action", attempt.result.fields()), "dial")


def _dial_target(stage: Stage, verb: Verb, attempt: Attempt) -> Generator[Wait, Heard, None]:
    queues = [noun for noun in verb.children if noun.name == "Queue"]
    if queues:
        yield from _dial_queue(stage, verb, queues[0], attempt)
        return
    numbers = [noun for noun in verb.children if noun.name == "Number"]
    if verb.text:
        numbers.append(Verb("Number", {}, verb.text))
    if not _caller_id_is_usable(stage, verb):
        attempt.result = DialResult("failed")
        return
    groups = [[noun] for noun in numbers] if verb.holds("sequential", default=False) else [numbers]
    for group in groups:
        yield from _dial_group(stage, verb, group, attempt)
        if attempt.result.bridged or attempt.result.status == "completed":
            return


# Numbers


def _caller_id_is_usable(stage: Stage, verb: Verb) -> bool:
    """Only numbers of the account and the caller's own may be shown; 13214 otherwise."""
    shown = verb.get("callerId")
    if not shown or shown in stage.exchange.numbers or shown in (stage.call.from_number, stage.call.to_number):
        return True
    stage.exchange.complain(13214, f"callerId {shown} is no number of this account", stage.source.url, stage.call)
    return False


def _dial_group(stage: Stage, verb: Verb, nouns: list[Verb], attempt: Attempt) -> Generator[Wait, Heard, None]:
    """Ring these numbers at once; who picks up first is screened and joined, the others stop ringing."""
    legs = [leg for noun in nouns if (leg := _leg(stage, verb, noun)) is not None]
    attempt.legs = legs
    if not legs:
        attempt.result = DialResult("failed")
        return
    winner = yield from _first_to_answer(stage, legs)
    if winner is None:
        status = "no-answer" if any(leg.status == "no-answer" for leg in legs) else legs[-1].status
        attempt.result = DialResult(status, legs[-1].sid)
        return
    attempt.result = DialResult("completed", winner.sid)
    for leg in legs:
        if leg is not winner:
            stage.exchange.end(leg, "canceled" if leg.answered is None else "completed")
    if (yield from _is_ready(winner)):
        yield from _talk(stage, verb, winner, attempt)


def _leg(stage: Stage, verb: Verb, noun: Verb) -> Call | None:
    """Place the call to one number; one that is no phone number is complained of (13223) and left out."""
    exchange, call = stage.exchange, stage.call
    if not E164.fullmatch(noun.text):
        exchange.complain(13223, f"Dial: {noun.text!r} is no phone number in E.164", stage.source.url, call)
        return None
    shown = verb.get("callerId") or call.from_number
    leg = exchange.new_call(shown, noun.text, "outbound-dial", exchange.handset(noun.text))
    leg.parent = call
    leg.ring_seconds = verb.number("timeout", RING_SECONDS)
    if noun.get("statusCallback"):
        events = noun.words("statusCallbackEvent", "completed")
        leg.watch = Watch(stage.absolute(noun.get("statusCallback")), noun.get("statusCallbackMethod", "POST"), events)
    leg.program = lambda: _perform_leg(stage, noun, leg)
    exchange.agenda.soon(lambda: place(exchange, leg))
    return leg


def _perform_leg(stage: Stage, noun: Verb, leg: Call) -> Program:
    """Play the screening document to whoever picked up, then wait to be joined and for the talk to end."""
    parent = leg.parent
    if noun.get("url"):
        own = Stage(
            stage.exchange,
            leg,
            stage.verbs,
            "screening",
            Source(stage.absolute(noun.get("url")), noun.get("method", "POST")),
        )
        outcome = yield from perform_inside(own)
        if isinstance(outcome, HangUp | Broken):
            return
    if parent is not None and parent.performance is not None:
        parent.performance.signal(LegReady(leg.sid))
    yield from listen(None, Unbridged)


def _first_to_answer(stage: Stage, legs: list[Call]) -> Generator[Wait, Heard, Call | None]:
    """Wait until one leg is picked up, None when all have come to nothing."""
    while any(not leg.is_over for leg in legs):
        heard = yield from listen(None, LegAnswered, LegEnded)
        if isinstance(heard, LegAnswered):
            return stage.exchange.calls[heard.sid]
    return None


def _is_ready(leg: Call) -> Generator[Wait, Heard, bool]:
    """Wait for the end of the screening; tell whether the leg is still there."""
    while True:
        heard = yield from listen(None, LegReady, LegEnded)
        if isinstance(heard, LegReady | LegEnded) and heard.sid == leg.sid:
            return isinstance(heard, LegReady)


# Queues


def _dial_queue(stage: Stage, verb: Verb, noun: Verb, attempt: Attempt) -> Generator[Wait, Heard, None]:
    """Talk to the first caller of a queue; wait for one while the queue is empty; a queue that is not there fails."""
    queue = stage.exchange.queue_named(noun.text)
    if queue is None:
        attempt.result = DialResult("failed")
        return
    member = yield from _first_in(stage, queue, stage.now() + timedelta(seconds=verb.number("timeout", RING_SECONDS)))
    if member is None:
        attempt.result = DialResult("failed" if queue.is_deleted else "no-answer")
        return
    attempt.result = DialResult("no-answer", member.call.sid)
    url = stage.absolute(noun.get("url")) if noun.get("url") else ""
    stage.exchange.dequeue(queue, member, stage.call, url, noun.get("method", "POST"))
    heard = yield from listen(None, MemberReady, MemberGone)
    if isinstance(heard, MemberReady):
        yield from _talk(stage, verb, member.call, attempt)


def _first_in(stage: Stage, queue: Queue, until: datetime) -> Generator[Wait, Heard, Membership | None]:
    queue.waiting_for_somebody.append(stage.call)
    try:
        while not queue.members and not queue.is_deleted:
            heard = yield from listen(until, QueueChanged)
            if heard is None:
                return None
        return queue.members[0] if queue.members else None
    finally:
        queue.waiting_for_somebody.remove(stage.call)


# The conversation


def _talk(stage: Stage, verb: Verb, peer: Call, attempt: Attempt) -> Generator[Wait, Heard, None]:
    """Keep two calls joined until one hangs up, the star key ends it, or its time is up."""
    exchange, call = stage.exchange, stage.call
    started = stage.now()
    exchange.answered(call)
    if call.peer is not peer:
        exchange.bridge(call, peer)
    attempt.result = DialResult("completed", peer.sid, 0, bridged=True)
    until = started + timedelta(seconds=verb.number("timeLimit", MOST_SECONDS))
    try:
        yield from _until_parted(verb, until)
    finally:
        seconds = round((stage.now() - started).total_seconds())
        attempt.result = DialResult("completed", peer.sid, seconds, bridged=True)
    exchange.unbridge(call)
    if peer.parent is call:
        exchange.end(peer, "completed")


def _until_parted(verb: Verb, until: datetime) -> Generator[Wait, Heard, None]:
    star_ends = verb.holds("hangupOnStar", default=False)
    while True:
        heard = yield from listen(until, Unbridged, Key)
        if not isinstance(heard, Key) or (star_ends and heard.digit == "*"):
            return
