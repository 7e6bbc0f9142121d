"""What a caller hears in the queue.

The carrier asks for this document again whenever it has ended, so each asking begins anew.
"""

from ivr_flows.nodes import Ask, Flow, KeepWaiting, Key, LeaveQueue, Menu, Say
from ivr_flows.questions import HuntProgress, Leaving, Question

ON_HOLD = Flow(
    name="on_hold",
    start="hunt",
    lost="music",
    nodes={
        "hunt": Ask(
            Question.HOW_IS_THE_HUNT,
            {
                HuntProgress.STARTING: "starting",
                HuntProgress.TRYING: "trying",
                HuntProgress.NOBODY_YET: "nobody_yet",
                HuntProgress.LAST_SECONDS: "music",
                HuntProgress.ACCEPTED: "accepted",
                HuntProgress.CEILING: "leave",
                HuntProgress.OVER: "leave",
            },
        ),
        "starting": Say("wait.starting", then="music"),
        "trying": Say("wait.trying", then="wishes"),
        "nobody_yet": Say("wait.nobody_yet", then="wishes"),
        "wishes": Menu(
            "",
            keys=(
                Key("1", then="voicemail", says="wait.voicemail"),
                Key("2", then="call_back", says="wait.call_back"),
            ),
            default="music",
            silences=1,
            timeout_seconds=2,
        ),
        "accepted": Say("wait.accepted", then="music_short"),
        "voicemail": Ask(Question.LEAVE_FOR_VOICEMAIL, {Leaving.LEAVING: "leave", Leaving.HELP_IS_HERE: "accepted"}),
        "call_back": Ask(Question.LEAVE_FOR_CALL_BACK, {Leaving.LEAVING: "leave", Leaving.HELP_IS_HERE: "accepted"}),
        "leave": LeaveQueue(""),
        "music": KeepWaiting(10),
        "music_short": KeepWaiting(4),
    },
    defaults={"language": "en"},
)
