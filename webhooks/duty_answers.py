"""Answers on the technicians' line: what they could take over, taking it, and when they are on duty next."""

from foundation.errors import Conflict, NotFound, Refused
from intake.store import contacts_with_phone
from ivr_flows.events import Answered
from ivr_flows.place import Place
from ivr_flows.questions import Done, ShiftFound, TookOver, ToTakeOver
from oncall.cover_service import Answerer, TakeOverWish
from oncall.readiness_service import answer_drill, drill_by_token
from oncall.store import Technician, load_rosters, technician_by_phone
from oncall.swaps import next_shift, whole_second
from routing import paging
from routing.command_service import could_take_over, take_over
from webhooks.line import Line

TECHNICIAN = "technician"
"""The ledger's end of a call that a technician made about their own duty."""

FORGED = "TN-Validation-Failed"
"""Beginning of the carrier's word for a caller ID that its signature disproves (STIR/SHAKEN)."""


def drill_heard(line: Line, place: Place) -> Answered:
    """1 was pressed on a readiness check: a person is there, and the number is theirs."""
    drill = drill_by_token(line.session, place.facts.get("drill", ""))
    if drill is not None:
        answer_drill(line.session, drill.technician, "call", line.at)
    return Answered(Done.DONE)


def flow_for(line: Line, attestation: str) -> str:
    """Name the flow of a call that comes in: a technician's own number has a line of its own, a customer's never has."""
    phone = line.call.from_phone
    if phone is None or attestation.startswith(FORGED) or technician_by_phone(line.session, phone) is None:
        return "front_desk"
    return "front_desk" if contacts_with_phone(line.session, phone) else "technician_line"


def _caller(line: Line) -> Technician:
    found = None if line.call.from_phone is None else technician_by_phone(line.session, line.call.from_phone)
    if found is None:
        raise LookupError("a technician's line without a technician")
    return found


def what_can_i_take_over(line: Line, _place: Place) -> Answered:
    """Name the roster that they could be on and are not, the critical line first."""
    line.call.end = TECHNICIAN
    found = could_take_over(line.session, _caller(line).key, line.at)
    if not found:
        return Answered(ToTakeOver.NOTHING)
    return Answered(ToTakeOver.ROSTER, {"duty_roster": found[0].key, "duty_roster_name": found[0].name})


def take_over_now(line: Line, place: Place) -> Answered:
    """1 was pressed: they are on duty until the present shift ends."""
    wish = TakeOverWish(place.facts.get("duty_roster", ""), Answerer(_caller(line).key, "call"))
    try:
        with line.session.begin_nested():
            taken = take_over(line.session, line.at, wish)
    except (Refused, NotFound, Conflict):
        return Answered(TookOver.REFUSED)
    return Answered(TookOver.ON_DUTY, {"duty_until": paging.spoken_time(taken.period.end, taken.roster.time_zone)})


def my_next_shift(line: Line, _place: Place) -> Answered:
    """Say the shift that is under way, or of all rosters the one that begins first."""
    now, key = whole_second(line.at), _caller(line).key
    shifts = [(s.start, s.end, r) for r in load_rosters(line.session) if (s := next_shift(r, key, now)) is not None]
    if not shifts:
        return Answered(ShiftFound.NONE)
    start, end, roster = min(shifts, key=lambda shift: shift[:2])
    facts = {"shift_roster_name": roster.name, "shift_until": paging.spoken_time(end, roster.time_zone)}
    if start <= now:
        return Answered(ShiftFound.NOW, facts)
    return Answered(ShiftFound.LATER, facts | {"shift_from": paging.spoken_time(start, roster.time_zone)})
