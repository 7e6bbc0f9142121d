"""The carrier: one single-threaded machine that phones, REST requests and webhooks all go through.

It never reads a wall clock and never sleeps: `next_due()` says when it has something to do, `run_due()` does it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from simulator.agenda import Agenda, Clock
from simulator.calls import Call, Source, Watch
from simulator.courier import Courier
from simulator.dialling import dial
from simulator.documents import perform_call
from simulator.exchange import Exchange, ServiceNumber, call_data
from simulator.faults import Complaint, Faults
from simulator.handset import Behaviour, Handset, NotPossibleError, Voicemail, behaviour_name
from simulator.messages import Message
from simulator.messaging import Messaging
from simulator.performing import Key, Spoke
from simulator.queueing import enqueue
from simulator.queues import Queue
from simulator.ringing import divert, pick_up, place, turn_down
from simulator.sids import Sids
from simulator.stage import Performer, Stage
from simulator.transcript import Event
from simulator.transport import Transport
from simulator.twiml import speaking_seconds
from simulator.verbs import gather, hang_up, leave, pause, play, record, redirect, reject, say

VERBS: dict[str, Performer] = {
    "Say": say,
    "Play": play,
    "Pause": pause,
    "Gather": gather,
    "Record": record,
    "Dial": dial,
    "Enqueue": enqueue,
    "Redirect": redirect,
    "Hangup": hang_up,
    "Reject": reject,
    "Leave": leave,
}


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A call that the service wants placed, as its REST request says."""

    from_number: str
    to_number: str
    source: Source
    fallback: Source | None = None
    watch: Watch | None = None
    ring_seconds: float = 60.0
    most_seconds: float = 14_400.0


class Carrier:
    """The network that handsets hang on, and the account that the service has with it."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        clock: Clock,
        transport: Transport,
        numbers: Iterable[ServiceNumber],
        *,
        seed: str = "",
        api_base: str = "https://api.twilio.com",
    ) -> None:
        """Set up an account with its numbers.

        The same seed gives the same identifiers; where the service remembers an earlier carrier, take another.
        """
        sids = Sids(seed)
        self.agenda = Agenda(clock)
        self.auth_token = auth_token
        owned = {number.number: replace(number, sid=number.sid or sids.new("PN")) for number in numbers}
        courier = Courier(self.agenda, transport, auth_token, sids, lambda: self.injected)
        self.exchange = Exchange(account_sid, self.agenda, sids, courier, owned, self, api_base)
        self.messaging = Messaging(self.exchange, set())
        self._next_slot: datetime | None = None

    # Time

    @property
    def account_sid(self) -> str:
        """Return the account's identifier."""
        return self.exchange.account_sid

    def now(self) -> datetime:
        """Return the clock's instant."""
        return self.agenda.now()

    def next_due(self) -> datetime | None:
        """Return the instant at which something is to be done next, None when nothing is."""
        return self.agenda.next_due()

    def run_due(self) -> int:
        """Do all that is due at the clock's instant; return how many actions that were."""
        return self.agenda.run_due()

    # For tests and pages

    @property
    def injected(self) -> Faults:
        """Return what goes wrong on demand at present."""
        return self.exchange.injected

    @injected.setter
    def injected(self, faults: Faults) -> None:
        self.exchange.injected = faults

    @property
    def faults(self) -> list[Complaint]:
        """Return everything that the service did wrong so far."""
        return self.exchange.complaints

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Have a function told of every event; return what ends that."""
        self.exchange.subscribers.append(listener)
        return lambda: self.exchange.subscribers.remove(listener)

    def handset(self, number: str) -> Handset:
        """Return the phone with this number; every number has one."""
        return self.exchange.handset(number)

    def set_behaviour(self, number: str, behaviour: Behaviour) -> None:
        """Change what a phone does by itself from its next ring on."""
        self.handset(number).behaviour = behaviour
        self.exchange.publish("handset", number, {"behaviour": behaviour_name(behaviour)})

    # What handsets do

    def dial(self, handset: Handset, to: str, caller_id: str) -> Call:
        """Call a number of the account from a phone."""
        number = self.exchange.numbers.get(to)
        if number is None:
            reason = f"{to} is no number of this carrier's account"
            raise NotPossibleError(reason)
        call = self.exchange.new_call(caller_id, to, "inbound", handset)
        call.attestation = handset.attestation
        call.fallback = Source(number.voice_fallback_url, number.voice_fallback_method)
        if number.status_callback:
            call.watch = Watch(number.status_callback, number.status_callback_method)
        handset.call = call
        self.exchange.note(call, "event", f"dials {to}")
        self.agenda.soon(lambda: self._arrive(call, number))
        return call

    def _arrive(self, call: Call, number: ServiceNumber) -> None:
        if call.is_over:
            return
        call.placed = self.now()
        self.exchange.set_status(call, "ringing")
        self._perform(call, Source(number.voice_url, number.voice_method))

    def pick_up(self, call: Call) -> None:
        """Answer a ringing call."""
        self.agenda.soon(lambda: pick_up(self.exchange, call))

    def turn_down(self, call: Call) -> None:
        """Decline a ringing call."""
        self.agenda.soon(lambda: turn_down(self.exchange, call))

    def divert(self, call: Call) -> None:
        """Let the mailbox of the phone take a ringing call."""
        own = call.handset.behaviour if call.handset else None
        mailbox = own if isinstance(own, Voicemail) else Voicemail()
        self.agenda.soon(lambda: divert(self.exchange, call, mailbox))

    def put_down(self, call: Call) -> None:
        """End a call from the handset's side; an unanswered one is declined, or given up by its caller."""
        self.agenda.soon(lambda: self._put_down(call))

    def _put_down(self, call: Call) -> None:
        if call.answered is not None:
            self.exchange.note(call, "event", "hangs up")
            self.exchange.end(call, "completed")
        elif call.is_incoming_here:
            turn_down(self.exchange, call)
        else:
            self.exchange.end(call, "no-answer")

    def press(self, call: Call, digits: str) -> None:
        """Press keys one after the other."""
        for digit in digits:
            self.agenda.soon(lambda key=digit: self._press(call, key))  # type: ignore[misc]  # mypy cannot infer a lambda's default argument

    def _press(self, call: Call, digit: str) -> None:
        if call.is_over:
            return
        self.exchange.note(call, "presses", digit)
        if call.performance is not None:
            call.performance.signal(Key(digit))

    def speak(self, call: Call, text: str, seconds: float | None) -> None:
        """Speak into a phone."""
        length = speaking_seconds(text) if seconds is None else seconds
        self.agenda.soon(lambda: self._speak(call, text, length))

    def _speak(self, call: Call, text: str, seconds: float) -> None:
        if call.is_over:
            return
        self.exchange.note(call, "says", text, seconds)
        if call.peer is not None:
            self.exchange.note(call.peer, "hears", text, seconds)
        if call.performance is not None:
            call.performance.signal(Spoke(text, seconds))

    def send_text(self, handset: Handset, to: str, body: str) -> Message:
        """Send a text from a phone to the service."""
        return self.messaging.receive(handset, to, body)

    # What the service orders by REST

    def order_call(self, order: CallOrder) -> Call:
        """Take a call to be placed in the account's next free slot (so many calls a second)."""
        call = self.exchange.new_call(order.from_number, order.to_number, "outbound-api", self.handset(order.to_number))
        call.watch, call.fallback = order.watch, order.fallback
        call.ring_seconds, call.most_seconds = order.ring_seconds, order.most_seconds
        call.program = lambda: perform_call(self._stage(call, order.source))
        self.exchange.show(call)
        call.alarms.append(self.agenda.at(self._slot(), lambda: place(self.exchange, call)))
        return call

    def _slot(self) -> datetime:
        """Return the first instant with room for another created call, and take it."""
        slot = max(self.now(), self._next_slot or self.now())
        self._next_slot = slot + timedelta(seconds=1 / self.injected.calls_per_second)
        return slot

    def cancel(self, call: Call) -> None:
        """Take back a call that has not been answered; one that has is left alone."""
        self.agenda.soon(lambda: None if call.answered else self.exchange.end(call, "canceled"))

    def complete(self, call: Call) -> None:
        """End a call in whatever state."""
        self.agenda.soon(lambda: self.exchange.end(call, "completed" if call.answered else "canceled"))

    def send_elsewhere(self, call: Call, source: Source) -> None:
        """Take a live call out of what it does and let it perform another document."""
        self.agenda.soon(lambda: self._send_elsewhere(call, source))

    def _send_elsewhere(self, call: Call, source: Source) -> None:
        if call.is_over:
            return
        if call.performance is not None:
            call.performance.stop("redirected")
        call.awaits = ""
        self.exchange.unbridge(call)
        self._perform(call, source)

    def take_from_queue(self, queue: Queue, call: Call, source: Source) -> None:
        """Send a waiting caller to another document."""
        member = queue.membership_of(call)
        if member is not None:
            self.send_elsewhere(call, source)

    def _perform(self, call: Call, source: Source) -> None:
        self.exchange.start(call, perform_call(self._stage(call, source)))

    def _stage(self, call: Call, source: Source) -> Stage:
        return Stage(self.exchange, call, VERBS, "voice", source)

    def state(self) -> dict[str, object]:
        """Return the live calls, for those who begin to listen in the middle."""
        return {"calls": [call_data(call) for call in self.exchange.calls.values() if not call.is_over]}
