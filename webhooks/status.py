"""News from the carrier: of calls, legs and recordings; any order, any number of times, and never an answer but taken."""

from datetime import datetime

from flask import Blueprint, Response, current_app, request
from sqlalchemy.orm import Session

from foundation.runtime import Runtime
from intake.service import NewRecording, call_begins, keep_recording
from intake.store import case_by_id, locked_call
from intake.tables import CallRow
from routing import hunt_service
from routing.hunt_service import LegNews
from routing.ledger_service import call_ended, call_went_on
from routing.store import locked_leg
from webhooks import errors
from webhooks.addresses import Addresses
from webhooks.conversation import hear_last_words, pursue_emergency
from webhooks.events import LONGEST_ADDRESS, field, whole_number
from webhooks.line import Line

status = Blueprint("status", __name__, url_prefix="/webhooks/voice")
status.register_error_handler(Exception, errors.news_fault)

FINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


def _taken() -> Response:
    return Response(status=204)


@status.post("/status")
def call_news() -> Response:
    """News of a call that came in; its end is what matters."""
    form, runtime = request.form, _runtime()
    sid = field(form, "CallSid")
    if form.get("CallStatus") in FINAL and sid:
        with runtime.database.begin() as session:
            at = runtime.clock.now()
            given = {"sent_from": field(form, "From"), "sent_to": field(form, "To")}
            call = call_begins(session, at, sid=sid, direction="inbound", **given)
            if call.ended_at is None:
                hear_last_words(_line(session, call, at, runtime))
                pursue_emergency(_line(session, call, at, runtime))
            call_ended(session, call, at)
    return _taken()


@status.post("/leg/<token>/status")
def leg_news(token: str) -> Response:
    """News of a technician's leg."""
    form, runtime = request.form, _runtime()
    with runtime.database.begin() as session:
        leg = locked_leg(session, token)
        sid = field(form, "CallSid")
        if leg is not None and sid:
            news = LegNews(sid, form.get("CallStatus", ""), whole_number(form.get("SequenceNumber")))
            hunt_service.leg_news(session, leg, news, runtime.clock.now())
    return _taken()


@status.post("/drill/<token>/status")
def drill_news(token: str) -> Response:
    """News of a readiness check's call: only a key counts, so there is nothing to write."""
    del token
    return _taken()


@status.post("/recording")
def recording_news() -> Response:
    """A recording is ready: kept even if the call never told of it."""
    form, runtime = request.form, _runtime()
    sid, call_sid = field(form, "RecordingSid"), field(form, "CallSid")
    url = field(form, "RecordingUrl", LONGEST_ADDRESS)
    if sid and url:
        with runtime.database.begin() as session:
            call = locked_call(session, call_sid)
            case = None if call is None or call.case_id is None else case_by_id(session, call.case_id)
            length, at = whole_number(form.get("RecordingDuration")), runtime.clock.now()
            keep_recording(session, at, NewRecording(sid, call_sid, "recording", url, length), case)
            if call is not None and call.ended_at is not None and call.direction == "inbound":
                hear_last_words(_line(session, call, at, runtime))
                call_went_on(session, call, at)
    return _taken()


def _line(session: Session, call: CallRow, at: datetime, runtime: Runtime) -> Line:
    return Line(session, call, at, runtime.settings, Addresses(runtime.settings.public_base_url or ""))


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["switchboard"]
    return runtime
