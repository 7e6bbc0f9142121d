"""The switch itself: calls and their states, who is joined to whom, queues, and who is told of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.agenda import Agenda
from simulator.calls import EVENT_OF, OVER, Call, Direction, Status, rfc2822
from simulator.courier import Courier, request
from simulator.faults import Complaint, Faults
from simulator.handset import Handset, Network
from simulator.messages import Message, Recording
from simulator.performing import DequeuedError, LegEnded, Performance, Program, QueueChanged, Unbridged
from simulator.queues import Membership, Queue
from simulator.sids import Sids
from simulator.transcript import Event, EventKind, Line, LineKind, instant, line_data

API_VERSION = "2010-04-01"


@dataclass(frozen=True, slots=True)
class ServiceNumber:
    """A number of the account and the addresses that are asked what to do with its calls and texts."""

    number: str
    voice_url: str = ""
    voice_fallback_url: str = ""
    status_callback: str = ""
    sms_url: str = ""
    sms_fallback_url: str = ""
    voice_method: str = "POST"
    voice_fallback_method: str = "POST"
    status_callback_method: str = "POST"
    sms_method: str = "POST"
    sms_fallback_method: str = "POST"
    friendly_name: str = ""
    sid: str = ""


@dataclass(slots=True, eq=False)
class Exchange:
    """Everything that the carrier holds. Only actions of the agenda and REST requests change it."""

    account_sid: str
    agenda: Agenda
    sids: Sids
    courier: Courier
    numbers: dict[str, ServiceNumber]
    network: Network
    api_base: str
    calls: dict[str, Call] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    handsets: dict[str, Handset] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)
    subscribers: list[Callable[[Event], None]] = field(default_factory=list)
    injected: Faults = field(default_factory=Faults)

    def now(self) -> datetime:
        """Return the present instant."""
        return self.agenda.now()

    def handset(self, number: str) -> Handset:
        """Return the phone with this number; every number has one."""
        if number not in self.handsets:
            self.handsets[number] = Handset(number, self.network)
        return self.handsets[number]

    # What is told to whom

    def publish(self, kind: EventKind, phone: str, data: dict[str, Any]) -> None:
        """Tell the subscribers of a change."""
        event = Event(self.now(), kind, phone, data)
        for subscriber in list(self.subscribers):
            subscriber(event)

    def note(self, call: Call, kind: LineKind, text: str, seconds: float = 0.0) -> None:
        """Write a line into a call's transcript, and into that of its handset."""
        line = Line(self.now(), kind, text, seconds)
        call.lines.append(line)
        if call.handset is not None:
            call.handset.lines.append(line)
        self.publish("line", phone_of(call), {"call": call.sid, **line_data(line)})

    def complain(self, code: int, text: str, url: str = "", call: Call | None = None) -> None:
        """Keep a fault of the service and show it."""
        complaint = Complaint(self.now(), code, text, url, call.sid if call else "")
        self.complaints.append(complaint)
        self.publish("fault", phone_of(call) if call else "", {"code": code, "text": text, "url": url})

    def show(self, call: Call) -> None:
        """Tell the subscribers how a call stands."""
        self.publish("call", phone_of(call), call_data(call))

    def await_input(self, call: Call, what: str) -> None:
        """Note what the line waits for from the person on this call."""
        if call.awaits != what:
            call.awaits = what
            self.show(call)

    # Calls

    def new_call(self, from_number: str, to_number: str, direction: Direction, handset: Handset | None) -> Call:
        """Enter a call that has not been placed yet."""
        call = Call(self.sids.new("CA"), from_number, to_number, direction, self.now(), handset)
        call.updated = call.created
        self.calls[call.sid] = call
        return call

    def set_status(self, call: Call, status: Status) -> None:
        """Move a call on, and tell who asked to be told."""
        call.status = status
        call.updated = self.now()
        self.show(call)
        self._report(call)

    def _report(self, call: Call) -> None:
        watch = call.watch
        if watch is None or EVENT_OF.get(call.status, "completed" if call.is_over else "") not in watch.events:
            return
        form = self.parameters(call)
        if call.status in OVER:
            form |= {"CallDuration": str(call.seconds), "Duration": str(-(-call.seconds // 60))}
        form |= {
            "Timestamp": rfc2822(self.now()),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(call.sequence),
        }
        call.sequence += 1
        self.courier.tell(request(watch.url, form, watch.method), call.status)

    def parameters(self, call: Call) -> dict[str, str]:
        """Return the form fields that every voice webhook of this call carries."""
        form = {
            "AccountSid": self.account_sid,
            "ApiVersion": API_VERSION,
            "CallSid": call.sid,
            "CallStatus": call.status,
            "Direction": call.direction,
        }
        for names, number in ((("From", "Caller"), call.from_number), (("To", "Called"), call.to_number)):
            for name in names:
                form |= {name: number, **place_of(name, number)}
        if call.parent is not None:
            form["ParentCallSid"] = call.parent.sid
        if call.attestation:
            form["StirVerstat"] = call.attestation
        return form

    def start(self, call: Call, program: Program) -> None:
        """Let a call perform a program; when that has run out, the call is hung up."""
        call.performance = Performance(self.agenda, program, lambda: self.end(call, call.final_status))

    def answered(self, call: Call) -> None:
        """Enter that a call was picked up; harmless when it has been before."""
        if call.answered is not None or call.is_over:
            return
        call.answered = self.now()
        self.set_status(call, "in-progress")
        call.alarms.append(self.agenda.after(call.most_seconds, lambda: self.end(call, "completed")))

    def end(self, call: Call, status: Status) -> None:
        """End a call, wherever it stands, and with it everything that hangs on it."""
        if call.is_over:
            return
        call.ended = self.now()
        call.awaits = ""
        for alarm in call.alarms:
            alarm.cancel()
        self.note(call, "event", "call ended" if status == "completed" else f"call ended: {status}")
        self.set_status(call, status)
        if call.handset is not None and call.handset.call is call:
            call.handset.call = None
        if call.performance is not None:
            call.performance.stop("hangup")
        self.unbridge(call)
        if call.parent is not None and call.parent.performance is not None:
            call.parent.performance.signal(LegEnded(call.sid))

    # Conversations

    def bridge(self, one: Call, other: Call) -> None:
        """Join two calls."""
        one.peer, other.peer = other, one
        for call, peer in ((one, other), (other, one)):
            call.awaits = ""
            self.note(call, "event", f"talking to {phone_of(peer)}")
            self.show(call)

    def unbridge(self, call: Call) -> None:
        """Part a call from its peer, whose program hears of it."""
        peer = call.peer
        if peer is None:
            return
        call.peer = peer.peer = None
        for side in (call, peer):
            if not side.is_over:
                self.note(side, "event", "conversation ended")
                self.show(side)
        if peer.performance is not None:
            peer.performance.signal(Unbridged())

    # Queues

    def queue_named(self, name: str) -> Queue | None:
        """Return the queue of this name, None when there is none."""
        return next((queue for queue in self.queues.values() if queue.name == name), None)

    def create_queue(self, name: str, max_size: int | None = None) -> Queue:
        """Make a queue."""
        queue = Queue(self.sids.new("QU"), name, self.now(), self.now())
        if max_size is not None:
            queue.max_size = max_size
        self.queues[queue.sid] = queue
        self.queue_changed(queue)
        return queue

    def delete_queue(self, queue: Queue) -> None:
        """Remove a queue; calls that wait for somebody in it hear of it."""
        queue.is_deleted = True
        del self.queues[queue.sid]
        self.queue_changed(queue)

    def queue_changed(self, queue: Queue) -> None:
        """Tell the subscribers, and the calls that wait for somebody in the queue."""
        queue.updated = self.now()
        self.publish("queue", "", {"sid": queue.sid, "name": queue.name, "size": len(queue.members)})
        for call in queue.waiting_for_somebody:
            if call.performance is not None:
                call.performance.signal(QueueChanged())

    def join_queue(self, queue: Queue, call: Call) -> Membership:
        """Put a call at the end of a queue."""
        member = Membership(call, self.now())
        queue.members.append(member)
        self.queue_changed(queue)
        return member

    def leave_queue(self, queue: Queue, member: Membership) -> None:
        """Take a call out of a queue; harmless when it is out."""
        if member in queue.members:
            queue.members.remove(member)
            self.queue_changed(queue)

    def dequeue(self, queue: Queue, member: Membership, by: Call, url: str, method: str) -> None:
        """Take a caller out of a queue on behalf of a call; the caller's program is interrupted with it."""
        self.leave_queue(queue, member)
        if member.call.performance is not None:
            member.call.performance.interrupt(DequeuedError(by.sid, url, method))


def phone_of(call: Call) -> str:
    """Return the number of the person on this leg."""
    if call.handset is not None:
        return call.handset.number
    return call.to_number if call.is_incoming_here else call.from_number


def place_of(name: str, number: str) -> dict[str, str]:
    """Return the fields about where a number is at home; only the country is known here."""
    country = "US" if number.startswith("+1") else ""
    return {f"{name}City": "", f"{name}State": "", f"{name}Zip": "", f"{name}Country": country}


def call_data(call: Call) -> dict[str, Any]:
    """Return a call as subscribers and the control API see it."""
    return {
        "sid": call.sid,
        "phone": phone_of(call),
        "from": call.from_number,
        "to": call.to_number,
        "direction": call.direction,
        "status": call.status,
        "incoming": call.is_incoming_here,
        "talking_to": phone_of(call.peer) if call.peer else "",
        "awaits": call.awaits,
        "created": instant(call.created),
        "answered": instant(call.answered) if call.answered else None,
    }
