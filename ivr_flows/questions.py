"""Every question that a flow may ask the house, its outcomes, and the facts that each outcome must bring.

The tables here are read by the engine, by the checks (a prompt may only speak of facts that every way to it brings)
and by the tests of the edge.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """Base of all outcomes."""


class Question(StrEnum):
    """The questions. The outcome is kept in the call's answers under the question's value."""

    WHO_IS_CALLING = "who_is_calling"
    FIND_ACCOUNT = "find_account"
    OPEN_CRITICAL = "open_critical"
    OPEN_BILLABLE = "open_billable"
    MAKE_CRITICAL = "make_critical"
    OPEN_TICKET = "open_ticket"
    IS_HELP_READY = "is_help_ready"
    MOVE_TO_ACCOUNT = "move_to_account"
    KEEP_DESCRIPTION = "keep_description"
    KEEP_CALLBACK_NUMBER = "keep_callback_number"
    KEEP_VOICEMAIL = "keep_voicemail"
    KEEP_MESSAGE = "keep_message"
    AFTER_QUEUE = "after_queue"
    WANT_CALL_BACK = "want_call_back"
    CONNECT_AGAIN = "connect_again"

    HOW_IS_THE_HUNT = "how_is_the_hunt"
    LEAVE_FOR_VOICEMAIL = "leave_for_voicemail"
    LEAVE_FOR_CALL_BACK = "leave_for_call_back"

    IS_STILL_NEEDED = "is_still_needed"
    TAKE = "take"
    DECLINE = "decline"
    AFTER_BRIDGE = "after_bridge"
    AFTER_CALL_BACK = "after_call_back"
    LEAVE_WITH_TEXT = "leave_with_text"
    RESOLVE = "resolve"
    STILL_WORKING = "still_working"
    NEXT_LEVEL = "next_level"
    CHANGE_SEVERITY = "change_severity"

    DRILL_HEARD = "drill_heard"

    WHAT_CAN_I_TAKE_OVER = "what_can_i_take_over"
    TAKE_OVER = "take_over"
    NEXT_SHIFT = "next_shift"


class WhoIsCalling(Outcome):
    """Who the number belongs to. OVER_LIMIT: too many calls from this number, a message is taken."""

    BLOCKED = "blocked"
    OVER_LIMIT = "over_limit"
    ONE_ACCOUNT = "one_account"
    SEVERAL_ACCOUNTS = "several_accounts"
    UNKNOWN = "unknown"


class AccountFound(Outcome):
    """Whether an account has the number in the answer `account_number`."""

    FOUND = "found"
    NOT_FOUND = "not_found"


class CriticalOpened(Outcome):
    """What a critical problem came to, by entitlement and policy."""

    HUNTING = "hunting"
    DUTY_MANAGER_PAGED = "duty_manager_paged"
    CONSENT_NEEDED = "consent_needed"
    TICKET_ONLY = "ticket_only"


class Hunting(Outcome):
    """The hunt is under way."""

    HUNTING = "hunting"


class TicketOpened(Outcome):
    """Which clock a ticket has."""

    TICKET_WITH_CLOCK = "ticket_with_clock"
    TICKET_OPENS_LATER = "ticket_opens_later"
    TICKET_WITHOUT_CLOCK = "ticket_without_clock"
    TRIAGE = "triage"


class HelpReady(Outcome):
    """Whether a technician has accepted and waits for the caller."""

    READY = "ready"
    NOT_YET = "not_yet"


class Moved(Outcome):
    """Whether the case was moved to the account in the answer `other_account_number`."""

    MOVED = "moved"
    NOT_FOUND = "not_found"


class Kept(Outcome):
    """What was said or wished is stored."""

    KEPT = "kept"


class NumberKept(Outcome):
    """Whether the answer `callback_number` is a number that can be dialled."""

    KEPT = "kept"
    NOT_A_NUMBER = "not_a_number"


class QueueOver(Outcome):
    """Why the caller is out of the queue. NUMBER_NEEDED: a call back is wanted but no number is known."""

    TALKED = "talked"
    CEILING = "ceiling"
    VOICEMAIL_WANTED = "voicemail_wanted"
    CALL_BACK_WANTED = "call_back_wanted"
    NUMBER_NEEDED = "number_needed"
    FIXED = "fixed"
    STILL_HUNTING = "still_hunting"


class CallBackWanted(Outcome):
    """Whether a number for the call back is known."""

    KEPT = "kept"
    NUMBER_NEEDED = "number_needed"


class HuntProgress(Outcome):
    """How the hunt stands while the caller waits. STARTING: nobody is being tried yet. NOBODY_YET: nobody is any more.

    LAST_SECONDS: the ceiling is so near that another announcement would overrun it.
    """

    STARTING = "starting"
    TRYING = "trying"
    NOBODY_YET = "nobody_yet"
    LAST_SECONDS = "last_seconds"
    ACCEPTED = "accepted"
    CEILING = "ceiling"
    OVER = "over"


class Leaving(Outcome):
    """Whether the caller may leave the queue, or a technician accepted in the same moment."""

    LEAVING = "leaving"
    HELP_IS_HERE = "help_is_here"


class StillNeeded(Outcome):
    """Whether a technician who answers a page is needed. CALLER_GONE: still needed, somebody must call back.

    NEXT_LEVEL: a technician who has the case asks for them.
    """

    OPEN = "open"
    CALLER_GONE = "caller_gone"
    NEXT_LEVEL = "next_level"
    TAKEN = "taken"
    OVER = "over"


class Taken(Outcome):
    """Who has the call after 1 was pressed. WON_NO_NUMBER: won, the caller is gone and left no number."""

    WON = "won"
    WON_CALLER_GONE = "won_caller_gone"
    WON_NO_NUMBER = "won_no_number"
    TAKEN = "taken"
    OVER = "over"


class Declined(Outcome):
    """The page goes to the next person."""

    DECLINED = "declined"


class BridgeOver(Outcome):
    """How the attempt to join the caller ended."""

    TALKED = "talked"
    CALLER_ON_THE_WAY = "caller_on_the_way"
    CALLER_GONE = "caller_gone"
    NO_NUMBER = "no_number"


class CallBackOver(Outcome):
    """How the call back ended."""

    CONNECTED = "connected"
    NOT_CONNECTED = "not_connected"


class Texted(Outcome):
    """The caller got a text instead."""

    TEXTED = "texted"


class Done(Outcome):
    """It is written down."""

    DONE = "done"


class NextLevel(Outcome):
    """Whether there is somebody above to bring in."""

    CALLED = "called"
    NOBODY_ABOVE = "nobody_above"


class ToTakeOver(Outcome):
    """Whether there is a roster that a technician who calls could be on and is not."""

    ROSTER = "roster"
    NOTHING = "nothing"


class TookOver(Outcome):
    """Whether the technician is on duty now."""

    ON_DUTY = "on_duty"
    REFUSED = "refused"


class ShiftFound(Outcome):
    """When a technician who calls is on duty next. NOW: they are."""

    NOW = "now"
    LATER = "later"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's outcomes; `writes` where the answer changes data, so that * never goes back across it."""

    outcomes: type[Outcome]
    writes: bool = True
    gives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def facts(self, outcome: Outcome) -> frozenset[str]:
        """The facts that this outcome must bring."""
        return frozenset(self.gives.get(outcome, ()))


def _each(outcomes: Iterable[Outcome], *facts: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(outcomes, facts)


_CRITICAL = Asked(
    CriticalOpened,
    gives={
        CriticalOpened.HUNTING: ("case_number", "queue"),
        CriticalOpened.DUTY_MANAGER_PAGED: ("case_number", "queue"),
        CriticalOpened.CONSENT_NEEDED: ("charge",),
        CriticalOpened.TICKET_ONLY: ("case_number",),
    },
)

ASKED: Mapping[Question, Asked] = {
    Question.WHO_IS_CALLING: Asked(
        WhoIsCalling,
        writes=False,
        gives={WhoIsCalling.SEVERAL_ACCOUNTS: ("account.1", "account.1.spoken")},
    ),
    Question.FIND_ACCOUNT: Asked(AccountFound, writes=False),
    Question.OPEN_CRITICAL: _CRITICAL,
    Question.MAKE_CRITICAL: _CRITICAL,
    Question.OPEN_BILLABLE: Asked(Hunting, gives=_each(Hunting, "case_number", "queue")),
    Question.OPEN_TICKET: Asked(
        TicketOpened,
        gives={
            TicketOpened.TICKET_WITH_CLOCK: ("case_number", "priority", "response_by"),
            TicketOpened.TICKET_OPENS_LATER: ("case_number", "priority", "opens", "response_by"),
            TicketOpened.TICKET_WITHOUT_CLOCK: ("case_number",),
            TicketOpened.TRIAGE: ("case_number",),
        },
    ),
    Question.IS_HELP_READY: Asked(HelpReady, writes=False),
    Question.MOVE_TO_ACCOUNT: Asked(Moved),
    Question.KEEP_DESCRIPTION: Asked(Kept),
    Question.KEEP_CALLBACK_NUMBER: Asked(NumberKept, gives={NumberKept.KEPT: ("callback_spoken",)}),
    Question.KEEP_VOICEMAIL: Asked(Kept),
    Question.KEEP_MESSAGE: Asked(Kept, gives=_each(Kept, "case_number")),
    Question.AFTER_QUEUE: Asked(QueueOver, gives={QueueOver.CALL_BACK_WANTED: ("callback_spoken",)}),
    Question.WANT_CALL_BACK: Asked(CallBackWanted, gives={CallBackWanted.KEPT: ("callback_spoken",)}),
    Question.CONNECT_AGAIN: Asked(Hunting, gives=_each(Hunting, "queue")),
    Question.HOW_IS_THE_HUNT: Asked(
        HuntProgress,
        writes=False,
        gives={HuntProgress.TRYING: ("being_tried", "waited"), HuntProgress.NOBODY_YET: ("waited",)},
    ),
    Question.LEAVE_FOR_VOICEMAIL: Asked(Leaving),
    Question.LEAVE_FOR_CALL_BACK: Asked(Leaving),
    Question.IS_STILL_NEEDED: Asked(
        StillNeeded,
        writes=False,
        gives={StillNeeded.TAKEN: ("technician",), StillNeeded.NEXT_LEVEL: ("technician",)},
    ),
    Question.TAKE: Asked(Taken, gives={Taken.TAKEN: ("technician",), Taken.WON_CALLER_GONE: ("caller_phone",)}),
    Question.DECLINE: Asked(Declined),
    Question.AFTER_BRIDGE: Asked(BridgeOver, gives={BridgeOver.CALLER_GONE: ("caller_phone",)}),
    Question.AFTER_CALL_BACK: Asked(CallBackOver),
    Question.LEAVE_WITH_TEXT: Asked(Texted),
    Question.RESOLVE: Asked(Done),
    Question.STILL_WORKING: Asked(Done),
    Question.NEXT_LEVEL: Asked(NextLevel),
    Question.CHANGE_SEVERITY: Asked(Done),
    Question.DRILL_HEARD: Asked(Done),
    Question.WHAT_CAN_I_TAKE_OVER: Asked(
        ToTakeOver, writes=False, gives={ToTakeOver.ROSTER: ("duty_roster", "duty_roster_name")}
    ),
    Question.TAKE_OVER: Asked(TookOver, gives={TookOver.ON_DUTY: ("duty_until",)}),
    Question.NEXT_SHIFT: Asked(
        ShiftFound,
        writes=False,
        gives={
            ShiftFound.NOW: ("shift_roster_name", "shift_until"),
            ShiftFound.LATER: ("shift_roster_name", "shift_from", "shift_until"),
        },
    ),
}
