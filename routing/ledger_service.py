"""How a call ended: every inbound call comes to exactly one end, decided when the carrier says that it is over."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.phone import masked
from intake.service import call_event
from intake.tables import CallRow, RecordingRow
from routing import paging
from routing.hunt_service import caller_leaves, hunt_event
from routing.store import call_roll, hunt_of_call, load_policies, locked_hunt
from routing.tables import HuntRow
from telephony.outbox import Message, put, withdraw

MESSAGES = ("voicemail", "message")

MISSED_AFTER = timedelta(seconds=15)
"""How long a missed call is not told of: what the caller said last may come after the news that they hung up."""

NOBODY_MISSED = ("rejected", "technician")
"""Ends without a case after which nobody has to be called back: a technician's call about their own duty is one."""


def call_ended(session: Session, call: CallRow, at: datetime) -> None:
    """Take the end of a call, once: the caller is no longer held, and the ledger gets its entry."""
    if call.ended_at is not None:
        return
    call.ended_at = at
    call_event(session, call.sid, at, "ended")
    hunt = hunt_of_call(session, call.sid)
    if hunt is not None:
        hunt = locked_hunt(session, hunt.id)
        if hunt.bridged_at is None and not caller_leaves(session, hunt.id, "hung_up", at):
            hunt_event(session, hunt, at, "caller_hung_up")
    call.end = call.end or end_of(session, call, hunt)
    if call.case_id is None and call.end not in NOBODY_MISSED:
        _tell_of_missed(session, call, at)


def call_went_on(session: Session, call: CallRow, at: datetime) -> None:
    """Take what came of a call after its end was told: a message, or an outage, that reached us late still counts."""
    hunt = hunt_of_call(session, call.sid)
    if hunt is not None:
        hunt = locked_hunt(session, hunt.id)
        if hunt.bridged_at is None:
            caller_leaves(session, hunt.id, "hung_up", at)
    if call.end not in NOBODY_MISSED:
        call.end = end_of(session, call, hunt)
    if call.case_id is not None and withdraw(session, f"missed:{call.sid}:"):
        call_event(session, call.sid, at, "missed_call_withdrawn")


def recorded_as(session: Session, sid: str, purpose: str) -> None:
    """Say what a recording is for: news of it may have come before the call told."""
    nameless = RecordingRow.sid == sid, RecordingRow.purpose == "recording"
    session.execute(update(RecordingRow).where(*nameless).values(purpose=purpose))


def caller_gave_up(session: Session, call: CallRow, hunt: HuntRow, at: datetime) -> None:
    """Take that a caller hung up in the queue; where the talk that seemed to begin was none, the ledger is put right."""
    caller_leaves(session, hunt.id, "hung_up", at)
    if call.end == "connected":
        call.end = end_of(session, call, hunt)


def end_of(session: Session, call: CallRow, hunt: HuntRow | None) -> str:
    """Decide to which of the ledger's ends a finished call came."""
    if hunt is not None and hunt.bridged_at is not None and hunt.left_at is None:
        return "connected"
    if _left_a_message(session, call):
        return "voicemail"
    if hunt is not None and hunt.left_how == "call_back":
        return "call-back"
    if call.case_id is None or hunt is not None:
        return "abandoned-and-chased"
    return "ticket"


def _left_a_message(session: Session, call: CallRow) -> bool:
    theirs = RecordingRow.call_sid == call.sid, RecordingRow.purpose.in_(MESSAGES)
    return session.scalar(select(RecordingRow.id).where(*theirs).limit(1)) is not None


def _tell_of_missed(session: Session, call: CallRow, at: datetime) -> None:
    """A caller gave up before there was a case: the case desk, or else the duty manager, is told whom to call back."""
    roll = call_roll(session, at)
    people = roll.on_roster(load_policies(session).case_desk_roster) or roll.on_roster("managers")
    caller = "a withheld number" if call.from_phone is None else call.from_phone.e164
    body = paging.missed_call(caller, "early")
    for target in people:
        key = f"missed:{call.sid}:{target.technician}"
        put(session, at + MISSED_AFTER, Message(key, target.text_phone, body, {"call": call.sid}))
    told = [target.technician for target in people]
    call_event(session, call.sid, at, "missed_call_told", people=told, caller=masked(call.from_text))
