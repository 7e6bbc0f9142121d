"""What a technician hears when rung before a shift: one key proves that a person is there."""

from ivr_flows.nodes import Ask, Flow, Hangup, Key, Menu, Style
from ivr_flows.questions import Done, Question

READINESS_DRILL = Flow(
    name="readiness_drill",
    start="ask",
    lost="ask",
    nodes={
        "ask": Menu(
            "drill.ask",
            keys=(Key("1", then="heard", says="drill.here"),),
            default="nobody",
            style=Style.KEYS_FIRST,
            silences=2,
            timeout_seconds=4,
            repeats_plainly=True,
        ),
        "heard": Ask(Question.DRILL_HEARD, {Done.DONE: "thanks"}),
        "thanks": Hangup("drill.thanks"),
        "nobody": Hangup("drill.no_key"),
    },
    knows=frozenset({"drill", "drill_roster"}),
    defaults={"language": "en"},
)
