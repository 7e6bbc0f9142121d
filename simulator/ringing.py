"""How a call reaches a phone: placed, ringing, picked up or not; and what phones do by themselves."""

from typing import assert_never

from simulator.calls import Call, Status
from simulator.exchange import Exchange
from simulator.handset import Answers, Declines, Handset, Ignores, InvalidNumber, Manual, SwitchedOff, Voicemail
from simulator.performing import LegAnswered

SETUP_SECONDS = 1.0
"""From the placing of a call to the first ring, or to the news that it cannot ring."""


def place(exchange: Exchange, call: Call) -> None:
    """Send a call on its way to its handset, unless it was cancelled before."""
    if call.is_over:
        return
    call.placed = exchange.now()
    exchange.set_status(call, "initiated")
    call.alarms.append(exchange.agenda.after(SETUP_SECONDS, lambda: _arrive(exchange, call)))


def _arrive(exchange: Exchange, call: Call) -> None:
    handset = call.handset
    if handset is None:
        exchange.end(call, "failed")
    elif (status := _no_ring(handset)) is not None:
        exchange.end(call, status)
    else:
        _ring(exchange, call, handset)


def _no_ring(handset: Handset) -> Status | None:
    """Return the status with which a call ends that does not even ring."""
    match handset.behaviour:
        case SwitchedOff(status):
            return status
        case InvalidNumber():
            return "failed"
        case _:
            return "busy" if handset.call is not None else None


def _ring(exchange: Exchange, call: Call, handset: Handset) -> None:
    handset.call = call
    exchange.set_status(call, "ringing")
    exchange.note(call, "event", f"rings: {call.from_number} calls")
    exchange.publish("ringing", handset.number, {"call": call.sid, "from": call.from_number})
    call.alarms.append(exchange.agenda.after(call.ring_seconds, lambda: give_up(exchange, call)))
    _react(exchange, call, handset)


def _react(exchange: Exchange, call: Call, handset: Handset) -> None:
    """Enter what the phone will do by itself."""
    match handset.behaviour:
        case Manual() | Ignores() | SwitchedOff() | InvalidNumber():
            return
        case Answers(after_seconds):
            call.alarms.append(exchange.agenda.after(after_seconds, lambda: pick_up(exchange, call)))
        case Declines(after_seconds):
            call.alarms.append(exchange.agenda.after(after_seconds, lambda: turn_down(exchange, call)))
        case Voicemail() as mailbox:
            wait = mailbox.after_seconds
            call.alarms.append(exchange.agenda.after(wait, lambda: divert(exchange, call, mailbox)))
        case _:
            assert_never(handset.behaviour)


def give_up(exchange: Exchange, call: Call) -> None:
    """End a call that rang for its whole time."""
    if call.status == "ringing":
        exchange.end(call, "no-answer")


def turn_down(exchange: Exchange, call: Call) -> None:
    """Decline a ringing call; carriers report that as busy."""
    if call.status == "ringing":
        exchange.end(call, "busy")


def pick_up(exchange: Exchange, call: Call) -> None:
    """Answer a ringing call: its program begins, and whoever dialled it hears of it."""
    if call.status != "ringing":
        return
    for alarm in call.alarms:
        alarm.cancel()
    exchange.note(call, "event", "answered")
    exchange.answered(call)
    if call.parent is not None and call.parent.performance is not None:
        call.parent.performance.signal(LegAnswered(call.sid))
    if call.program is not None:
        exchange.start(call, call.program())


def divert(exchange: Exchange, call: Call, mailbox: Voicemail) -> None:
    """Let the mailbox answer a ringing call: it talks, records for its time, and hangs up."""
    if call.status != "ringing":
        return
    pick_up(exchange, call)
    exchange.note(call, "event", "the mailbox talks", mailbox.greeting_seconds)
    agenda = exchange.agenda
    total = mailbox.greeting_seconds + mailbox.records_seconds
    call.alarms.append(
        agenda.after(mailbox.greeting_seconds, lambda: exchange.note(call, "event", "the mailbox records"))
    )
    call.alarms.append(agenda.after(total, lambda: exchange.end(call, "completed")))
