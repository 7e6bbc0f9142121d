"""A house that answers every question in its friendliest way; tests replace the answers they are about."""

from collections.abc import Mapping

from ivr_flows.events import Answered
from ivr_flows.flows.front_desk import FRONT_DESK
from ivr_flows.flows.page_technician import PAGE_TECHNICIAN
from ivr_flows.pace import SAMPLES
from ivr_flows.questions import (
    ASKED,
    AccountFound,
    CriticalOpened,
    HelpReady,
    Outcome,
    Question,
    StillNeeded,
    Taken,
    TicketOpened,
    WhoIsCalling,
)
from ivr_flows.walk import Walk


def answered(question: Question, outcome: Outcome, **more: str) -> Answered:
    """The outcome with a sample of every fact that it must bring."""
    return Answered(outcome, {fact: SAMPLES[fact] for fact in ASKED[question].facts(outcome)} | more)


def answers(**outcomes: Outcome) -> dict[Question, Answered]:
    """Answers by the questions' names: `answers(who_is_calling=WhoIsCalling.UNKNOWN)`."""
    return {Question(name): answered(Question(name), outcome) for name, outcome in outcomes.items()}


FRIENDLY: Mapping[Question, Answered] = {
    **{question: answered(question, next(iter(asked.outcomes))) for question, asked in ASKED.items()},
    **answers(
        who_is_calling=WhoIsCalling.ONE_ACCOUNT,
        find_account=AccountFound.FOUND,
        open_critical=CriticalOpened.HUNTING,
        open_ticket=TicketOpened.TICKET_WITH_CLOCK,
        is_help_ready=HelpReady.NOT_YET,
        is_still_needed=StillNeeded.OPEN,
        take=Taken.WON,
    ),
}


def caller(caller_id: str = "known", **outcomes: Outcome) -> Walk:
    """A caller who has just been greeted."""
    walk = Walk(FRONT_DESK, caller_id=caller_id)
    walk.always({**FRIENDLY, **answers(**outcomes)})
    return walk


def technician(**outcomes: Outcome) -> Walk:
    """A technician who has just picked up a page."""
    walk = Walk(PAGE_TECHNICIAN, **{fact: SAMPLES[fact] for fact in PAGE_TECHNICIAN.knows})
    walk.always({**FRIENDLY, **answers(**outcomes)})
    return walk
