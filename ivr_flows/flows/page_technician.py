"""What a technician or duty manager hears when rung for a critical call.

A voicemail can never accept: only the key 1 does.
"""

from ivr_flows.nodes import Ask, CallBack, Connect, Flow, Hangup, Key, Menu, Nodes, Note, Say, Style, Tries
from ivr_flows.questions import (
    BridgeOver,
    CallBackOver,
    Declined,
    Done,
    NextLevel,
    Question,
    StillNeeded,
    Taken,
    Texted,
)

WHISPER: Nodes = {
    "needed": Ask(
        Question.IS_STILL_NEEDED,
        {
            StillNeeded.OPEN: "whisper",
            StillNeeded.CALLER_GONE: "caller_gone_first",
            StillNeeded.NEXT_LEVEL: "next_level_first",
            StillNeeded.TAKEN: "taken",
            StillNeeded.OVER: "over",
        },
    ),
    "caller_gone_first": Say("whisper.caller_gone", then="whisper"),
    "next_level_first": Say("whisper.next_level", then="whisper"),
    "whisper": Menu(
        "whisper.critical",
        keys=(
            Key("1", then="take", says="whisper.take"),
            Key("2", then="decline", says="whisper.decline"),
            Key("3", then="more", says="whisper.more"),
        ),
        default="nobody_there",
        style=Style.KEYS_FIRST,
        silences=2,
        timeout_seconds=4,
        repeats_plainly=True,
    ),
    "more": Say("whisper.details", then="more_number"),
    "more_number": Say("whisper.case_and_caller", then="whisper"),
    "nobody_there": Hangup("whisper.no_key"),
    "decline": Ask(Question.DECLINE, {Declined.DECLINED: "declined"}),
    "declined": Hangup("whisper.declined"),
    "taken": Hangup("whisper.taken"),
    "over": Hangup("whisper.over"),
    "take": Ask(
        Question.TAKE,
        {
            Taken.WON: "won",
            Taken.WON_CALLER_GONE: "call_back_offer",
            Taken.WON_NO_NUMBER: "no_number",
            Taken.TAKEN: "taken",
            Taken.OVER: "over",
        },
    ),
}

BRIDGE: Nodes = {
    "won": Say("connect.connecting", then="connect"),
    "connect": Connect(then="after_bridge"),
    "after_bridge": Ask(
        Question.AFTER_BRIDGE,
        {
            BridgeOver.TALKED: "after_talk",
            BridgeOver.CALLER_ON_THE_WAY: "on_the_way",
            BridgeOver.CALLER_GONE: "call_back_offer",
            BridgeOver.NO_NUMBER: "no_number",
        },
    ),
    "on_the_way": Tries(8, again="one_moment", spent="not_reached"),
    "one_moment": Say("connect.one_moment", then="connect_again"),
    "connect_again": Connect(then="after_bridge", pause_seconds=2),
    "not_reached": Say("connect.not_reached", then="call_back_offer"),
    "no_number": Say("call_back.no_number", then="still_working"),
}

CALL_BACK: Nodes = {
    "call_back_offer": Menu(
        "call_back.caller_gone",
        keys=(
            Key("1", then="call_back", says="call_back.now"),
            Key("2", then="leave", says="call_back.text"),
        ),
        default="leave_text",
        style=Style.KEYS_FIRST,
    ),
    "call_back": CallBack(then="after_call_back"),
    "after_call_back": Ask(
        Question.AFTER_CALL_BACK,
        {CallBackOver.CONNECTED: "after_talk", CallBackOver.NOT_CONNECTED: "no_answer"},
    ),
    "no_answer": Menu(
        "call_back.no_answer",
        keys=(
            Key("1", then="call_back", says="call_back.again"),
            Key("2", then="leave", says="call_back.text"),
        ),
        default="leave_text",
        style=Style.KEYS_FIRST,
    ),
    "leave": Note({"left": "with_text"}, then="leave_text"),
    "leave_text": Ask(Question.LEAVE_WITH_TEXT, {Texted.TEXTED: "text_left"}),
    "text_left": Hangup("call_back.text_left"),
}

AFTER_TALK: Nodes = {
    "after_talk": Menu(
        "",
        keys=(
            Key("1", then="resolve", says="after_talk.resolved"),
            Key("2", then="still_working", says="after_talk.still_working"),
            Key("3", then="next_level", says="after_talk.next_level"),
            Key("4", then="severity", says="after_talk.wrong_severity"),
        ),
        default="still_working",
        style=Style.KEYS_FIRST,
        repeats_plainly=True,
    ),
    "resolve": Ask(Question.RESOLVE, {Done.DONE: "resolved"}),
    "resolved": Hangup("done.resolved"),
    "still_working": Ask(Question.STILL_WORKING, {Done.DONE: "working"}),
    "working": Hangup("done.still_working"),
    "next_level": Ask(
        Question.NEXT_LEVEL,
        {NextLevel.CALLED: "next_called", NextLevel.NOBODY_ABOVE: "nobody_above"},
    ),
    "next_called": Hangup("done.next_called"),
    "nobody_above": Hangup("done.nobody_above"),
    "severity": Menu(
        "",
        keys=(
            Key("1", then="medium", says="severity.is_medium"),
            Key("2", then="low", says="severity.is_low"),
        ),
        default="still_working",
        style=Style.KEYS_FIRST,
        is_evidence=True,
    ),
    "medium": Note({"severity": "medium"}, then="change_severity"),
    "low": Note({"severity": "low"}, then="change_severity"),
    "change_severity": Ask(Question.CHANGE_SEVERITY, {Done.DONE: "severity_changed"}),
    "severity_changed": Hangup("done.severity_changed"),
}

LOST: Nodes = {"lost": Say("lost.place", then="needed")}

PAGE_TECHNICIAN = Flow(
    name="page_technician",
    start="needed",
    lost="lost",
    nodes={**WHISPER, **BRIDGE, **CALL_BACK, **AFTER_TALK, **LOST},
    knows=frozenset(
        {
            "account",
            "coverage",
            "problem",
            "case_number",
            "caller_spoken",
            "waiting_since",
            "queue",
            "caller_phone",
            "service_number",
        }
    ),
    defaults={"language": "en"},
    prompt_limit_seconds=10.0,
)
