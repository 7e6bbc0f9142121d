"""The verbs that one call performs by itself: what it hears, what it may key in or say, where it goes next."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.calls import Source, rfc2822
from simulator.courier import request
from simulator.messages import Recording
from simulator.performing import CallOverError, Heard, Key, Spoke, Wait
from simulator.stage import GoTo, HangUp, LeaveQueue, Performing, Stage, elapse, keep, listen, tell
from simulator.twiml import PLAY_SECONDS, Verb, speaking_seconds

MOST_LOOPS = 1000
"""What the carrier makes of `loop="0"`, which stands for ever."""
TONE_SECONDS = 0.5
"""How long one tone of `<Play digits>`, or one `w` in it, takes."""
CONFIDENCE = "0.9"
"""How sure the simulated recogniser of speech is: it never errs, and never says so."""


def say(stage: Stage, verb: Verb) -> Performing:
    """Speak a text, as often as it is to be repeated."""
    seconds = speaking_seconds(verb.text) + verb.pause
    for _ in range(verb.number("loop", 1) or MOST_LOOPS):
        if stage.is_interrupted():
            break
        stage.exchange.note(stage.call, "hears", verb.text, seconds)
        yield from elapse(stage, seconds)
    return None


def play(stage: Stage, verb: Verb) -> Performing:
    """Play a file or send tones."""
    if verb.get("digits"):
        stage.exchange.note(stage.call, "event", f"tones {verb.get('digits')}")
        yield from elapse(stage, TONE_SECONDS * len(verb.get("digits")))
        return None
    for _ in range(verb.number("loop", 1) or MOST_LOOPS):
        if stage.is_interrupted():
            break
        stage.exchange.note(stage.call, "event", f"plays {stage.absolute(verb.text)}", PLAY_SECONDS)
        yield from elapse(stage, PLAY_SECONDS)
    return None


def pause(stage: Stage, verb: Verb) -> Performing:
    """Let silence pass."""
    yield from elapse(stage, verb.number("length", 1))
    return None


def redirect(stage: Stage, verb: Verb) -> Performing:
    """Go on with another document."""
    yield from ()
    return GoTo(Source(stage.absolute(verb.text), verb.get("method", "POST")))


def hang_up(_stage: Stage, _verb: Verb) -> Performing:
    """End the call."""
    yield from ()
    return HangUp()


def reject(stage: Stage, verb: Verb) -> Performing:
    """Turn an inbound call away unanswered; once answered it can only be hung up."""
    if stage.call.answered is None:
        stage.call.final_status = "busy" if verb.get("reason") == "busy" else "no-answer"
    yield from ()
    return HangUp()


def leave(_stage: Stage, _verb: Verb) -> Performing:
    """Leave the queue."""
    yield from ()
    return LeaveQueue()


@dataclass(frozen=True, slots=True)
class Input:
    """What a Gather got: keys, the key that finished them, words."""

    digits: str = ""
    finished_on: str = ""
    speech: str = ""

    def is_empty(self) -> bool:
        """Tell whether the person said and keyed nothing."""
        return not self.digits and not self.speech

    def fields(self, *, wants_speech: bool) -> list[tuple[str, str]]:
        """Return the form fields for the action."""
        if self.speech:
            return [("SpeechResult", self.speech), ("Confidence", CONFIDENCE), ("Language", "en-US")]
        fields = [("Digits", self.digits), ("FinishedOnKey", self.finished_on), ("msg", "Gather End")]
        return fields + ([("SpeechResult", "")] if wants_speech and not self.digits else [])


def gather(stage: Stage, verb: Verb) -> Performing:
    """Ask for keys or words: prompts that either interrupts, then time to answer."""
    wants = verb.words("input", "dtmf")
    stage.exchange.await_input(stage.call, "keys" if "dtmf" in wants else "speech")
    stage.listens_for_speech = "speech" in wants
    stage.interruptible = True
    try:
        for prompt in verb.children:
            if not stage.is_interrupted():
                yield from stage.verbs[prompt.name](stage, prompt)
        given = yield from _collect(stage, verb, by_keys="dtmf" in wants)
    finally:
        stage.interruptible = stage.listens_for_speech = False
        stage.heard_speech = None
        stage.exchange.await_input(stage.call, "")
    if given.is_empty() and not verb.holds("actionOnEmptyResult", default=False):
        return None
    return GoTo(stage.source_for(verb, "action", given.fields(wants_speech="speech" in wants)))


def _collect(stage: Stage, verb: Verb, *, by_keys: bool) -> Generator[Wait, Heard, Input]:
    """Take keys until enough, the finishing key, or silence; each key gives the full time for the next."""
    most, finish, patience = verb.number("numDigits", 0), verb.get("finishOnKey", "#"), verb.number("timeout", 5)
    digits = ""
    while True:
        if stage.heard_speech is not None:
            return Input(speech=stage.heard_speech.text)
        while stage.typed and by_keys:
            key = stage.typed.pop(0)
            if finish and key in finish:
                return Input(digits, key)
            digits += key
            if most and len(digits) >= most:
                return Input(digits)
        heard = yield from listen(stage.now() + timedelta(seconds=patience), Key, Spoke)
        if heard is None:
            return Input(digits)
        keep(stage, heard)


@dataclass(slots=True)
class Tape:
    """A recording while it runs: since when, what was said, until when speech goes on."""

    started: datetime
    speaks_until: datetime
    words: str = ""
    finished_on: str = ""


def record(stage: Stage, verb: Verb) -> Performing:
    """Record what the person says; where nothing was said, go on with the next verb without asking the action."""
    exchange, call = stage.exchange, stage.call
    if verb.holds("playBeep", default=True):
        exchange.note(call, "event", "beep")
    exchange.await_input(call, "speech")
    tape = Tape(stage.now(), stage.now())
    try:
        yield from _run_tape(stage, verb, tape)
    except CallOverError:
        _keep_after_hang_up(stage, verb, tape)
        raise
    exchange.await_input(call, "")
    if not tape.words:
        _report_absent(stage, verb)
        return None
    recording = _keep_recording(stage, verb, tape)
    return GoTo(stage.source_for(verb, "action", _recording_fields(stage, recording, tape.finished_on)))


def _run_tape(stage: Stage, verb: Verb, tape: Tape) -> Generator[Wait, Heard, None]:
    """Listen until the finishing key, silence or the longest length."""
    finish, patience = verb.get("finishOnKey", "1234567890*#"), verb.number("timeout", 5)
    ends = tape.started + timedelta(seconds=verb.number("maxLength", 3600))
    while True:
        heard = yield from listen(min(ends, tape.speaks_until + timedelta(seconds=patience)), Key, Spoke)
        if heard is None:
            return
        if isinstance(heard, Spoke):
            tape.words = f"{tape.words} {heard.text}".strip()
            tape.speaks_until = max(tape.speaks_until, stage.now()) + timedelta(seconds=heard.seconds)
        elif isinstance(heard, Key) and heard.digit in finish:
            tape.finished_on = heard.digit
            return


def _keep_after_hang_up(stage: Stage, verb: Verb, tape: Tape) -> None:
    """Keep what was said until the call was over; the action hears of it, its document goes nowhere."""
    if not tape.words:
        return
    recording = _keep_recording(stage, verb, tape)
    tell(stage, stage.source_for(verb, "action", _recording_fields(stage, recording, "hangup")), "record")


def _keep_recording(stage: Stage, verb: Verb, tape: Tape) -> Recording:
    exchange, now = stage.exchange, stage.now()
    seconds = max(1, round((now - tape.started).total_seconds()))
    recording = Recording(exchange.sids.new("RE"), stage.call.sid, tape.started, seconds, tape.words)
    exchange.recordings[recording.sid] = recording
    _tell_recording(stage, verb, recording, "completed")
    return recording


def _report_absent(stage: Stage, verb: Verb) -> None:
    nothing = Recording(stage.exchange.sids.new("RE"), stage.call.sid, stage.now(), 0)
    _tell_recording(stage, verb, nothing, "absent")


def recording_url(stage: Stage, recording: Recording) -> str:
    """Return the address under which the carrier serves a recording."""
    exchange = stage.exchange
    return f"{exchange.api_base}/2010-04-01/Accounts/{exchange.account_sid}/Recordings/{recording.sid}"


def _recording_fields(stage: Stage, recording: Recording, digits: str) -> list[tuple[str, str]]:
    return [
        ("RecordingUrl", recording_url(stage, recording)),
        ("RecordingSid", recording.sid),
        ("RecordingDuration", str(recording.seconds)),
        ("Digits", digits),
    ]


def _tell_recording(stage: Stage, verb: Verb, recording: Recording, status: str) -> None:
    """Send the recording's own callback, if the verb asked for this event."""
    url = verb.get("recordingStatusCallback")
    if not url or status not in verb.words("recordingStatusCallbackEvent", "completed"):
        return
    form = {
        "AccountSid": stage.exchange.account_sid,
        "CallSid": stage.call.sid,
        "RecordingSid": recording.sid,
        "RecordingUrl": recording_url(stage, recording),
        "RecordingStatus": status,
        "RecordingDuration": str(recording.seconds),
        "RecordingChannels": "1",
        "RecordingStartTime": rfc2822(recording.created),
        "RecordingSource": "RecordVerb",
        "RecordingTrack": "inbound",
    }
    method = verb.get("recordingStatusCallbackMethod", "POST")
    stage.exchange.courier.tell(request(stage.absolute(url), form, method), status)
