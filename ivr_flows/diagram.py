"""A flow drawn: Mermaid for the eye, and a page for docs/flows with the words and seconds of every prompt beside it."""

from typing import assert_never

from ivr_flows.check import sentences_of
from ivr_flows.nodes import (
    Ask,
    CallBack,
    Collect,
    Connect,
    Flow,
    Hangup,
    Hold,
    KeepWaiting,
    LeaveQueue,
    Menu,
    Node,
    Note,
    Record,
    Reject,
    Say,
    Switch,
    Tries,
    edges,
)
from ivr_flows.pace import SAMPLES, seconds_of
from ivr_flows.spoken import Speaker
from ivr_flows.wording import FALLBACK, SHIPPED, PromptBook

LABEL_LENGTH = 60


def mermaid(flow: Flow, book: PromptBook = SHIPPED) -> str:
    """The whole flow as a Mermaid flowchart: one line for each node, one for each edge."""
    voice = Speaker(book, FALLBACK, SAMPLES)
    lines = ["flowchart TD", f"    call([{flow.name}]) --> n_{flow.start}"]
    lines += [f"    n_{name}{_shape(name, node, voice)}" for name, node in flow.nodes.items()]
    for name, node in flow.nodes.items():
        lines += [f"    n_{name} {_arrow(edge.label)} n_{edge.to}" for edge in edges(node)]
    return "\n".join(lines) + "\n"


def _arrow(label: str) -> str:
    return f'-->|"{_quoted(label)}"|' if label else "-->"


def _shape(name: str, node: Node, voice: Speaker) -> str:
    opening, closing = _outline(node)
    said = _quoted(" ".join(text for _, text in sentences_of(node, voice))[:LABEL_LENGTH])
    label = f"<b>{name}</b>" + (f"<br/>{said}" if said else "")
    return f'{opening}"{label}"{closing}'


def _outline(node: Node) -> tuple[str, str]:
    match node:
        case Menu() | Collect():
            return "[/", "/]"
        case Ask() | Switch() | Tries():
            return "{{", "}}"
        case Hold() | Connect() | CallBack():
            return "[[", "]]"
        case Reject() | Hangup() | KeepWaiting() | LeaveQueue():
            return "([", "])"
        case Say() | Record() | Note():
            return "[", "]"
        case _:
            assert_never(node)


def _quoted(text: str) -> str:
    return text.replace("&", "and").replace('"', "'").replace("#", "hash").replace("<", "(").replace(">", ")")


def page(flow: Flow, book: PromptBook = SHIPPED) -> str:
    """The page of docs/flows/<name>.md: what is said at each node with its length, then the drawing."""
    rows = [row for name, node in flow.nodes.items() for row in _rows(name, node, book)]
    return "\n".join(
        [
            f"# The flow {flow.name}",
            "",
            "Generated from the flow and its prompts; do not edit. Seconds at 2.5 words a second, with sample facts.",
            "",
            "| Node | Prompt | Seconds | Words |",
            "|---|---|---|---|",
            *rows,
            "",
            "```mermaid",
            mermaid(flow, book).rstrip(),
            "```",
            "",
        ]
    )


def _rows(name: str, node: Node, book: PromptBook) -> list[str]:
    voice = Speaker(book, FALLBACK, SAMPLES)
    return [
        f"| {name} | {prompt} | {seconds_of(text):.1f} | {text.replace('|', '/')} |"
        for prompt, text in sentences_of(node, voice)
    ]
