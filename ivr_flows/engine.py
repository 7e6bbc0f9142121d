"""The engine: (flow, place, event) -> the next turn, or a question that the edge must answer first.

Pure and total: whatever event comes to whatever place, the result is a legal turn or a question; nothing is raised.
The turn is a function of the place alone (`present`), so that a repeated webhook renders the stored place again and
steps nowhere.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from ivr_flows.events import Answered, BridgeEnded, Event, HungUp, Pressed, QueueLeft, Recorded
from ivr_flows.nodes import (
    Ask,
    Automatic,
    CallBack,
    Collect,
    Connect,
    Final,
    Flow,
    Hangup,
    Hold,
    KeepWaiting,
    Keyed,
    LeaveQueue,
    Menu,
    Node,
    Note,
    Record,
    Reject,
    Say,
    Switch,
    Tries,
    Waiting,
)
from ivr_flows.place import EVIDENCE_KEPT, HISTORY_KEPT, Evidence, Manner, Misses, Place
from ivr_flows.questions import ASKED
from ivr_flows.spoken import Speaker, choices, keyed_sentence, menu_prompts, reprompts, speaker
from ivr_flows.turns import (
    Asking,
    AwaitKeys,
    AwaitRecording,
    DialNumber,
    End,
    EnterQueue,
    ExitQueue,
    JoinQueue,
    PlayMusic,
    RejectCall,
    Sentence,
    Then,
    Turn,
)
from ivr_flows.wording import SHIPPED, PromptBook

REPEAT, BACK = "0", "*"
HASH = "#"  # at a menu that follows a number it ends that number late: the carrier took the last digit before it
REPEATS_FREE = 5  # a 0 held down in a pocket counts as wrong keys after that
ASKS_PER_TURN = 12  # the longest chain in the shipped flows is 4
AUTOMATIC_STEPS = 64
LOSSES = 2
NOWHERE = ""


def begin(flow: Flow, facts: Mapping[str, str], *, book: PromptBook = SHIPPED) -> Turn | Asking:
    """A new call at the flow's start."""
    place = Place(flow.name, flow.start, facts={**flow.defaults, **facts})
    return _settle(flow, place, book)


def resume(flow: Flow, place: Place, event: Event, *, book: PromptBook = SHIPPED) -> Turn | Asking:
    """The call goes on with an event. A place that this flow does not know goes to its lost-node."""
    if isinstance(event, HungUp):
        return Turn(place, (), End())
    node = flow.nodes.get(place.node)
    if node is None or isinstance(node, Final):
        return present(flow, place, book=book)
    if isinstance(node, Ask):
        return _settle(flow, _answered(flow, node, place, event), book)
    if isinstance(node, Menu) and event == Pressed(HASH) and _was_collecting(flow, place):
        return _settle(flow, _repeated(node, place, book), book)
    return _settle(flow, _moved(node, place, event, book), book)


def _moved(node: Waiting | Automatic, place: Place, event: Event, book: PromptBook) -> Place:
    match node:
        case Menu():
            return _chosen(node, place, event, book)
        case Collect():
            return _collected(node, place, event, book)
        case Record():
            return _recorded(node, place, event)
        case Hold():
            return _queue_left(node, place, event)
        case Connect() | CallBack():
            return _bridge_ended(node, place, event)
        case Say() | Note() | Switch() | Tries():
            return place
        case _:
            assert_never(node)


def present(flow: Flow, place: Place, *, book: PromptBook = SHIPPED) -> Turn | Asking:
    """The turn (or the question) of a stored place, again: no step, no count. A place no longer known is lost."""
    node = flow.nodes.get(place.node)
    if node is None and place.node != NOWHERE:
        return _settle(flow, _lost(flow, place), book)
    if isinstance(node, Ask):
        return Asking(place, node.question)
    voice = speaker(book, place)
    if node is None:
        return Turn(place, (voice.sentence("lost.goodbye"),), End())
    return Turn(place, _speech(node, place, voice), _then(node, place))


def _settle(flow: Flow, place: Place, book: PromptBook) -> Turn | Asking:
    """Go through the nodes that need nobody, then stop: at a question, or with a turn that has the next number."""
    settled = _advanced(flow, place)
    if not isinstance(flow.nodes.get(settled.node), Ask):
        settled = replace(settled, turn=settled.turn + 1, asked=0)
    return present(flow, settled, book=book)


def _advanced(flow: Flow, place: Place) -> Place:
    for _ in range(AUTOMATIC_STEPS):
        node = flow.nodes.get(place.node)
        if node is None or _lacks_facts(node, place):
            if place.node == NOWHERE:
                return place
            place = _lost(flow, place)
            continue
        moved = _passed_through(node, place)
        if moved is None:
            return place
        place = moved
    return replace(place, node=NOWHERE)


def _passed_through(node: Node, place: Place) -> Place | None:
    """The place after a node that waits for nothing; None at one that waits."""
    match node:
        case Say():
            return replace(place, node=node.then, lead_in=(*place.lead_in, node.prompt))
        case Note():
            return replace(place, node=node.then, answers={**place.answers, **node.answers})
        case Switch():
            return replace(place, node=node.cases.get(place.known(node.on), node.default))
        case Tries():
            gone = place.passes.get(place.node, 0) + 1
            to = node.again if gone < node.at_most else node.spent
            return replace(place, node=to, passes={**place.passes, place.node: gone})
        case _:
            return None


def _lacks_facts(node: Node, place: Place) -> bool:
    if isinstance(node, Hold | Connect):
        return not place.facts.get("queue")
    if isinstance(node, CallBack):
        return not (place.facts.get("caller_phone") and place.facts.get("service_number"))
    return False


def _lost(flow: Flow, place: Place) -> Place:
    """To the lost-node, at most twice in a call; then the call ends with a sentence."""
    losses = place.passes.get("lost!", 0) + 1
    to = flow.lost if losses <= LOSSES else NOWHERE
    return replace(_left(place, to), asked=0, history=(), passes={**place.passes, "lost!": losses})


def _left(place: Place, to: str) -> Place:
    """The place at another node, with counts and lead-in new."""
    return replace(place, node=to, manner=Manner.FRESH, misses=Misses(), lead_in=())


# Keys


def _chosen(menu: Menu, place: Place, event: Event, book: PromptBook) -> Place:
    if not isinstance(event, Pressed) or not event.digits:
        return _silent(menu, place, book)
    digit = event.digits[0]
    for choice in choices(menu, place.facts):
        if choice.digit == digit:
            kept = dict([choice.answer]) if choice.answer else {}
            place = replace(_with_evidence(menu, place, digit, book), answers={**place.answers, **kept})
            return _forward(place, choice.then)
    if digit == REPEAT:
        return _repeated(menu, place, book)
    return _back(menu, place, book) if digit == BACK else _wrong(menu, place, book)


def _collected(node: Collect, place: Place, event: Event, book: PromptBook) -> Place:
    if not isinstance(event, Pressed):
        return _silent(node, place, book)
    digits = event.digits.rstrip("#")
    if not digits:
        return _forward(_without(place, node.field), node.none)
    if digits == BACK:
        return _back(node, place, book)
    shortest, longest = _lengths(node, place)
    if not (digits.isascii() and digits.isdigit() and shortest <= len(digits) <= longest):
        return _wrong(node, place, book)
    return _forward(replace(place, answers={**place.answers, node.field: digits}), node.then)


def _lengths(node: Collect, place: Place) -> tuple[int, int]:
    exact = place.facts.get(node.length_fact, "")
    return (int(exact), int(exact)) if exact.isdecimal() and int(exact) else (node.shortest, node.longest)


def _forward(place: Place, to: str) -> Place:
    """On by the caller's own choice, which * takes back."""
    return replace(_left(place, to), history=(*place.history, place.node)[-HISTORY_KEPT:])


def _back(node: Keyed, place: Place, book: PromptBook) -> Place:
    if not place.history:
        return _repeated(node, place, book)
    *earlier, last = place.history
    return replace(_left(place, last), history=tuple(earlier))


def _was_collecting(flow: Flow, place: Place) -> bool:
    return bool(place.history) and isinstance(flow.nodes.get(place.history[-1]), Collect)


def _repeated(node: Keyed, place: Place, book: PromptBook) -> Place:
    repeats = place.misses.repeats + 1
    if repeats > REPEATS_FREE:
        return _wrong(node, place, book)
    return replace(place, manner=Manner.REPEATED, misses=replace(place.misses, repeats=repeats))


def _silent(node: Keyed, place: Place, book: PromptBook) -> Place:
    silences = place.misses.silence + 1
    if silences >= node.silences:
        return _given_up(node, place, node.silence or node.default, book)
    return replace(place, manner=Manner.AFTER_SILENCE, misses=replace(place.misses, silence=silences))


def _wrong(node: Keyed, place: Place, book: PromptBook) -> Place:
    wrong = place.misses.wrong + 1
    if wrong >= node.wrongs:
        return _given_up(node, place, node.default, book)
    return replace(place, manner=Manner.AFTER_WRONG_KEY, misses=replace(place.misses, wrong=wrong))


def _given_up(node: Keyed, place: Place, to: str, book: PromptBook) -> Place:
    """The default route; an old answer to the same node no longer counts."""
    if isinstance(node, Collect):
        return _left(_without(place, node.field), to)
    return _left(_with_evidence(node, place, "", book), to)


def _without(place: Place, answer: str) -> Place:
    return replace(place, answers={name: value for name, value in place.answers.items() if name != answer})


def _with_evidence(menu: Menu, place: Place, key: str, book: PromptBook) -> Place:
    if not menu.is_evidence:
        return place
    version = book.version(speaker(book, place).language, *menu_prompts(menu))
    found = Evidence(place.node, menu.prompt or place.node, version, key)
    return replace(place, evidence=(*place.evidence, found)[-EVIDENCE_KEPT:])


# What is not keys


def _recorded(node: Record, place: Place, event: Event) -> Place:
    if not isinstance(event, Recorded) or not event.url:
        return _left(place, node.then)
    kept = {"url": event.url, "sid": event.sid, "seconds": str(event.seconds)}
    answers = {f"{node.field}.{name}": value for name, value in kept.items()}
    return _left(replace(place, answers={**place.answers, **answers}), node.then)


def _answered(flow: Flow, node: Ask, place: Place, event: Event) -> Place:
    """On by the outcome. Anything else asks again; an unknown outcome or an endless chain of questions is lost."""
    if not isinstance(event, Answered):
        return place
    to = node.outcomes.get(event.outcome)
    if to is None or place.asked >= ASKS_PER_TURN:
        return _lost(flow, place)
    return replace(
        place,
        node=to,
        asked=place.asked + 1,
        facts={**place.facts, **event.facts},
        answers={**place.answers, node.question.value: str(event.outcome)},
        history=() if ASKED[node.question].writes else place.history,
    )


def _queue_left(node: Hold, place: Place, event: Event) -> Place:
    result = event.result if isinstance(event, QueueLeft) else "error"
    return _left(replace(place, answers={**place.answers, "queue_result": result}), node.then)


def _bridge_ended(node: Connect | CallBack, place: Place, event: Event) -> Place:
    ended = event if isinstance(event, BridgeEnded) else BridgeEnded(bridged=False, seconds=0, status="failed")
    answers = {
        "bridged": "yes" if ended.bridged else "no",
        "bridge_seconds": str(ended.seconds),
        "bridge_status": ended.status,
    }
    return _left(replace(place, answers={**place.answers, **answers}), node.then)


# The turn of a place


def _speech(node: Node, place: Place, voice: Speaker) -> tuple[Sentence, ...]:
    lead_in = tuple(voice.sentence(prompt) for prompt in place.lead_in)
    match node:
        case Menu() | Collect():
            if place.manner in (Manner.AFTER_SILENCE, Manner.AFTER_WRONG_KEY):
                lead_in = tuple(voice.sentence(prompt) for prompt in reprompts(node, place))
            return *lead_in, keyed_sentence(node, voice)
        case Record() | Hangup() | LeaveQueue():
            return (*lead_in, voice.sentence(node.prompt)) if node.prompt else lead_in
        case _:
            return lead_in


def _then(node: Node, place: Place) -> Then:
    match node:
        case Menu():
            return AwaitKeys(1, "", node.timeout_seconds)
        case Collect():
            shortest, longest = _lengths(node, place)
            return AwaitKeys(longest if shortest == longest else None, "#", node.timeout_seconds)
        case Record():
            return AwaitRecording(node.max_seconds, node.silence_seconds)
        case Hold():
            return EnterQueue(place.facts.get("queue", ""))
        case Connect():
            return JoinQueue(place.facts.get("queue", ""), node.pause_seconds)
        case CallBack():
            return DialNumber(place.facts.get("caller_phone", ""), place.facts.get("service_number", ""))
        case Reject() | Hangup() | KeepWaiting() | LeaveQueue():
            return _last(node)
        case Say() | Note() | Switch() | Tries() | Ask():
            return End()
        case _:
            assert_never(node)


def _last(node: Final) -> Then:
    match node:
        case KeepWaiting():
            return PlayMusic(node.music_seconds)
        case LeaveQueue():
            return ExitQueue()
        case Reject():
            return RejectCall()
        case Hangup():
            return End()
        case _:
            assert_never(node)
