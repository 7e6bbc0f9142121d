"""Technicians' texts carried out: each command comes to a change, if it asks for one, and to one sentence in reply."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy.orm import Session

from foundation.errors import Conflict, NotFound, Refused
from foundation.log import logger
from foundation.windows import Interval
from oncall import cover_service
from oncall.cover_service import Answerer, CoverWish, TakeOverWish, rosters_to_take
from oncall.cover_store import UNANSWERED, load_people, replies_to, requests, story_of
from oncall.cover_words import period_words, taken_over_words
from oncall.handover import wall_words
from oncall.layers import Roster
from oncall.managers_store import MANAGERS
from oncall.readiness_service import answer_drill, check_code
from oncall.resolver import on_duty
from oncall.store import Technician, load_roster, load_rosters
from oncall.swaps import TakenOver, next_shift, participants, whole_second
from oncall.tables import CoverRequestRow
from routing.commands import (
    Code,
    Command,
    Commands,
    Cover,
    Drop,
    Next,
    No,
    Ready,
    Take,
    TakeOver,
    Unreadable,
    Who,
    next_instant_of,
)
from routing.guard_service import CRITICAL_ROSTER, rung_together

SAYS = (
    "WHO: who is on duty. NEXT: your next shift. TAKE 17 or NO 17: answer request 17. COVER: ask others to take your next "
    "shift. DROP 17: withdraw your request. TAKEOVER, TAKEOVER critical or TAKEOVER until 18:00: you are on duty now."
)

log = logger("commands")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a command, when, and the number to call when a text will not do."""

    technician: Technician
    at: datetime
    service_number: str

    @property
    def answerer(self) -> Answerer:
        """The sender as one who answers a request."""
        return Answerer(self.technician.key, "text")


def carry_out(session: Session, sender: Sender, command: Command) -> str:
    """Do what a command asks for and return the reply; a refusal is a reply too, and then nothing has changed."""
    try:
        with session.begin_nested():
            said = _said(session, sender, command)
    except (Refused, NotFound, Conflict) as refusal:
        said = str(refusal.facts.get("why", refusal))
    log.info("command", technician=sender.technician.key, command=type(command).__name__.lower())
    return said


def _said(session: Session, sender: Sender, command: Command) -> str:
    match command:
        case Who(roster):
            return _who(session, sender, roster)
        case Next():
            return _next(session, sender)
        case Take() | No() | Cover() | Drop():
            return _request(session, sender, command)
        case TakeOver():
            return _take_over(session, sender, command)
        case Ready() | Code():
            return _readiness(session, sender, command)
        case Commands() | Unreadable():
            return _help(sender, command)
        case _:
            assert_never(command)


# Readiness ------------------------------------------------------------------------------------------------------------


def _readiness(session: Session, sender: Sender, command: Ready | Code) -> str:
    key, at = sender.technician.key, sender.at
    if isinstance(command, Ready):
        is_asked = answer_drill(session, key, "text", at) is not None
        return (
            "Thank you. We know that you can be reached."
            if is_asked
            else "Nobody has asked whether you can be reached."
        )
    if check_code(session, key, command.code, at):
        return "Thank you. This number is verified: pages reach you here."
    return "That is not the code that we sent, or it holds no longer. Ask for a new one."


def _help(sender: Sender, command: Commands | Unreadable) -> str:
    if isinstance(command, Commands):
        return SAYS
    return f"No command was found in your text. {SAYS} A customer's system is down? Call {sender.service_number}."


# Questions ------------------------------------------------------------------------------------------------------------


def _who(session: Session, sender: Sender, name: str | None) -> str:
    rosters = load_rosters(session) if name is None else [_named(session, name)]
    people = load_people(session)
    lines = []
    for roster in rosters:
        duties = on_duty(roster, sender.at)
        shown = [
            f"{people.name(duty.technician)}{_reached(people.by_key.get(duty.technician))}"
            f"{_until(roster, duty.technician, sender.at)}"
            for duty in duties
        ]
        lines.append(f"{roster.name}: {', '.join(shown) or 'nobody'}.")
    return "\n".join(lines) or "There is no roster yet."


def _reached(person: Technician | None) -> str:
    return "" if person is None else f" {person.phone}"


def _until(roster: Roster, technician: str, at: datetime) -> str:
    shift = next_shift(roster, technician, whole_second(at))
    return "" if shift is None or shift.end - at > FAR else f" until {wall_words(shift.end, roster.time_zone)}"


FAR = timedelta(days=300)
"""An end of duty further away than this is none that anybody plans by."""


def _next(session: Session, sender: Sender) -> str:
    key = sender.technician.key
    lines = [line for roster in load_rosters(session) if (line := _next_on(roster, key, sender.at))]
    return "\n".join(lines) or "You have no shift in the coming year."


def _next_on(roster: Roster, person: str, at: datetime) -> str | None:
    now = whole_second(at)
    shift = next_shift(roster, person, now)
    if shift is None:
        return None
    if shift.start > now:
        return f"{roster.name}: {period_words(shift, roster.time_zone)}."
    return f"{roster.name}: on duty now{_until(roster, person, at) or ', with no end in sight'}."


# Requests -------------------------------------------------------------------------------------------------------------


def _request(session: Session, sender: Sender, command: Take | No | Cover | Drop) -> str:
    match command:
        case Take(number):
            return _take(session, sender, number)
        case No(number):
            return _no(session, sender, number)
        case Cover(roster):
            return _cover(session, sender, roster)
        case Drop(number):
            cover_service.withdraw(session, sender.at, number, sender.answerer)
            return f"Request {number} is withdrawn."
        case _:
            assert_never(command)


def _take(session: Session, sender: Sender, number: int | None) -> str:
    number = _waiting_number(session, sender, "TAKE") if number is None else number
    row = cover_service.accept(session, sender.at, number, sender.answerer, rung_together(session))
    return f"Thank you: {_request_words(session, row)} is yours. A text tells you and the others."


def _no(session: Session, sender: Sender, number: int | None) -> str:
    number = _waiting_number(session, sender, "NO") if number is None else number
    cover_service.decline(session, sender.at, number, sender.answerer)
    return f"Noted: you do not take request {number}."


def _request_words(session: Session, row: CoverRequestRow) -> str:
    roster = load_roster(session, row.roster_key)
    return "it" if roster is None else story_of(row, roster, load_people(session)).what


def _waiting_number(session: Session, sender: Sender, word: str) -> int:
    """Find the only open request that waits for the sender; Refused if there is none, or more than one."""
    key = sender.technician.key
    waiting = [row.id for row in requests(session, state="open") if _waits_for(session, row, key)]
    if len(waiting) == 1:
        return waiting[0]
    if not waiting:
        raise Refused("cover_unknown", why="No request waits for your answer.")
    which = ", ".join(f"{word} {number}" for number in waiting)
    raise Refused("cover_unknown", why=f"Several requests wait for your answer. Write one of: {which}.")


def _waits_for(session: Session, row: CoverRequestRow, key: str) -> bool:
    return any(reply.technician == key and reply.answer == UNANSWERED for reply in replies_to(session, row.id))


def _cover(session: Session, sender: Sender, name: str | None) -> str:
    roster = _one_of(_shifts(session, sender), sender, "COVER") if name is None else _named(session, name)
    wish = CoverWish(roster.key, sender.technician.key)
    row = cover_service.ask(session, sender.at, wish, rung_together(session))
    words = period_words(Interval(row.start, row.end), roster.time_zone)
    return f"Request {row.id}: others are asked to take {roster.name} {words}. It is yours until somebody does. DROP {row.id} withdraws it."


def _shifts(session: Session, sender: Sender) -> list[Roster]:
    key, at = sender.technician.key, whole_second(sender.at)
    return [roster for roster in load_rosters(session) if next_shift(roster, key, at) is not None]


# Taking over ----------------------------------------------------------------------------------------------------------


def _take_over(session: Session, sender: Sender, command: TakeOver) -> str:
    if command.roster is None:
        roster = _one_of(could_take_over(session, sender.technician.key, sender.at), sender, "TAKEOVER")
    else:
        roster = _named(session, command.roster)
        _may_take(session, roster, sender)
    until = None if command.until is None else next_instant_of(command.until, roster.zone, sender.at)
    return take_over_words(
        session, roster, take_over(session, sender.at, TakeOverWish(roster.key, sender.answerer, until))
    )


def _may_take(session: Session, roster: Roster, sender: Sender) -> None:
    """Refuse a roster that the sender is not in the order of, unless they are a duty manager."""
    managers = load_roster(session, MANAGERS)
    may = {*participants(roster), *(participants(managers) if managers else ())}
    if sender.technician.key not in may:
        raise Refused("cover_refused", why=f"You are not in the order of {roster.name}, so you cannot take it over.")


def take_over(session: Session, at: datetime, wish: TakeOverWish) -> TakenOver:
    """Put somebody on duty now, unless they would be on two rosters that ring at the same time."""
    return cover_service.take_over(session, at, wish, rung_together(session))


def take_over_words(session: Session, roster: Roster, taken: TakenOver) -> str:
    """Say what a take-over came to."""
    people = load_people(session)
    return taken_over_words(roster, taken.period, " and ".join(people.name(key) for key in taken.from_))


def could_take_over(session: Session, technician: str, at: datetime) -> list[Roster]:
    """Find the rosters that somebody could take over, the critical line first."""
    found = rosters_to_take(session, technician, at)
    return sorted(found, key=lambda roster: (roster.key != CRITICAL_ROSTER, roster.key))


def _one_of(rosters: list[Roster], sender: Sender, word: str) -> Roster:
    if len(rosters) == 1:
        return rosters[0]
    if not rosters:
        nothing = (
            "There is no roster that you could take over." if word == "TAKEOVER" else "You have no shift to give away."
        )
        raise Refused("cover_refused", why=nothing)
    which = ", ".join(f"{word} {roster.key}" for roster in rosters)
    raise Refused("cover_refused", why=f"Which roster? Write one of: {which}.", sender=sender.technician.key)


def _named(session: Session, name: str) -> Roster:
    """Find a roster by its key, in any case of letters."""
    rosters = load_rosters(session)
    found = next((roster for roster in rosters if roster.key.casefold() == name.casefold()), None)
    if found is None:
        known = ", ".join(roster.key for roster in rosters) or "none yet"
        raise NotFound("roster_unknown", key=name, known=known, why=f"There is no roster {name}. Known: {known}.")
    return found
