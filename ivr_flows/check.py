"""What is wrong with a flow, found without calling it: `faults(flow)` is empty for a flow that may go live.

Each check is one function from the flow to its faults. Targets that lead nowhere are reported once and left out of the
checks that follow edges.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from ivr_flows.engine import BACK, REPEAT
from ivr_flows.nodes import (
    Ask,
    CallBack,
    Collect,
    Connect,
    Edge,
    Final,
    Flow,
    Hangup,
    Hold,
    LeaveQueue,
    Menu,
    Node,
    Record,
    Say,
    Switch,
    Tries,
    edges,
)
from ivr_flows.pace import SAMPLES, WORDS_PER_SECOND, seconds_of, spoken_words
from ivr_flows.questions import ASKED, Question
from ivr_flows.spoken import Speaker, keyed_sentence, menu_prompts
from ivr_flows.wording import PLACEHOLDER, SHIPPED, PromptBook

KEYS_LIMIT = 4
EMERGENCY_SECONDS = 4.0
FRAME_FACTS = frozenset({"choice", "key", "offered"})
REPROMPTS = tuple(f"again.{kind}_{count}" for kind in ("silence", "wrong", "number") for count in (1, 2))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one node."""

    flow: str
    node: str
    text: str

    def __str__(self) -> str:
        """As a line for people."""
        return f"{self.flow}.{self.node}: {self.text}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A flow as the checks see it: with its prompt book and the samples that prompts are measured with."""

    flow: Flow
    book: PromptBook
    samples: Mapping[str, str]

    def fault(self, node: str, text: str) -> Fault:
        """A fault of this flow."""
        return Fault(self.flow.name, node, text)

    def edges(self, name: str) -> tuple[Edge, ...]:
        """The ways on from a node that lead somewhere."""
        return tuple(edge for edge in edges(self.flow.nodes[name]) if edge.to in self.flow.nodes)

    def roots(self) -> tuple[str, ...]:
        """Where calls come in: the start, and the lost-node after a deploy."""
        return tuple(name for name in (self.flow.start, self.flow.lost) if name in self.flow.nodes)

    def reached(self, roots: Iterable[str], follow: Callable[[Edge], bool] = lambda _: True) -> frozenset[str]:
        """Every node that can be got to from the roots by edges that may be followed."""
        found: set[str] = set()
        ahead = list(roots)
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                ahead += [edge.to for edge in self.edges(name) if follow(edge)]
        return frozenset(found)


def faults(flow: Flow, book: PromptBook = SHIPPED, facts: Mapping[str, str] = SAMPLES) -> tuple[Fault, ...]:
    """Every fault of the flow, in the order of the checks. `facts` replace samples, such as the organisation's name."""
    subject = Subject(flow, book, {**SAMPLES, **facts})
    return tuple(chain.from_iterable(check(subject) for check in CHECKS))


def unknown_targets(subject: Subject) -> Iterator[Fault]:
    """Every target is a node of the flow."""
    flow = subject.flow
    for root, name in (("start", flow.start), ("lost", flow.lost)):
        if name not in flow.nodes:
            yield subject.fault(root, f"there is no node {name!r}")
    for name, node in flow.nodes.items():
        for edge in edges(node):
            if edge.to and edge.to not in flow.nodes:
                yield subject.fault(name, f"{edge.label or 'then'} leads to {edge.to!r}, which does not exist")


def unreachable_nodes(subject: Subject) -> Iterator[Fault]:
    """Every node can be got to from the start or the lost-node."""
    reached = subject.reached(subject.roots())
    for name in subject.flow.nodes:
        if name not in reached:
            yield subject.fault(name, "no call can get here")


def dead_ends(subject: Subject) -> Iterator[Fault]:
    """From every node the call can come to an end."""
    for name in subject.flow.nodes:
        if not any(isinstance(subject.flow.nodes[to], Final) for to in subject.reached([name])):
            yield subject.fault(name, "a call that gets here can never end")


def missing_routes(subject: Subject) -> Iterator[Fault]:
    """Whoever presses nothing, or the wrong keys, has a way on."""
    for name, node in subject.flow.nodes.items():
        if isinstance(node, Menu | Collect):
            if not node.default:
                yield subject.fault(name, "has no default route")
            if node.silences < 1 or node.wrongs < 1:
                yield subject.fault(name, "gives up before the first miss")
        if isinstance(node, Collect) and not 1 <= node.shortest <= node.longest:
            yield subject.fault(name, f"no number has {node.shortest} to {node.longest} digits")


def unhandled_outcomes(subject: Subject) -> Iterator[Fault]:
    """Every outcome of a question leads somewhere, and only its own outcomes do."""
    for name, node in subject.flow.nodes.items():
        if isinstance(node, Ask):
            possible, handled = set(ASKED[node.question].outcomes), set(node.outcomes)
            for outcome in sorted(possible - handled):
                yield subject.fault(name, f"does not handle the outcome {outcome.value!r}")
            for outcome in sorted(handled - possible):
                yield subject.fault(name, f"{outcome.value!r} is no outcome of {node.question.value!r}")
        elif isinstance(node, Switch) and node.on in set(Question):
            for case in sorted(set(node.cases) - set(ASKED[Question(node.on)].outcomes)):
                yield subject.fault(name, f"{case!r} is no outcome of {node.on!r}")


def bad_keys(subject: Subject) -> Iterator[Fault]:
    """At most four keys, each once, and none of the keys that repeat and go back."""
    for name, node in subject.flow.nodes.items():
        if not isinstance(node, Menu):
            continue
        offered = [str(number + 1) for number in range(node.offers.most if node.offers else 0)]
        digits = [*offered, *(key.digit for key in node.keys)]
        if len(digits) > KEYS_LIMIT:
            yield subject.fault(name, f"offers {len(digits)} keys, the limit is {KEYS_LIMIT}")
        if not digits or len(set(digits)) < len(digits):
            yield subject.fault(name, "offers no key, or one key twice")
        for digit in digits:
            if digit in (REPEAT, BACK) or len(digit) != 1 or digit not in "123456789#":
                yield subject.fault(name, f"{digit!r} cannot be the key of a choice")


def prompts_of(node: Node) -> tuple[str, ...]:
    """Every prompt id that a node says of itself."""
    match node:
        case Menu():
            return *menu_prompts(node), *([node.help] if node.help else [])
        case Collect():
            return node.prompt, *([node.help] if node.help else [])
        case Say() | Record() | Hangup() | LeaveQueue():
            return (node.prompt,) if node.prompt else ()
        case _:
            return ()


def missing_prompts(subject: Subject) -> Iterator[Fault]:
    """Every prompt has words."""
    for name, node in subject.flow.nodes.items():
        for prompt in prompts_of(node):
            if not subject.book.placeholders(prompt) and not subject.book.template("", prompt):
                yield subject.fault(name, f"there is no prompt {prompt!r}")
    for prompt in (*REPROMPTS, "lost.goodbye"):
        if not subject.book.template("", prompt):
            yield subject.fault(subject.flow.start, f"there is no prompt {prompt!r}")


def sentences_of(node: Node, voice: Speaker) -> Iterator[tuple[str, str]]:
    """What a node says of itself, as (prompt id, text); a menu with its keys is one prompt."""
    if isinstance(node, Menu | Collect):
        sentence = keyed_sentence(node, voice)
        yield sentence.prompt, sentence.text
        said = [node.help] if node.help else []
    else:
        said = [*prompts_of(node)]
    for prompt in said:
        yield prompt, voice.words(prompt)


def long_prompts(subject: Subject) -> Iterator[Fault]:
    """No prompt is longer than the flow's limit, in any language."""
    limit = subject.flow.prompt_limit_seconds
    for language in subject.book.languages:
        voice = Speaker(subject.book, language, subject.samples)
        for name, node in subject.flow.nodes.items():
            for prompt, text in sentences_of(node, voice):
                if seconds_of(text) > limit:
                    yield subject.fault(
                        name, f"{prompt!r} takes {seconds_of(text):.1f} s in {language}, limit {limit} s"
                    )


def late_emergency(subject: Subject) -> Iterator[Fault]:
    """A flow for callers names its emergency key within four seconds of the answer."""
    found = [name for name, node in subject.flow.nodes.items() if isinstance(node, Menu) and _emergency_key(node)]
    if subject.flow.must_leave_case and not found:
        yield subject.fault(subject.flow.start, "has no emergency key")
    for name in found:
        for language in subject.book.languages:
            late = _emergency_named_after(subject, name, language)
            if late > EMERGENCY_SECONDS:
                yield subject.fault(name, f"names the emergency key after {late:.1f} s in {language}")


def _emergency_key(menu: Menu) -> str:
    return next((key.digit for key in menu.keys if key.is_emergency), "")


def _emergency_named_after(subject: Subject, name: str, language: str) -> float:
    menu = subject.flow.nodes[name]
    if not isinstance(menu, Menu):
        return 0.0
    voice = Speaker(subject.book, language, subject.samples)
    words = [word.strip(".,;:") for word in spoken_words(keyed_sentence(menu, voice).text)]
    before = [seconds_of(voice.words(node.prompt)) for node in _says_before(subject, name)]
    return sum(before) + (words.index(_emergency_key(menu)) + 1) / WORDS_PER_SECOND


def _says_before(subject: Subject, name: str) -> Iterator[Say]:
    for node in subject.flow.nodes.values():
        if isinstance(node, Say) and node.then == name:
            yield node


def endless_without_key(subject: Subject) -> Iterator[Fault]:
    """A call in which nobody presses a key comes to an end: such a loop must go through `Tries`."""
    onward = {name: _unforced(subject, name) for name in subject.flow.nodes}
    for name in _on_a_loop(onward):
        yield subject.fault(name, "a call can go round here for ever without a key")


def _unforced(subject: Subject, name: str) -> frozenset[str]:
    node = subject.flow.nodes[name]
    if isinstance(node, Tries):
        return frozenset({node.spent} & set(subject.flow.nodes))
    return frozenset(edge.to for edge in subject.edges(name) if not edge.needs_key)


def _on_a_loop(onward: Mapping[str, frozenset[str]]) -> list[str]:
    """Peel off nodes that lead only to peeled ones; of what is left, keep what can get back to itself."""
    left = dict(onward)
    while free := [name for name, to in left.items() if not to & left.keys()]:
        for name in free:
            del left[name]
    return [name for name in left if _gets_back(name, left)]


def _gets_back(name: str, onward: Mapping[str, frozenset[str]]) -> bool:
    seen: set[str] = set()
    ahead = [name]
    while ahead:
        for to in onward[ahead.pop()] & onward.keys():
            if to == name:
                return True
            if to not in seen:
                seen.add(to)
                ahead.append(to)
    return False


def calls_without_case(subject: Subject) -> Iterator[Fault]:
    """Where the flow claims it, nobody gets to a hang-up of ours before a case has a number."""
    if not subject.flow.must_leave_case:
        return
    without_case = subject.reached(subject.roots(), lambda edge: "case_number" not in edge.gives)
    for name in sorted(without_case):
        if isinstance(subject.flow.nodes[name], Hangup):
            yield subject.fault(name, "a call can end here without a case")


def facts_needed(node: Node, book: PromptBook) -> frozenset[str]:
    """The facts without which a node cannot be said or done."""
    needed = frozenset(chain.from_iterable(book.placeholders(prompt) for prompt in prompts_of(node))) - FRAME_FACTS
    if isinstance(node, Hold | Connect):
        return needed | {"queue"}
    return needed | {"caller_phone", "service_number"} if isinstance(node, CallBack) else needed


def missing_facts(subject: Subject) -> Iterator[Fault]:
    """On every way to a node somebody has given the facts that it speaks of."""
    known = facts_known(subject)
    for name, node in subject.flow.nodes.items():
        for fact in sorted(facts_needed(node, subject.book) - known.get(name, frozenset(SAMPLES))):
            yield subject.fault(name, f"needs the fact {fact!r}, which not every way here brings")


def facts_known(subject: Subject) -> dict[str, frozenset[str]]:
    """For each reachable node the facts that every way to it brings: the largest solution, found by narrowing down."""
    at_start = subject.flow.knows | frozenset(subject.flow.defaults)
    known = dict.fromkeys(subject.roots(), at_start)
    ahead = list(known)
    while ahead:
        name = ahead.pop()
        for edge in subject.edges(name):
            brought = known[name] | edge.gives
            narrowed = known.get(edge.to, brought) & brought
            if known.get(edge.to) != narrowed:
                known[edge.to] = narrowed
                ahead.append(edge.to)
    return known


def bad_placeholders(subject: Subject) -> Iterator[Fault]:
    """Every brace in a prompt belongs to a placeholder."""
    for name, node in subject.flow.nodes.items():
        for prompt in prompts_of(node):
            for language in subject.book.languages:
                if set("{}") & set(PLACEHOLDER.sub("", subject.book.template(language, prompt))):
                    yield subject.fault(name, f"{prompt!r} has a placeholder that is not well formed in {language}")


CHECKS: tuple[Callable[[Subject], Iterator[Fault]], ...] = (
    unknown_targets,
    unreachable_nodes,
    dead_ends,
    missing_routes,
    unhandled_outcomes,
    bad_keys,
    missing_prompts,
    bad_placeholders,
    long_prompts,
    late_emergency,
    endless_without_key,
    calls_without_case,
    missing_facts,
)
