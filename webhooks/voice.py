"""Voice webhooks: a call comes in, a key is pressed, a technician picks up, a caller waits; each is one transaction and one document."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, Response, current_app, request
from sqlalchemy.orm import Session

from foundation.phone import caller_number
from foundation.runtime import Runtime
from intake.service import call_begins, call_event
from intake.store import account_digits, locked_call
from intake.tables import CallRow
from ivr_flows.catalogue import FLOWS
from ivr_flows.engine import begin, resume
from ivr_flows.events import Pressed, Silence
from ivr_flows.place import Place
from ivr_flows.turns import PlayMusic
from oncall.readiness_service import drill_by_token
from oncall.store import load_roster
from routing import hunt_service
from routing.clock_service import heard_from
from routing.ledger_service import call_went_on
from routing.store import hunt_by_token, locked_hunt, locked_leg, locked_leg_of_call
from routing.tables import LegRow
from telephony.break_glass import farewell
from telephony.twiml import Urls, document, render, say
from webhooks import errors
from webhooks.addresses import Addresses
from webhooks.answers import keep_last_message, page_facts
from webhooks.conversation import given_again, go_on, open_conversation, settled
from webhooks.duty_answers import flow_for
from webhooks.errors import xml
from webhooks.events import event_of, field, told, whole_number
from webhooks.line import Line, shortened
from webhooks.snapshot import keep_snapshot

voice = Blueprint("voice", __name__, url_prefix="/webhooks/voice")
hold = Blueprint("hold", __name__, url_prefix="/webhooks/voice/hold")
voice.register_error_handler(Exception, errors.voice_fault)
hold.register_error_handler(Exception, errors.hold_fault)


@contextmanager
def _transaction() -> Iterator[tuple[Session, Runtime]]:
    runtime: Runtime = current_app.extensions["switchboard"]
    with runtime.database.begin() as session:
        yield session, runtime


def _line(session: Session, runtime: Runtime, call: CallRow, leg: LegRow | None = None) -> Line:
    base = runtime.settings.public_base_url or ""
    return Line(session, call, runtime.clock.now(), runtime.settings, Addresses(base), leg)


def _sid() -> str:
    sid = field(request.form, "CallSid")
    if not sid:
        raise LookupError("a voice webhook without CallSid")
    return sid


def _begins(session: Session, runtime: Runtime, direction: str) -> CallRow:
    given = {"sent_from": field(request.form, "From"), "sent_to": field(request.form, "To")}
    return call_begins(session, runtime.clock.now(), sid=_sid(), direction=direction, **given)


@voice.post("/inbound")
def inbound() -> Response:
    """A call comes in."""
    with _transaction() as (session, runtime):
        document = _greeting(session, runtime)
    keep_snapshot(runtime)
    return xml(document)


def _greeting(session: Session, runtime: Runtime) -> str:
    call = _begins(session, runtime, "inbound")
    heard_from(session, call.from_phone, runtime.clock.now(), "call")
    facts = {
        "caller_id": "withheld" if caller_number(request.form.get("From")) is None else "known",
        "organisation": runtime.settings.organisation,
        "account_digits": account_digits(session),
    }
    line = _line(session, runtime, call)
    return open_conversation(line, FLOWS[flow_for(line, field(request.form, "StirVerstat"))], facts)


@voice.post("/turn/<number>")
def turn(number: str) -> Response:
    """Something came of a turn: keys, silence, a recording, the end of a wait or of a talk."""
    with _transaction() as (session, runtime):
        call = locked_call(session, _sid())
        if call is None or call.document is None:
            return xml(_from_the_start(session, runtime))
        leg = locked_leg_of_call(session, call.sid) if call.direction == "outbound" else None
        line = _line(session, runtime, call, leg)
        document = go_on(line, whole_number(number), event_of(told(request)))
        if call.ended_at is not None and call.direction == "inbound":
            call_went_on(session, call, line.at)
        return xml(document)


def _from_the_start(session: Session, runtime: Runtime) -> str:
    """Begin a caller's call again that is not on record, after a restored backup for one; a technician is told so."""
    if errors.is_technician():
        raise LookupError("a turn of a leg that never picked up")
    return _greeting(session, runtime)


@voice.post("/leg/<token>")
def leg_answered(token: str) -> Response:
    """A technician, or their voicemail, picked up."""
    with _transaction() as (session, runtime):
        call = _begins(session, runtime, "outbound")
        leg = locked_leg(session, token)
        if leg is None:
            raise LookupError("a leg that we never placed")
        hunt = locked_hunt(session, leg.hunt_id)
        hunt_service.leg_answered(session, leg, call.sid, runtime.clock.now())
        call.case_id = hunt.case_id
        line = _line(session, runtime, call, leg)
        return xml(open_conversation(line, FLOWS["page_technician"], page_facts(line, leg, hunt)))


@voice.post("/drill/<token>")
def drill_answered(token: str) -> Response:
    """A technician, or their voicemail, picked up for a readiness check."""
    with _transaction() as (session, runtime):
        call = _begins(session, runtime, "outbound")
        drill = drill_by_token(session, token)
        if drill is None:
            return xml(farewell())
        drill.call_sid = drill.call_sid or call.sid
        roster = load_roster(session, drill.roster_key)
        facts = {"drill": token, "drill_roster": roster.name if roster else "your roster"}
        return xml(open_conversation(_line(session, runtime, call), FLOWS["readiness_drill"], facts))


@voice.post("/joining/<token>")
def joining(token: str) -> Response:
    """The caller leaves the queue for a technician: they are joined as soon as this document ends."""
    with errors.noted_if_possible("joining"), _transaction() as (session, runtime):
        hunt = hunt_by_token(session, token)
        if hunt is not None:
            by = request.form.get("DequeingCallSid")
            hunt_service.bridged(session, locked_hunt(session, hunt.id), runtime.clock.now(), by)
    return xml(document(say("A technician is on the line.")))


@voice.post("/called/<token>")
def called_back(token: str) -> Response:
    """The customer picked up when called back."""
    runtime: Runtime = current_app.extensions["switchboard"]
    with errors.noted_if_possible("calling back"), _transaction() as (session, _):
        leg = locked_leg(session, token)
        if leg is not None:
            hunt_service.bridged(session, locked_hunt(session, leg.hunt_id), runtime.clock.now())
    return xml(document(say(f"{runtime.settings.organisation} calls you back. A technician is on the line.")))


@voice.post("/fallback")
def fallback() -> Response:
    """Our document failed at the carrier: the same again if it only could not be fetched, else the people on duty, one by one."""
    with _transaction() as (session, runtime):
        call = locked_call(session, _sid())
        code = field(request.form, "ErrorCode")
        again = None if call is None else given_again(_line(session, runtime, call), code)
    return xml(again or errors.last_resort())


@voice.post("/glass/after/<position>")
def glass_after(position: str) -> Response:
    """The chain goes on after a ring."""
    talked = errors.glass_has_talked()
    if talked:
        with errors.noted_if_possible("talk by the chain"), _transaction() as (session, runtime):
            call = _begins(session, runtime, "inbound")
            call.end = "connected"
            call_event(session, call.sid, runtime.clock.now(), "connected_by_chain")
    return xml(farewell() if talked else errors.glass_chain(whole_number(position)))


@voice.post("/glass/screen")
def glass_screen() -> Response:
    """Whoever picked up is asked for a key."""
    return xml(errors.glass_screen())


@voice.post("/glass/accepted")
def glass_accepted() -> Response:
    """A key was pressed, or none."""
    return xml(errors.glass_accepted())


@voice.post("/glass/recorded")
def glass_recorded() -> Response:
    """A message was left at the end of the chain: a case, critical in doubt, or one more recording of the call's own."""
    with errors.noted_if_possible("message of the chain"), _transaction() as (session, runtime):
        call = _begins(session, runtime, "inbound")
        keep_last_message(_line(session, runtime, call), event_of(request.form))
    return xml(document(say("Thank you. A person will call you back. Goodbye.") + "<Hangup/>"))


@hold.post("/<token>")
def waiting(token: str) -> Response:
    """The caller waits: what to hear now. Each asking is also the hunt's heartbeat."""
    with _transaction() as (session, runtime):
        return _held(session, runtime, token, None)


@hold.post("/<token>/<node>")
def wish(token: str, node: str) -> Response:
    """The caller pressed a key while waiting, or none."""
    with _transaction() as (session, runtime):
        return _held(session, runtime, token, node)


def _held(session: Session, runtime: Runtime, token: str, node: str | None) -> Response:
    flow = FLOWS["on_hold"]
    hunt = hunt_by_token(session, token)
    call = locked_call(session, _sid())
    if hunt is None or call is None:
        return xml(document("<Leave/>"))
    hunt = locked_hunt(session, hunt.id)
    hunt.queue_sid = field(request.form, "QueueSid") or hunt.queue_sid
    base = runtime.settings.public_base_url or ""
    line = Line(session, call, runtime.clock.now(), runtime.settings, Addresses(base), None, hunt)
    language = {"language": Place.from_json(call.place).facts.get("language", "en")} if call.place else {}
    if node is None:
        result = begin(flow, language)
    else:
        heard = event_of(request.form)
        result = resume(
            flow, Place(flow.name, node, facts=language), heard if isinstance(heard, Pressed) else Silence()
        )
    said = settled(line, flow, result)
    left = (hunt.ceiling_at - line.at).total_seconds() if hunt.ceiling_at else 60.0
    action = line.addresses.hold_key(token, said.place.node)
    return xml(render(shortened(said, left) if isinstance(said.then, PlayMusic) else said, Urls(action=action)))
