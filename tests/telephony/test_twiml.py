import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.twiml.voice_response import VoiceResponse

from ivr_flows.place import Place
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
    Then,
    Turn,
)
from telephony.twiml import DOCUMENT_LIMIT, SAY_LIMIT, Urls, escaped, render, say, speakable
from telephony.twiml import document as document_of

ACTION = "https://line.example/webhooks/voice/turn/abc/3?a=1&b=2#ct=2000&rt=4000&rc=2&rp=ct,rt,5xx"
URLS = Urls(
    action=ACTION,
    wait="https://line.example/wait",
    about_to_connect="https://line.example/connect",
    recording_status="https://line.example/recorded",
    music="https://line.example/music.wav",
)
EVERY_THEN: list[Then] = [
    AwaitKeys(1, "", 5),
    AwaitKeys(None, "#", 5),
    AwaitRecording(15, 4),
    EnterQueue("q-1"),
    JoinQueue("q-1"),
    JoinQueue("q-1", pause_seconds=2),
    DialNumber("+12025550111", "+12025550100"),
    PlayMusic(10),
    ExitQueue(),
    RejectCall(),
    End(),
]


def document(then: Then, *texts: str, urls: Urls = URLS, language: str = "en") -> ET.Element:
    """The rendered turn, read back as XML."""
    return ET.fromstring(rendered(then, *texts, urls=urls, language=language))  # noqa: S314 - our own document


def rendered(then: Then, *texts: str, urls: Urls = URLS, language: str = "en") -> str:
    speech = tuple(Sentence("a.prompt", text, language) for text in texts)
    return render(Turn(Place("front_desk", "node"), speech, then), urls)


def found(root: ET.Element, tag: str) -> ET.Element:
    element = root.find(f".//{tag}")
    assert element is not None
    return element


class TestKeys:
    def test_are_awaited_while_the_words_are_said(self) -> None:
        gather = found(document(AwaitKeys(1, "", 5), "One.", "Two."), "Gather")
        assert [say.text for say in gather] == ["One.", "Two."]
        assert gather.attrib == {
            "input": "dtmf",
            "numDigits": "1",
            "finishOnKey": "",
            "timeout": "5",
            "actionOnEmptyResult": "true",
            "action": ACTION,
            "method": "POST",
        }

    def test_of_open_length_end_with_hash(self) -> None:
        gather = found(document(AwaitKeys(None, "#", 5)), "Gather")
        assert gather.get("finishOnKey") == "#"
        assert gather.get("numDigits") is None

    @pytest.mark.parametrize("then", [AwaitKeys(1, "", 5), AwaitRecording(15, 4)])
    def test_are_followed_by_a_redirect_so_that_nothing_falls_off_the_end(self, then: Then) -> None:
        root = document(then, "Say it.")
        assert (root[-1].tag, root[-1].text) == ("Redirect", ACTION)


class TestVerbs:
    def test_a_recording_beeps_has_a_limit_and_reports(self) -> None:
        record = found(document(AwaitRecording(15, 4), "After the tone."), "Record")
        assert (record.get("maxLength"), record.get("timeout"), record.get("playBeep")) == ("15", "4", "true")
        assert record.get("finishOnKey") == "1234567890*#"
        assert (record.get("action"), record.get("recordingStatusCallback")) == (ACTION, URLS.recording_status)

    def test_the_caller_waits_in_a_queue_with_a_document_of_its_own(self) -> None:
        enqueue = found(document(EnterQueue("q-1"), "Please hold."), "Enqueue")
        assert (enqueue.text, enqueue.get("waitUrl"), enqueue.get("action")) == ("q-1", URLS.wait, ACTION)

    def test_the_technician_joins_the_queue(self) -> None:
        root = document(JoinQueue("q-1", pause_seconds=2), "Connecting you.")
        assert [element.tag for element in root] == ["Say", "Pause", "Dial"]
        assert (found(root, "Dial").get("timeout"), found(root, "Dial").get("action")) == ("10", ACTION)
        assert (found(root, "Queue").text, found(root, "Queue").get("url")) == ("q-1", URLS.about_to_connect)

    def test_a_call_back_shows_the_service_number(self) -> None:
        root = document(DialNumber("+12025550111", "+12025550100"))
        assert found(root, "Dial").get("callerId") == "+12025550100"
        assert found(root, "Number").text == "+12025550111"
        assert found(root, "Number").get("url") == URLS.about_to_connect

    @pytest.mark.parametrize(
        ("then", "tags"),
        [
            (End(), ["Say", "Hangup"]),
            (ExitQueue(), ["Say", "Leave"]),
            (PlayMusic(10), ["Say", "Play"]),
            (RejectCall(), ["Reject"]),
        ],
    )
    def test_the_ends(self, then: Then, tags: list[str]) -> None:
        assert [element.tag for element in document(then, "Goodbye.")] == tags

    def test_without_music_the_wait_is_a_pause(self) -> None:
        assert found(document(PlayMusic(10), urls=Urls(action=ACTION)), "Pause").get("length") == "10"

    def test_what_has_no_address_has_no_attribute(self) -> None:
        assert "recordingStatusCallback" not in rendered(AwaitRecording(15, 4), urls=Urls(action=ACTION))


class TestSpeech:
    @pytest.mark.parametrize(("language", "locale"), [("en", "en-US"), ("es", "es-US"), ("unknown", "en-US")])
    def test_has_the_voice_of_its_language(self, language: str, locale: str) -> None:
        say = found(document(End(), "Hello.", language=language), "Say")
        assert say.get("language") == locale
        assert (say.get("voice") or "").startswith("Polly.")

    def test_is_escaped_like_the_carriers_own_builder_does(self) -> None:
        text = "<b>Smith & Sons</b> \"quoted\" 'single' ]]> é 😀"
        theirs = VoiceResponse()
        theirs.say(text)
        assert found(document(End(), text), "Say").text == ET.fromstring(str(theirs))[0].text  # noqa: S314 - SDK's own

    @pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\ud800b", "a\ufffeb", "a\u2028b", "a \n\t b", "a\x85b"])
    def test_holds_nothing_that_cannot_be_spoken(self, text: str) -> None:
        assert found(document(End(), text), "Say").text == "a b"

    @pytest.mark.parametrize("text", ["", " ", "\x00\x01"])
    def test_of_nothing_is_left_out(self, text: str) -> None:
        assert document(End(), text)[0].tag == "Hangup"

    def test_is_cut_between_words(self) -> None:
        cut = speakable("four " * 2000)
        assert len(cut) <= SAY_LIMIT
        assert cut.endswith("four")

    def test_of_one_endless_word_is_cut_too(self) -> None:
        assert len(speakable("x" * 9000)) == SAY_LIMIT

    @pytest.mark.parametrize("then", EVERY_THEN, ids=lambda then: type(then).__name__)
    def test_that_does_not_fit_is_dropped_and_the_verb_never_is(self, then: Then) -> None:
        long = rendered(then, *["&<>" * 4000] * 20)
        assert len(long.encode()) <= DOCUMENT_LIMIT
        assert found(ET.fromstring(long), rendered_tag(then)) is not None  # noqa: S314 - our own document


class TestDocumentsWithoutFlow:
    def test_are_made_of_verbs_already_written(self) -> None:
        root = ET.fromstring(document_of(say("Fish & chips.") + "<Hangup/>"))  # noqa: S314 - our own document
        assert [element.tag for element in root] == ["Say", "Hangup"]
        assert root[0].text == "Fish & chips."

    def test_hold_any_text_in_any_place(self) -> None:
        text = "\"a\" <b> & 'c'\x00"
        root = ET.fromstring(document_of(f'<Play loop="{escaped(text)}">{escaped(text)}</Play>'))  # noqa: S314 - our own
        assert root[0].get("loop") == root[0].text == "\"a\" <b> & 'c' "


def rendered_tag(then: Then) -> str:
    """The verb that a turn without words comes to, last of all but a redirect."""
    return [element.tag for element in document(then) if element.tag != "Redirect"][-1]


@settings(max_examples=100, deadline=None)
@given(then=st.sampled_from(EVERY_THEN), texts=st.lists(st.text(alphabet=st.characters(), max_size=40), max_size=4))
def test_any_words_make_a_well_formed_document(then: Then, texts: list[str]) -> None:
    root = document(then, *texts)
    assert root.tag == "Response"
    assert all(say.text and len(say.text) <= SAY_LIMIT for say in root.iter("Say"))


@pytest.mark.parametrize("hostile", ['q"><Hangup/>', "q&<", "q\x00"])
def test_no_value_breaks_out_of_its_place(hostile: str) -> None:
    root = document(EnterQueue(hostile), urls=Urls(action=f'https://line.example/"{hostile}', wait=hostile))
    assert [element.tag for element in root] == ["Enqueue"]
