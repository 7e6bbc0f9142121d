from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from intake.service import call_begins
from ivr_flows.events import Answered
from ivr_flows.flows.front_desk import FRONT_DESK
from ivr_flows.flows.on_hold import ON_HOLD
from ivr_flows.flows.page_technician import PAGE_TECHNICIAN
from ivr_flows.nodes import Ask
from ivr_flows.questions import (
    ASKED,
    AccountFound,
    BridgeOver,
    CallBackOver,
    CallBackWanted,
    CriticalOpened,
    Declined,
    Done,
    HelpReady,
    Hunting,
    HuntProgress,
    Kept,
    Leaving,
    Moved,
    NextLevel,
    NumberKept,
    Outcome,
    Question,
    QueueOver,
    StillNeeded,
    Taken,
    Texted,
    TicketOpened,
    WhoIsCalling,
)
from tests.databases import Yard, sqlite_copy
from tests.stories.stage import CAST, MONDAY, SERVICE, Stage, set_stage
from tests.webhooks.scene import (
    Scene,
    after,
    asks,
    at_the_ceiling,
    by_leg,
    gone_without_number,
    is_the_manager,
    nearly_at_the_ceiling,
    next_level_rings,
    nobody_rings,
    on_saturday,
    over,
    somebody_else_won,
    talked,
    under,
    won_and_gone,
    worse,
)
from webhooks.answers import ANSWERS

NOT_GIVEN_YET = {WhoIsCalling.BLOCKED, WhoIsCalling.OVER_LIMIT}
"""Outcomes that the flow is ready for and that no data stands behind yet: nobody is blocked or limited."""


@dataclass(frozen=True, slots=True)
class Case:
    """Who calls, what happens, and the outcome that must come of it."""

    outcome: Outcome
    who: str
    happens: Callable[[Scene], Answered]


NUMBER = {"identity": "keyed", "account_number": "204517"}

CASES = [
    Case(WhoIsCalling.ONE_ACCOUNT, "dana", asks(Question.WHO_IS_CALLING)),
    Case(WhoIsCalling.SEVERAL_ACCOUNTS, "jo", asks(Question.WHO_IS_CALLING)),
    Case(WhoIsCalling.UNKNOWN, "stranger", asks(Question.WHO_IS_CALLING)),
    Case(WhoIsCalling.UNKNOWN, "dana", lambda scene: scene.withholds().ask(Question.WHO_IS_CALLING)),
    Case(AccountFound.FOUND, "stranger", asks(Question.FIND_ACCOUNT, account_number="204517")),
    Case(AccountFound.NOT_FOUND, "stranger", asks(Question.FIND_ACCOUNT, account_number="1")),
    Case(CriticalOpened.HUNTING, "dana", asks(Question.OPEN_CRITICAL)),
    Case(CriticalOpened.HUNTING, "stranger", asks(Question.OPEN_CRITICAL, identity="recorded")),
    Case(CriticalOpened.HUNTING, "stranger", asks(Question.OPEN_CRITICAL, **NUMBER)),
    Case(CriticalOpened.DUTY_MANAGER_PAGED, "priya", asks(Question.OPEN_CRITICAL)),
    Case(CriticalOpened.CONSENT_NEEDED, "priya", under("uncovered_critical", "billable", Question.OPEN_CRITICAL)),
    Case(CriticalOpened.TICKET_ONLY, "priya", under("uncovered_critical", "ticket", Question.OPEN_CRITICAL)),
    Case(CriticalOpened.HUNTING, "priya", worse("courtesy")),
    Case(CriticalOpened.DUTY_MANAGER_PAGED, "priya", worse("duty_manager")),
    Case(CriticalOpened.CONSENT_NEEDED, "priya", worse("billable")),
    Case(CriticalOpened.TICKET_ONLY, "priya", worse("ticket")),
    Case(Hunting.HUNTING, "priya", under("uncovered_critical", "billable", Question.OPEN_BILLABLE, consent="accepted")),
    Case(TicketOpened.TICKET_WITH_CLOCK, "dana", asks(Question.OPEN_TICKET, severity="medium")),
    Case(TicketOpened.TICKET_OPENS_LATER, "omar", lambda s: on_saturday(s).ask(Question.OPEN_TICKET, severity="low")),
    Case(TicketOpened.TICKET_WITHOUT_CLOCK, "priya", asks(Question.OPEN_TICKET, severity="medium")),
    Case(TicketOpened.TRIAGE, "stranger", asks(Question.OPEN_TICKET, severity="low", identity="recorded")),
    Case(HelpReady.READY, "dana", after(Scene.won, Question.IS_HELP_READY)),
    Case(HelpReady.NOT_YET, "dana", after(Scene.hunted, Question.IS_HELP_READY)),
    Case(Moved.MOVED, "dana", after(Scene.hunted, Question.MOVE_TO_ACCOUNT, other_account_number="318842")),
    Case(Moved.NOT_FOUND, "dana", after(Scene.hunted, Question.MOVE_TO_ACCOUNT, other_account_number="1")),
    Case(Kept.KEPT, "dana", after(Scene.hunted, Question.KEEP_DESCRIPTION)),
    Case(Kept.KEPT, "dana", after(Scene.hunted, Question.KEEP_VOICEMAIL)),
    Case(Kept.KEPT, "stranger", asks(Question.KEEP_MESSAGE)),
    Case(Kept.KEPT, "dana", after(Scene.hunted, Question.KEEP_MESSAGE)),
    Case(NumberKept.KEPT, "dana", after(Scene.hunted, Question.KEEP_CALLBACK_NUMBER, callback_number="2025550177")),
    Case(NumberKept.NOT_A_NUMBER, "dana", after(Scene.hunted, Question.KEEP_CALLBACK_NUMBER, callback_number="911")),
    Case(QueueOver.TALKED, "dana", after(Scene.won, Question.AFTER_QUEUE, queue_result="bridged")),
    Case(QueueOver.CEILING, "dana", after(lambda s: s.left("ceiling"), Question.AFTER_QUEUE, queue_result="leave")),
    Case(QueueOver.CEILING, "dana", after(Scene.hunted, Question.AFTER_QUEUE, queue_result="hangup")),
    Case(QueueOver.VOICEMAIL_WANTED, "dana", after(lambda s: s.left("voicemail"), Question.AFTER_QUEUE)),
    Case(QueueOver.CALL_BACK_WANTED, "dana", after(lambda s: s.left("call_back"), Question.AFTER_QUEUE)),
    Case(QueueOver.NUMBER_NEEDED, "dana", after(lambda s: s.withholds().left("call_back"), Question.AFTER_QUEUE)),
    Case(QueueOver.FIXED, "dana", after(lambda s: s.left("fixed"), Question.AFTER_QUEUE)),
    Case(QueueOver.STILL_HUNTING, "dana", after(Scene.hunted, Question.AFTER_QUEUE, queue_result="error")),
    Case(CallBackWanted.KEPT, "dana", after(Scene.hunted, Question.WANT_CALL_BACK)),
    Case(CallBackWanted.NUMBER_NEEDED, "dana", after(lambda s: s.withholds().hunted(), Question.WANT_CALL_BACK)),
    Case(Hunting.HUNTING, "dana", after(talked, Question.CONNECT_AGAIN)),
    Case(HuntProgress.STARTING, "dana", after(asks(Question.OPEN_CRITICAL), Question.HOW_IS_THE_HUNT)),
    Case(HuntProgress.TRYING, "dana", after(Scene.hunted, Question.HOW_IS_THE_HUNT)),
    Case(HuntProgress.ACCEPTED, "dana", after(Scene.won, Question.HOW_IS_THE_HUNT)),
    Case(HuntProgress.LAST_SECONDS, "dana", after(nearly_at_the_ceiling, Question.HOW_IS_THE_HUNT)),
    Case(HuntProgress.CEILING, "dana", after(at_the_ceiling, Question.HOW_IS_THE_HUNT)),
    Case(HuntProgress.OVER, "dana", after(over, Question.HOW_IS_THE_HUNT)),
    Case(Leaving.LEAVING, "dana", after(Scene.hunted, Question.LEAVE_FOR_VOICEMAIL)),
    Case(Leaving.HELP_IS_HERE, "dana", after(Scene.won, Question.LEAVE_FOR_VOICEMAIL)),
    Case(Leaving.LEAVING, "dana", after(Scene.hunted, Question.LEAVE_FOR_CALL_BACK)),
    Case(Leaving.HELP_IS_HERE, "dana", after(Scene.won, Question.LEAVE_FOR_CALL_BACK)),
    Case(StillNeeded.OPEN, "dana", by_leg(Question.IS_STILL_NEEDED, Scene.hunted)),
    Case(StillNeeded.CALLER_GONE, "dana", by_leg(Question.IS_STILL_NEEDED, lambda s: s.left("hung_up"))),
    Case(StillNeeded.TAKEN, "dana", by_leg(Question.IS_STILL_NEEDED, somebody_else_won)),
    Case(StillNeeded.OVER, "dana", by_leg(Question.IS_STILL_NEEDED, over)),
    Case(Taken.WON, "dana", by_leg(Question.TAKE, Scene.hunted)),
    Case(Taken.WON_CALLER_GONE, "dana", by_leg(Question.TAKE, lambda s: s.left("hung_up"))),
    Case(Taken.WON_NO_NUMBER, "dana", by_leg(Question.TAKE, lambda s: s.withholds().left("hung_up"))),
    Case(Taken.TAKEN, "dana", by_leg(Question.TAKE, somebody_else_won)),
    Case(Taken.OVER, "dana", by_leg(Question.TAKE, over)),
    Case(Declined.DECLINED, "dana", by_leg(Question.DECLINE, Scene.hunted)),
    Case(BridgeOver.TALKED, "dana", by_leg(Question.AFTER_BRIDGE, Scene.won, bridged="yes", bridge_seconds="40")),
    Case(BridgeOver.CALLER_ON_THE_WAY, "dana", by_leg(Question.AFTER_BRIDGE, Scene.won, bridged="no")),
    Case(BridgeOver.CALLER_GONE, "dana", by_leg(Question.AFTER_BRIDGE, won_and_gone, bridged="no")),
    Case(BridgeOver.NO_NUMBER, "dana", by_leg(Question.AFTER_BRIDGE, gone_without_number, bridged="no")),
    Case(CallBackOver.CONNECTED, "dana", by_leg(Question.AFTER_CALL_BACK, won_and_gone, bridged="yes")),
    Case(CallBackOver.NOT_CONNECTED, "dana", by_leg(Question.AFTER_CALL_BACK, won_and_gone, bridged="no")),
    Case(Texted.TEXTED, "dana", by_leg(Question.LEAVE_WITH_TEXT, won_and_gone)),
    Case(Done.DONE, "dana", by_leg(Question.RESOLVE, Scene.won)),
    Case(Done.DONE, "dana", by_leg(Question.STILL_WORKING, Scene.won)),
    Case(Done.DONE, "dana", by_leg(Question.CHANGE_SEVERITY, Scene.won, severity="low")),
    Case(NextLevel.CALLED, "dana", by_leg(Question.NEXT_LEVEL, Scene.won)),
    Case(NextLevel.NOBODY_ABOVE, "dana", by_leg(Question.NEXT_LEVEL, is_the_manager)),
    Case(StillNeeded.NEXT_LEVEL, "dana", next_level_rings),
    Case(HuntProgress.NOBODY_YET, "dana", after(nobody_rings, Question.HOW_IS_THE_HUNT)),
]


@pytest.fixture(scope="module")
def stage(yard: Yard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One house for all situations: each is a transaction that is rolled back."""
    folder = tmp_path_factory.mktemp("answers")
    with sqlite_copy(yard, folder) as url:
        built = set_stage(url, folder)
        yield built
        built.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: named(case.outcome))
def test_a_situation_gives_its_outcome_with_every_fact_that_the_flow_speaks_of(stage: Stage, case: Case) -> None:
    with stage.session() as session:
        sender = {"sent_from": CAST[case.who], "sent_to": SERVICE}
        call = call_begins(session, MONDAY, sid="CA1", direction="inbound", **sender)
        scene = Scene(stage, session, call)
        answered = case.happens(scene)
        session.rollback()
    assert answered.outcome is case.outcome
    assert scene.asked is not None
    assert {name for name in ASKED[scene.asked].facts(case.outcome) if not answered.facts.get(name)} == set()


def test_every_question_has_an_answer() -> None:
    assert set(ANSWERS) == set(Question) == set(ASKED)


def test_every_outcome_that_callers_and_paged_technicians_meet_is_tried_here() -> None:
    nodes = [node for flow in (FRONT_DESK, ON_HOLD, PAGE_TECHNICIAN) for node in flow.nodes.values()]
    asked = {node.question for node in nodes if isinstance(node, Ask)}
    possible = {named(outcome) for question in asked for outcome in ASKED[question].outcomes}
    assert {named(case.outcome) for case in CASES} == possible - {named(outcome) for outcome in NOT_GIVEN_YET}


def named(outcome: Outcome) -> str:
    """The full name of an outcome: two of the same word are equal, being texts."""
    return f"{type(outcome).__name__}.{outcome.name}"
