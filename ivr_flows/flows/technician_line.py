"""What a technician hears who calls the service number from their own phone; every other way goes on as any caller's call.

Caller ID does not prove who calls. What it moves here is only whose registered phone rings, and both sides get a text.
"""

from ivr_flows.flows.front_desk import FRONT_DESK
from ivr_flows.nodes import Ask, Flow, Hangup, Key, Menu, Nodes, Say, Style, Tries
from ivr_flows.questions import Question, ShiftFound, TookOver, ToTakeOver

NEXT = Key("2", then="next_shift", says="duty.next")
AS_CALLER = Key("3", then="who", says="duty.as_caller")

DUTY: Nodes = {
    "duty": Ask(
        Question.WHAT_CAN_I_TAKE_OVER,
        {ToTakeOver.ROSTER: "duty_menu", ToTakeOver.NOTHING: "short_menu"},
    ),
    "duty_menu": Menu(
        "duty.hello",
        keys=(Key("1", then="take_over", says="duty.take_over"), NEXT, AS_CALLER),
        default="who",
        style=Style.BRIEF,
        silences=1,
        wrongs=1,
    ),
    "short_menu": Menu(
        "duty.hello",
        keys=(NEXT, AS_CALLER),
        default="who",
        style=Style.BRIEF,
        silences=1,
        wrongs=1,
    ),
    "take_over": Ask(Question.TAKE_OVER, {TookOver.ON_DUTY: "on_duty", TookOver.REFUSED: "not_possible"}),
    "on_duty": Say("duty.on_duty", then="on_duty_until"),
    "on_duty_until": Hangup("duty.until"),
    "not_possible": Say("duty.not_possible", then="heard"),
    "next_shift": Ask(
        Question.NEXT_SHIFT,
        {ShiftFound.NOW: "shift_now", ShiftFound.LATER: "shift_from", ShiftFound.NONE: "no_shift"},
    ),
    "shift_now": Say("duty.shift_now", then="heard"),
    "shift_from": Say("duty.shift_from", then="shift_until"),
    "shift_until": Say("duty.shift_until", then="heard"),
    "no_shift": Say("duty.no_shift", then="heard"),
    "heard": Tries(4, again="duty", spent="who"),
}

TECHNICIAN_LINE = Flow(
    name="technician_line",
    start="duty",
    lost=FRONT_DESK.lost,
    nodes={**DUTY, **FRONT_DESK.nodes},
    knows=FRONT_DESK.knows,
    defaults=FRONT_DESK.defaults,
)
