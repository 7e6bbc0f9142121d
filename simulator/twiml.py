"""Documents that the service answers with: read, judged by the grammar, handed on as plain verbs.

The grammar holds what the carrier performs. A legal verb or attribute that it does not perform is reported like an
illegal one, because silence about it would teach the service something false. Codes are Twilio's: 12100 document
parse failure, 12200 schema warning, 12300 invalid content type, 11750 body too large.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

MOST_BYTES = 65_536
MOST_SAID = 4_096
WORDS_PER_SECOND = 2.5
"""How fast a prompt is spoken, for every length that the simulator reckons with."""
PLAY_SECONDS = 5.0
"""How long one playing of a file takes; its real length is not looked up."""
XML_TYPES = ("text/xml", "application/xml", "text/html")

Kind = Literal["voice", "queue-wait", "whisper", "screening", "messaging"]

METHOD = ("GET", "POST")
TRUTH = ("true", "false")
RECORDING_EVENTS = ("in-progress", "completed", "absent")
CALL_EVENTS = ("initiated", "ringing", "answered", "completed")

Rule = Literal["any", "number", "url", "keys", "phone"] | tuple[str, ...]

_SAY: Mapping[str, Rule] = {"voice": "any", "language": "any", "loop": "number"}
GRAMMAR: Mapping[str, Mapping[str, Rule]] = {
    "Say": _SAY,
    "Play": {"loop": "number", "digits": "any"},
    "Pause": {"length": "number"},
    "Gather": {
        "action": "url",
        "method": METHOD,
        "timeout": "number",
        "numDigits": "number",
        "finishOnKey": "keys",
        "input": ("dtmf", "speech"),
        "actionOnEmptyResult": TRUTH,
        "language": "any",
        "hints": "any",
        "speechTimeout": "any",
        "speechModel": "any",
        "profanityFilter": TRUTH,
        "enhanced": TRUTH,
        "bargeIn": TRUTH,
    },
    "Record": {
        "action": "url",
        "method": METHOD,
        "timeout": "number",
        "finishOnKey": "keys",
        "maxLength": "number",
        "playBeep": TRUTH,
        "trim": ("trim-silence", "do-not-trim"),
        "recordingStatusCallback": "url",
        "recordingStatusCallbackMethod": METHOD,
        "recordingStatusCallbackEvent": RECORDING_EVENTS,
    },
    "Dial": {
        "action": "url",
        "method": METHOD,
        "timeout": "number",
        "timeLimit": "number",
        "callerId": "phone",
        "hangupOnStar": TRUTH,
        "answerOnBridge": TRUTH,
        "sequential": TRUTH,
        "ringTone": "any",
    },
    "Number": {
        "url": "url",
        "method": METHOD,
        "statusCallback": "url",
        "statusCallbackMethod": METHOD,
        "statusCallbackEvent": CALL_EVENTS,
    },
    "Queue": {"url": "url", "method": METHOD},
    "Enqueue": {
        "action": "url",
        "method": METHOD,
        "waitUrl": "url",
        "waitUrlMethod": METHOD,
        "maxQueueSize": "number",
    },
    "Redirect": {"method": METHOD},
    "Hangup": {},
    "Reject": {"reason": ("rejected", "busy")},
    "Leave": {},
    "Message": {"to": "phone", "from": "phone", "action": "url", "method": METHOD, "statusCallback": "url"},
    "Body": {},
}
"""Every element that is performed, with its attributes; a tuple lists the words that the value may hold."""

SAID = frozenset({"Say", "Play", "Pause"})
CHILDREN: Mapping[str, frozenset[str]] = {
    "Gather": SAID,
    "Dial": frozenset({"Number", "Queue"}),
    "Message": frozenset({"Body"}),
}
VERBS: Mapping[Kind, frozenset[str]] = {
    "voice": SAID | {"Gather", "Record", "Dial", "Enqueue", "Redirect", "Hangup", "Reject"},
    "queue-wait": SAID | {"Gather", "Redirect", "Hangup", "Leave"},
    "whisper": SAID | {"Redirect"},
    "screening": SAID | {"Gather", "Redirect", "Hangup"},
    "messaging": frozenset({"Message", "Redirect"}),
}
NEEDS_TEXT = frozenset({"Say", "Number", "Queue", "Redirect", "Enqueue"})
TAKES_TEXT = NEEDS_TEXT | {"Play", "Dial", "Message", "Body"}
MANY_WORDS = frozenset({"input", "statusCallbackEvent", "recordingStatusCallbackEvent"})
SSML = frozenset({"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"})
E164 = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(frozen=True, slots=True)
class Verb:
    """One element: its attributes as written, its text, its children. `pause` is the silence that SSML breaks add."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""
    children: tuple["Verb", ...] = ()
    pause: float = 0.0

    def get(self, attribute: str, default: str = "") -> str:
        """Return an attribute, or the default when it is absent."""
        return self.attributes.get(attribute, default)

    def number(self, attribute: str, default: int) -> int:
        """Return a number, or the default when it is absent or no number (which was reported)."""
        text = self.attributes.get(attribute, "")
        return int(text) if text.isdecimal() else default

    def holds(self, attribute: str, *, default: bool) -> bool:
        """Return a truth value."""
        return self.attributes.get(attribute, "true" if default else "false") == "true"

    def words(self, attribute: str, default: str) -> frozenset[str]:
        """Return the words of a list."""
        return frozenset(self.attributes.get(attribute, default).split())


@dataclass(frozen=True, slots=True)
class Document:
    """A document ready to perform, with every complaint about it as (code, text)."""

    verbs: tuple[Verb, ...]
    complaints: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A document that cannot be performed at all."""

    code: int
    text: str


def parse(body: bytes | str, kind: Kind, content_type: str = "text/xml") -> Document | Unreadable:
    """Read a document; wrong verbs are left out and complained of, a broken document is unreadable."""
    raw = body.encode() if isinstance(body, str) else body
    if len(raw) > MOST_BYTES:
        return Unreadable(11750, "document larger than 64 kB")
    if content_type.partition(";")[0].strip().lower() not in XML_TYPES:
        return Unreadable(12300, f"content type {content_type!r} is no XML")
    try:
        root = ET.fromstring(raw)  # noqa: S314 - expat knows no outside entities, and the document comes from the service under test
    except ET.ParseError as error:
        return Unreadable(12100, f"not well-formed: {error}")
    if root.tag != "Response":
        return Unreadable(12100, f"the root is <{root.tag}>, not <Response>")
    complaints = list(_stray_text(root))
    verbs = tuple(_verbs(root, VERBS[kind], complaints))
    return Document(verbs, tuple((12200, text) for text in complaints))


def _stray_text(node: ET.Element) -> Iterator[str]:
    strays = [node.text, *(child.tail for child in node)]
    yield from (f"text directly in <{node.tag}>: {stray.strip()[:30]!r}" for stray in strays if stray and stray.strip())


def _verbs(node: ET.Element, allowed: frozenset[str], complaints: list[str]) -> Iterator[Verb]:
    for child in node:
        if child.tag not in allowed:
            known = "not allowed here" if child.tag in GRAMMAR else "unknown, or not performed by this carrier"
            complaints.append(f"<{child.tag}> in <{node.tag}>: {known}")
            continue
        yield _verb(child, complaints)


def _verb(node: ET.Element, complaints: list[str]) -> Verb:
    attributes = {name: value for name, value in node.attrib.items() if _is_legal(node.tag, name, value, complaints)}
    if node.tag == "Say":
        verb = Verb("Say", attributes, _spoken(node, complaints), pause=_breaks(node))
    else:
        nested = tuple(_verbs(node, CHILDREN.get(node.tag, frozenset()), complaints))
        verb = Verb(node.tag, attributes, (node.text or "").strip(), nested)
    complaints.extend(_misuse(verb))
    return verb


def _is_legal(tag: str, name: str, value: str, complaints: list[str]) -> bool:
    rule = GRAMMAR[tag].get(name)
    if rule is None:
        complaints.append(f"<{tag}> has no attribute {name!r}, or this carrier does not perform it")
        return False
    if not _fits(rule, name, value):
        complaints.append(f"<{tag}> {name}={value!r} is not legal")
        return False
    return True


def _fits(rule: Rule, name: str, value: str) -> bool:
    match rule:
        case "any":
            return True
        case "number":
            return value.isdecimal()
        case "url":
            return not re.search(r"\s", value)
        case "keys":
            return not re.search(r"[^0-9#*]", value)
        case "phone":
            return bool(E164.fullmatch(value)) or value == "anonymous"
        case _:
            given = value.split() if name in MANY_WORDS else [value.upper() if rule == METHOD else value]
            return all(word in rule for word in given)


def _misuse(verb: Verb) -> Iterator[str]:
    """Name what the attributes' own rules cannot."""
    if verb.name in NEEDS_TEXT and not verb.text:
        yield f"<{verb.name}> is empty"
    if verb.text and verb.name not in TAKES_TEXT:
        yield f"<{verb.name}> takes no text: {verb.text[:30]!r}"
    if verb.name == "Say" and len(verb.text) > MOST_SAID:
        yield f"<Say> has {len(verb.text)} characters, the most is {MOST_SAID}"
    if verb.name == "Play" and not verb.text and not verb.get("digits"):
        yield "<Play> has neither a file nor digits"
    if verb.name == "Gather" and verb.get("numDigits") == "0":
        yield "<Gather> numDigits=0"
    if verb.name == "Dial":
        yield from _dial_misuse(verb)


def _dial_misuse(verb: Verb) -> Iterator[str]:
    nouns = [child.name for child in verb.children]
    if bool(verb.text) == bool(nouns):
        yield "<Dial> has both text and nouns" if nouns else "<Dial> calls nobody"
    if "Queue" in nouns and len(nouns) > 1:
        yield "<Queue> beside another noun"


def _spoken(node: ET.Element, complaints: list[str]) -> str:
    strangers = {inner.tag for inner in node.iter() if inner is not node} - SSML
    complaints.extend(f"<{tag}> in <Say>: no SSML element" for tag in sorted(strangers))
    return " ".join("".join(node.itertext()).split())


def _breaks(node: ET.Element) -> float:
    """Sum up the breaks in seconds: `500ms`, `2s`, or a second where only a strength is given."""
    total = 0.0
    for pause in node.iter("break"):
        found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s)", pause.get("time", "1s"))
        if found:
            total += float(found[1]) / (1000 if found[2] == "ms" else 1)
    return total


def speaking_seconds(text: str) -> float:
    """Return how long a text takes to speak."""
    return len(text.split()) / WORDS_PER_SECOND
