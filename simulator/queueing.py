"""Enqueue: a caller waits, hears the waiting document again and again, and is taken, leaves, or hangs up."""

from collections.abc import Generator, Iterable
from typing import Literal

from simulator.calls import Source
from simulator.documents import perform_inside
from simulator.performing import CallOverError, DequeuedError, Heard, MemberGone, MemberReady, Unbridged, Wait
from simulator.queues import MOST_WAITING, Membership, Queue
from simulator.stage import GoTo, HangUp, LeaveQueue, Outcome, Performing, Stage, elapse, listen, tell
from simulator.twiml import PLAY_SECONDS, Unreadable, Verb

QueueResult = Literal["bridged", "queue-full", "redirected", "redirected-from-bridged", "hangup", "error", "leave"]

SHORTEST_ROUND_SECONDS = 1.0
"""A waiting document that takes no time is still asked for no oftener than this."""
HOLD_MUSIC = "hold music"
FETCH_FAILURES = frozenset({11200, 11205})


def enqueue(stage: Stage, verb: Verb) -> Performing:
    """Perform Enqueue; the action hears how the caller came out of the queue."""
    exchange = stage.exchange
    queue = exchange.queue_named(verb.text) or exchange.create_queue(verb.text)
    if len(queue.members) >= verb.number("maxQueueSize", queue.max_size or MOST_WAITING):
        return _after(stage, verb, [("QueueResult", "queue-full")])
    member = exchange.join_queue(queue, stage.call)
    stay = Stay(stage, verb, queue, member)
    try:
        result = yield from stay.wait()
    except CallOverError as over:
        stay.abandon(over)
        raise
    finally:
        exchange.leave_queue(queue, member)
    if result is None:
        return HangUp()
    return _after(stage, verb, stay.fields(result))


def _after(stage: Stage, verb: Verb, told: Iterable[tuple[str, str]]) -> Outcome:
    """Go to the action, or on to the next verb where there is none."""
    return GoTo(stage.source_for(verb, "action", told)) if verb.get("action") else None


class Stay:
    """One caller's time in one queue, up to the end of the talk that it led to."""

    def __init__(self, stage: Stage, verb: Verb, queue: Queue, member: Membership) -> None:
        """Take the caller's place in the queue."""
        self._stage = stage
        self._verb = verb
        self._queue = queue
        self._member = member
        self._joined = member.joined
        self._seconds: int | None = None
        self._taken: DequeuedError | None = None
        self._bridged = False

    def wait(self) -> Generator[Wait, Heard, QueueResult | None]:
        """Wait until something takes the caller out; None when the waiting document hung up."""
        try:
            return (yield from self._rounds())
        except DequeuedError as taken:
            self._taken = taken
        self._seconds = self._member.seconds(self._stage.now())
        return (yield from self._hand_over(self._taken))

    def fields(self, result: QueueResult) -> list[tuple[str, str]]:
        """Return the form fields that tell of this stay."""
        seconds = self._seconds if self._seconds is not None else self._member.seconds(self._stage.now())
        told: list[tuple[str, str]] = [
            ("QueueResult", result),
            ("QueueSid", self._queue.sid),
            ("QueueTime", str(seconds)),
        ]
        return told + ([("DequeingCallSid", self._taken.by_sid)] if self._taken else [])

    def abandon(self, over: CallOverError) -> None:
        """Report a stay that the end of the call, or its being sent elsewhere, cut short."""
        self._release_dialler()
        result: QueueResult
        if over.reason == "redirected":
            result = "redirected-from-bridged" if self._bridged else "redirected"
        else:
            result = "bridged" if self._bridged else "hangup"
        if self._verb.get("action"):
            tell(self._stage, self._stage.source_for(self._verb, "action", self.fields(result)), "queue")

    def _release_dialler(self) -> None:
        dialler = self._stage.exchange.calls.get(self._taken.by_sid) if self._taken else None
        if dialler is not None and not self._bridged and dialler.performance is not None:
            dialler.performance.signal(MemberGone())

    def _rounds(self) -> Generator[Wait, Heard, QueueResult | None]:
        """Play the waiting document over and over."""
        if not self._verb.get("waitUrl"):
            yield from self._hold_music()
        while True:
            began = self._stage.now()
            inner = self._stage.inner("queue-wait", self._waiting_source())
            outcome = yield from perform_inside(inner)
            if isinstance(outcome, LeaveQueue):
                return "leave"
            if isinstance(outcome, Unreadable) and not self._plays_on(outcome):
                return "error"
            if isinstance(outcome, HangUp):
                return None
            spent = (self._stage.now() - began).total_seconds()
            least = PLAY_SECONDS if isinstance(outcome, Unreadable) else SHORTEST_ROUND_SECONDS
            if spent < least:
                yield from elapse(inner, least - spent)

    def _plays_on(self, problem: Unreadable) -> bool:
        """Tell whether music takes the place of a waiting document that could not be fetched."""
        if not self._stage.exchange.injected.hold_survives_failures or problem.code not in FETCH_FAILURES:
            return False
        self._stage.exchange.note(self._stage.call, "event", HOLD_MUSIC, PLAY_SECONDS)
        return True

    def _hold_music(self) -> Generator[Wait, Heard, None]:
        self._stage.exchange.note(self._stage.call, "event", HOLD_MUSIC)
        while True:
            yield Wait(None)

    def _waiting_source(self) -> Source:
        now, queue = self._stage.now(), self._queue
        told = (
            ("QueueSid", queue.sid),
            ("QueueTime", str(self._member.seconds(now))),
            ("AvgQueueTime", str(queue.average_seconds(now))),
            ("QueuePosition", str(queue.position_of(self._stage.call))),
            ("CurrentQueueSize", str(len(queue.members))),
            ("MaxQueueSize", str(queue.max_size)),
        )
        return self._stage.source_for(self._verb, "waitUrl", told, "waitUrlMethod")

    def _hand_over(self, taken: DequeuedError) -> Generator[Wait, Heard, QueueResult]:
        """Play the document that comes before the talk, join the two, wait for the end of it."""
        stage = self._stage
        stage.exchange.await_input(stage.call, "")
        if taken.url:
            told = (*self.fields("bridged")[1:],)
            yield from perform_inside(stage.inner("whisper", Source(taken.url, taken.method, told)))
        dialler = stage.exchange.calls[taken.by_sid]
        if dialler.is_over or dialler.performance is None:
            return "error"
        self._bridged = True
        stage.exchange.bridge(stage.call, dialler)
        dialler.performance.signal(MemberReady())
        yield from listen(None, Unbridged)
        return "bridged"
