"""A call talks to a flow: the stored turn again for a webhook that came before, one step for one that is new."""

from collections.abc import Mapping

from sqlalchemy import func, select

from intake.service import call_event
from intake.tables import CallEventRow, RecordingRow
from ivr_flows.catalogue import FLOWS
from ivr_flows.engine import begin, resume
from ivr_flows.events import Event, Pressed, Recorded
from ivr_flows.flows.front_desk import FRONT_DESK
from ivr_flows.nodes import Flow, Record
from ivr_flows.place import Place
from ivr_flows.questions import Question
from ivr_flows.turns import Asking, RejectCall, Turn
from telephony.twiml import render
from webhooks.answers import answer
from webhooks.line import Line, urls_for

NOT_FETCHED = "112"
"""The carrier's errors 11200 to 11299: a document could not be had. All others mean that a document was no good."""

GIVEN_AGAIN = 3
"""How often in a call; each time the carrier has tried for some 12 s before."""

MOST_QUESTIONS = 40
"""The engine bounds the questions of a turn far lower; past this an error is better than a loop."""


def open_conversation(line: Line, flow: Flow, facts: Mapping[str, str]) -> str:
    """Begin a flow on a call, or give the document again that this call was given last."""
    call = line.call
    if call.document is not None:
        return call.document
    return _given(line, settled(line, flow, begin(flow, facts)))


def go_on(line: Line, turn_number: int, event: Event) -> str:
    """Take what came of a turn. News of any other turn than the present one gets the stored document and steps nowhere."""
    call = line.call
    if call.document is None or call.place is None:
        raise LookupError("this call has no conversation on record")
    if turn_number != call.turn:
        return call.document
    place = Place.from_json(call.place)
    _hear(line, place, event)
    flow = FLOWS[place.flow]
    return _given(line, settled(line, flow, resume(flow, place, event)))


def given_again(line: Line, error_code: str) -> str | None:
    """Give the last document once more to a carrier that could not fetch the next one; nothing if that does not help."""
    failed = CallEventRow.call_sid == line.call.sid, CallEventRow.kind == "not_fetched"
    before = line.session.scalar(select(func.count()).select_from(CallEventRow).where(*failed)) or 0
    if not error_code.startswith(NOT_FETCHED) or before >= GIVEN_AGAIN or line.call.ended_at is not None:
        return None
    call_event(line.session, line.call.sid, line.at, "not_fetched", code=error_code)
    return line.call.document


def hear_last_words(line: Line) -> None:
    """Take a recording that the call itself never told of, for whoever speaks and hangs up is heard; at most one."""
    call = line.call
    if call.document is None or call.place is None:
        return
    place = Place.from_json(call.place)
    unheard = RecordingRow.call_sid == call.sid, RecordingRow.purpose == "recording"
    kept = line.session.scalar(select(RecordingRow).where(*unheard).order_by(RecordingRow.id.desc()).limit(1))
    if kept is not None and isinstance(FLOWS[place.flow].nodes.get(place.node), Record):
        go_on(line, call.turn, Recorded(kept.url, kept.sid, kept.seconds))


def pursue_emergency(line: Line) -> None:
    """Open the case of a caller who said that everything is down and hung up before there was one.

    Somebody is called for them as the table says; where it asks for a consent first, or where nobody could call back,
    a missed call is all there is.
    """
    call = line.call
    if call.place is None or call.case_id is not None or call.from_phone is None:
        return
    place = Place.from_json(call.place)
    if place.flow == FRONT_DESK.name and place.answers.get("lane") == "critical":
        answer(line, Question.OPEN_CRITICAL, place)


def settled(line: Line, flow: Flow, result: Turn | Asking) -> Turn:
    """Answer the flow's questions until it has something to say."""
    for _ in range(MOST_QUESTIONS):
        if isinstance(result, Turn):
            return result
        result = resume(flow, result.place, answer(line, result.question, result.place))
    raise RecursionError(f"flow {flow.name} asks without end")


def _given(line: Line, turn: Turn) -> str:
    call = line.call
    call.place, call.turn = turn.place.to_json(), turn.place.turn
    call.document = render(turn, urls_for(line, turn))
    if isinstance(turn.then, RejectCall):
        call.end = "rejected"
    said = [sentence.prompt for sentence in turn.speech]
    call_event(
        line.session,
        call.sid,
        line.at,
        "heard",
        node=turn.place.node,
        prompts=said,
        text=" ".join(s.text for s in turn.speech),
    )
    return call.document


def _hear(line: Line, place: Place, event: Event) -> None:
    """Put what the caller did into the transcript; a number that is keyed in is told by its length alone."""
    match event:
        case Pressed(digits) if len(digits) > 1:
            call_event(line.session, line.call.sid, line.at, "keyed", node=place.node, length=len(digits))
        case Pressed(digits):
            call_event(line.session, line.call.sid, line.at, "pressed", node=place.node, key=digits or "#")
        case Recorded():
            call_event(line.session, line.call.sid, line.at, "spoke", node=place.node, seconds=event.seconds)
        case _:
            call_event(line.session, line.call.sid, line.at, type(event).__name__.lower(), node=place.node)
