"""A turn as the carrier's document. Pure, and written as text, for the SDK's builder costs half of a request.

What falls off the end of a document is hung up on by the carrier; so whatever waits for the caller is followed by a
redirect to the same action, for a carrier that does not ask again after silence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from ivr_flows.turns import (
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
    Turn,
)

HEAD = '<?xml version="1.0" encoding="UTF-8"?><Response>'
TAIL = "</Response>"
SAY_LIMIT = 4096  # characters of one Say, carrier's limit
DOCUMENT_LIMIT = 64 * 1024  # bytes, carrier's limit
SPEECH_LIMIT = 48 * 1024  # bytes of speech in a document, which leaves room for verbs and addresses
JOIN_TIMEOUT_SECONDS = 10  # how long a technician waits at a queue that is still empty
CALL_BACK_TIMEOUT_SECONDS = 25

# What XML 1.0 cannot hold, and what a voice cannot speak: controls, lone surrogates, non-characters.
UNSPEAKABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+")


@dataclass(frozen=True, slots=True)
class Voice:
    """A carrier's voice and the language it is told to speak."""

    name: str
    locale: str


VOICES: Mapping[str, Voice] = {
    "en": Voice("Polly.Joanna-Neural", "en-US"),
    "es": Voice("Polly.Lupe-Neural", "es-US"),
}


@dataclass(frozen=True, slots=True)
class Urls:
    """Absolute addresses for one turn, ASCII; a fragment with the carrier's retry settings is allowed.

    `action` takes what comes of this turn, whatever it is. `wait` is the document of the queue. `about_to_connect` is
    what the caller hears when a technician joins, or when called back. `music` is a sound file, or nothing for a pause.
    """

    action: str
    wait: str = ""
    about_to_connect: str = ""
    recording_status: str = ""
    music: str = ""


def render(turn: Turn, urls: Urls, voices: Mapping[str, Voice] = VOICES) -> str:
    """The complete document, at most 64 kB. Speech that would not fit is cut, what follows it never is."""
    speech = _speech(turn.speech, voices)
    match turn.then:
        case AwaitKeys():
            body = _gather(turn.then, speech, urls)
        case AwaitRecording():
            body = speech + _record(turn.then, urls)
        case EnterQueue(queue):
            body = speech + f"<Enqueue{_attributes(waitUrl=urls.wait, action=urls.action)}>{_text(queue)}</Enqueue>"
        case JoinQueue():
            body = speech + _join(turn.then, urls)
        case DialNumber():
            body = speech + _dial(turn.then, urls)
        case PlayMusic(seconds):
            body = speech + _music(seconds, urls)
        case ExitQueue():
            body = speech + "<Leave/>"
        case RejectCall():
            body = '<Reject reason="rejected"/>'
        case End():
            body = speech + "<Hangup/>"
        case _:
            assert_never(turn.then)
    return HEAD + body + TAIL


def _gather(then: AwaitKeys, speech: str, urls: Urls) -> str:
    length = {} if then.digits is None else {"numDigits": str(then.digits)}
    attributes = _attributes(
        input="dtmf",
        **length,
        finishOnKey=then.finish_on_key,
        timeout=str(then.timeout_seconds),
        actionOnEmptyResult="true",
        action=urls.action,
        method="POST",
    )
    return f"<Gather{attributes}>{speech}</Gather>{_redirect(urls)}"


def _record(then: AwaitRecording, urls: Urls) -> str:
    attributes = _attributes(
        action=urls.action,
        method="POST",
        maxLength=str(then.max_seconds),
        timeout=str(then.silence_seconds),
        finishOnKey=then.finish_on_key,
        playBeep="true",
        **_given(recordingStatusCallback=urls.recording_status),
    )
    return f"<Record{attributes}/>{_redirect(urls)}"


def _join(then: JoinQueue, urls: Urls) -> str:
    pause = f'<Pause length="{then.pause_seconds}"/>' if then.pause_seconds else ""
    attributes = _attributes(action=urls.action, method="POST", timeout=str(JOIN_TIMEOUT_SECONDS))
    queue = f"<Queue{_attributes(**_given(url=urls.about_to_connect))}>{_text(then.queue)}</Queue>"
    return f"{pause}<Dial{attributes}>{queue}</Dial>"


def _dial(then: DialNumber, urls: Urls) -> str:
    attributes = _attributes(
        action=urls.action, method="POST", timeout=str(CALL_BACK_TIMEOUT_SECONDS), callerId=then.caller_id
    )
    number = f"<Number{_attributes(**_given(url=urls.about_to_connect))}>{_text(then.number)}</Number>"
    return f"<Dial{attributes}>{number}</Dial>"


def _music(seconds: int, urls: Urls) -> str:
    return f"<Play>{_text(urls.music)}</Play>" if urls.music else f'<Pause length="{seconds}"/>'


def _redirect(urls: Urls) -> str:
    return f'<Redirect method="POST">{_text(urls.action)}</Redirect>'


def _speech(sentences: tuple[Sentence, ...], voices: Mapping[str, Voice]) -> str:
    said = ""
    for sentence in sentences:
        more = _say(sentence, voices)
        if len(said.encode()) + len(more.encode()) > SPEECH_LIMIT:
            return said
        said += more
    return said


def _say(sentence: Sentence, voices: Mapping[str, Voice]) -> str:
    text = speakable(sentence.text)
    if not text:
        return ""
    voice = voices.get(sentence.language, voices["en"])
    return f"<Say{_attributes(voice=voice.name, language=voice.locale)}>{_text(text)}</Say>"


def speakable(text: str) -> str:
    """What a document may hold and a voice can say: no controls, single spaces, whole words, up to 4096 characters."""
    words = " ".join(UNSPEAKABLE.sub(" ", text).split())
    if len(words) <= SAY_LIMIT:
        return words
    return words[:SAY_LIMIT].rpartition(" ")[0] or words[:SAY_LIMIT]


def _text(text: str) -> str:
    return UNSPEAKABLE.sub(" ", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _attributes(**values: str) -> str:
    """Attributes in order, each with a space before it."""
    return "".join(f' {name}="{_text(value).replace(chr(34), "&quot;")}"' for name, value in values.items())


def _given(**values: str) -> dict[str, str]:
    """Only those that have a value."""
    return {name: value for name, value in values.items() if value}


def document(verbs: str) -> str:
    """Put verbs that are already written into a whole document."""
    return HEAD + verbs + TAIL


def say(words: str, language: str = "en") -> str:
    """Write one sentence as a verb, for the few documents that no flow makes."""
    return _say(Sentence("", words, language), VOICES)


def escaped(text: str) -> str:
    """Make a text safe inside a document, also in an attribute."""
    return _text(text).replace(chr(34), "&quot;")
