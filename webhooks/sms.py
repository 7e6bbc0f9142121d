"""Text webhooks: news of texts that we sent, and texts that people send us."""

from datetime import datetime, timedelta

from flask import Blueprint, Response, current_app, request
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.db import insert_once
from foundation.log import logger
from foundation.phone import caller_number
from foundation.runtime import Runtime
from oncall.readiness_service import tell_of_refusal
from oncall.store import technician_by_phone
from oncall.tables import TechnicianRow
from routing.clock_service import heard_from
from routing.command_service import Sender, carry_out
from routing.commands import MOST_IN_A_ROW, is_enough, read_command
from telephony import outbox
from telephony.tables import InboundTextRow, OutboxRow
from telephony.twiml import document, escaped
from webhooks import errors
from webhooks.errors import xml
from webhooks.events import field, whole_number

sms = Blueprint("sms", __name__, url_prefix="/webhooks/sms")
sms.register_error_handler(Exception, errors.news_fault)

REFUSED_BY_PERSON = frozenset({21610, 30004})
"""Error codes that say this handset takes no texts from us any more: an alarm, for a technician."""

AN_HOUR = timedelta(hours=1)
"""How far back replies to one number count as in a row."""

CARRIER_WORDS = frozenset({
    "stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke", "start", "yes", "unstop", "help", "info",
})  # fmt: skip
"""The carrier answers these itself."""

log = logger("texts")


@sms.post("/status/<token>")
def text_news(token: str) -> Response:
    """News of a text that we sent."""
    form, runtime = request.form, _runtime()
    with runtime.database.begin() as session:
        error = whole_number(form.get("ErrorCode")) or None
        row = outbox.told(session, token, field(form, "MessageSid"), form.get("MessageStatus", ""), error)
        if row is not None and error is not None:
            _undelivered(session, row, error, runtime.clock.now())
    return Response(status=204)


def _undelivered(session: Session, row: OutboxRow, error: int, at: datetime) -> None:
    log.error("text_not_delivered", outbox=row.id, code=error, case=row.context.get("case"))
    if error in REFUSED_BY_PERSON and row.to_phone is not None:
        theirs = (TechnicianRow.phone == row.to_phone) | (TechnicianRow.sms_phone == row.to_phone)
        session.execute(update(TechnicianRow).where(theirs).values(texts_refused=True))
        for person in session.scalars(select(TechnicianRow).where(theirs)):
            tell_of_refusal(session, person.key, at)


@sms.post("/inbound")
def text_in() -> Response:
    """Somebody texts the service number: kept, and answered with the way to a person."""
    form, runtime = request.form, _runtime()
    sid = field(form, "MessageSid")
    if not sid:
        return xml(document(""))
    with runtime.database.begin() as session:
        at = runtime.clock.now()
        given = {
            "from_text": field(form, "From"),
            "to_text": field(form, "To"),
            "body": field(form, "Body", 1600),
        }
        insert_once(
            session, InboundTextRow, message_sid=sid, from_phone=caller_number(form.get("From")), at=at, **given
        )
        row = session.scalars(select(InboundTextRow).where(InboundTextRow.message_sid == sid).with_for_update()).one()
        if row.document is None and row.body.strip().lower() not in CARRIER_WORDS:
            heard_from(session, row.from_phone, at, "text")
        row.document = row.document or _reply(session, row, at, runtime)
        return xml(row.document)


def _reply(session: Session, row: InboundTextRow, at: datetime, runtime: Runtime) -> str:
    if row.body.strip().lower() in CARRIER_WORDS:
        return document("")
    technician = None if row.from_phone is None else technician_by_phone(session, row.from_phone)
    answered = _answered_lately(session, row, at)
    number = runtime.settings.service_number.e164
    if technician is None:
        words = f"This number does not read texts yet. If your system is down, call {number} and press 1."
        is_silent = len(answered) >= MOST_IN_A_ROW
    else:
        words = carry_out(session, Sender(technician, at, number), read_command(row.body))
        is_silent = is_enough(row.body, answered)
    return document("" if is_silent else f"<Message>{escaped(words)}</Message>")


def _answered_lately(session: Session, row: InboundTextRow, at: datetime) -> list[str]:
    """Load what this number has sent within the hour and was answered, the newest first."""
    answered = InboundTextRow.from_text == row.from_text, InboundTextRow.document.contains("<Message>")
    lately = select(InboundTextRow.body).where(*answered, InboundTextRow.at > at - AN_HOUR)
    return list(session.scalars(lately.order_by(InboundTextRow.id.desc()).limit(50)))


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["switchboard"]
    return runtime
