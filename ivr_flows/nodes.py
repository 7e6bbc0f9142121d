"""The kinds of step that a call can be in, as frozen values, and the edges between them.

A flow is a mapping from names to nodes; targets are names, so that a flow may turn back on itself and be checked as a
whole. Prompts are ids of sentences in `prompts/<language>.toml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import assert_never

from ivr_flows.questions import ASKED, Outcome, Question


class Style(Enum):
    """How a menu is put into words."""

    CHOICE_FIRST = auto()  # "To give another number, press 2."
    BRIEF = auto()  # "Whole network out, press 1. Work slowed, 2."
    KEYS_FIRST = auto()  # "Press 1 to take it, 2 to pass."


@dataclass(frozen=True, slots=True)
class Key:
    """One choice of a menu: the words (a prompt id) and the digit live in one place."""

    digit: str
    then: str
    says: str
    is_emergency: bool = False


@dataclass(frozen=True, slots=True)
class Offers:
    """Choices that come from facts: `<fact>.1` is kept as the answer `<fact>`, `<fact>.1.spoken` is what is said.

    Offered from key 1 on, at most `most`; the first is worded by the prompt `first`, the others by `following`.
    """

    fact: str
    then: str
    first: str
    following: str
    most: int = 3


@dataclass(frozen=True, slots=True)
class Say:
    """Say a sentence and go on; a key already counts for the node that listens next."""

    prompt: str
    then: str


@dataclass(frozen=True, slots=True)
class Menu:
    """Offer keys. After `silences` silences or `wrongs` wrong keys the default route is taken.

    `silence`, where given, is the route of the silent instead. `help` is what the second reprompt says first.
    `is_evidence` keeps the prompt, its version and the key (empty for silence) as the reason for what follows.
    """

    prompt: str
    keys: tuple[Key, ...]
    default: str
    silence: str = ""
    offers: Offers | None = None
    style: Style = Style.CHOICE_FIRST
    help: str = ""
    silences: int = 3
    wrongs: int = 3
    timeout_seconds: int = 5
    repeats_plainly: bool = False
    is_evidence: bool = False


@dataclass(frozen=True, slots=True)
class Collect:
    """Take a number by keypad into the answer `field`. 0 is a digit here; * alone goes back.

    `length_fact` names the fact that holds the exact length, where it is known; else `shortest` to `longest` digits,
    ended by #. `none` is the route of # alone, "I have none"; `default` that of the silent and of the miskeyed.
    """

    prompt: str
    field: str
    then: str
    none: str
    default: str
    silence: str = ""
    shortest: int = 1
    longest: int = 20
    length_fact: str = ""
    help: str = ""
    silences: int = 3
    wrongs: int = 3
    timeout_seconds: int = 5


@dataclass(frozen=True, slots=True)
class Record:
    """Record up to `max_seconds`; any key or `silence_seconds` of silence ends it. Nothing recorded goes on as well.

    Keeps the answers `<field>.url`, `<field>.sid` and `<field>.seconds`.
    """

    prompt: str
    field: str
    max_seconds: int
    then: str
    silence_seconds: int = 4


@dataclass(frozen=True, slots=True)
class Ask:
    """The flow's only door to data: the edge answers the question with one of its outcomes, and facts."""

    question: Question
    outcomes: Mapping[Outcome, str]


@dataclass(frozen=True, slots=True)
class Note:
    """Keep answers that follow from having come this way."""

    answers: Mapping[str, str]
    then: str


@dataclass(frozen=True, slots=True)
class Switch:
    """Go by an answer, or else a fact, of that name; the outcome of each question is kept under the question's name."""

    on: str
    cases: Mapping[str, str]
    default: str


@dataclass(frozen=True, slots=True)
class Tries:
    """Bounds a loop: passes to `again` until it has been reached `at_most` times, then to `spent`."""

    at_most: int
    again: str
    spent: str


@dataclass(frozen=True, slots=True)
class Hold:
    """The caller waits in a queue of their own, named by the fact `queue`."""

    then: str


@dataclass(frozen=True, slots=True)
class Connect:
    """The technician joins the queue named by the fact `queue`, after a pause."""

    then: str
    pause_seconds: int = 0


@dataclass(frozen=True, slots=True)
class CallBack:
    """The technician's leg dials the fact `caller_phone`, showing the fact `service_number`."""

    then: str


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse the call before it is answered."""


@dataclass(frozen=True, slots=True)
class Hangup:
    """Say a last sentence and hang up."""

    prompt: str


@dataclass(frozen=True, slots=True)
class KeepWaiting:
    """End of a document of the wait: music for so long, then the carrier asks again."""

    music_seconds: int


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """End of the wait: out of the queue, on to what follows the `Hold`."""

    prompt: str


Keyed = Menu | Collect
Waiting = Keyed | Record | Hold | Connect | CallBack
Automatic = Say | Note | Switch | Tries
Final = Reject | Hangup | KeepWaiting | LeaveQueue
Node = Waiting | Automatic | Final | Ask
Nodes = Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Flow:
    """A whole flow. `lost` is where a call goes whose place is unknown after a deploy.

    `knows` names the facts that the edge gives at the start, `defaults` are facts with a shipped value.
    `must_leave_case` claims that nobody gets to a hang-up of ours without a case.
    """

    name: str
    start: str
    lost: str
    nodes: Nodes
    knows: frozenset[str] = frozenset()
    defaults: Mapping[str, str] = field(default_factory=dict)
    prompt_limit_seconds: float = 8.0
    must_leave_case: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """One way on. `needs_key` is false where a call gets along by itself; `gives` are facts and answers it brings."""

    label: str
    to: str
    needs_key: bool = False
    gives: frozenset[str] = frozenset()


def edges(node: Node) -> tuple[Edge, ...]:
    """Every way on from a node; a node without one ends the call, or the document of a wait."""
    match node:
        case Menu() | Collect():
            return _keyed_edges(node)
        case Ask():
            return tuple(
                Edge(outcome.value, to, gives=ASKED[node.question].facts(outcome))
                for outcome, to in node.outcomes.items()
            )
        case Switch():
            cases = tuple(Edge(f"{node.on} = {value}", to) for value, to in node.cases.items())
            return (*cases, Edge("else", node.default))
        case Tries():
            return Edge("again", node.again), Edge(f"after {node.at_most}", node.spent)
        case Note():
            return (Edge("", node.then, gives=frozenset(node.answers)),)
        case Say() | Record() | Hold() | Connect() | CallBack():
            return (Edge("", node.then),)
        case Reject() | Hangup() | KeepWaiting() | LeaveQueue():
            return ()
        case _:
            assert_never(node)


def _keyed_edges(node: Keyed) -> tuple[Edge, ...]:
    by_default = [Edge("default", node.default)]
    if node.silence:
        by_default.append(Edge("silence", node.silence))
    if isinstance(node, Collect):
        keyed = Edge("digits #", node.then, needs_key=True, gives=frozenset({node.field}))
        return keyed, Edge("# alone", node.none, needs_key=True), *by_default
    offered = []
    if node.offers is not None:
        label = f"1 to {node.offers.most}"
        offered = [Edge(label, node.offers.then, needs_key=True, gives=frozenset({node.offers.fact}))]
    return *offered, *(Edge(key.digit, key.then, needs_key=True) for key in node.keys), *by_default
