from tests.simulator.rig import BASE, SERVICE, Rig, make_rig

RECORD = (
    '<Record action="/kept" maxLength="15" timeout="3" recordingStatusCallback="/recorded" '
    'recordingStatusCallbackEvent="completed absent"/><Say>Nothing was said.</Say>'
)


def recording() -> Rig:
    rig = make_rig(voice=RECORD, kept="<Say>Thank you.</Say>")
    rig.dana.dials(SERVICE)
    return rig


def test_what_is_said_is_kept_until_silence_and_goes_to_the_action() -> None:
    rig = recording()
    rig.dana.says("the whole system is down", seconds=4)
    rig.dana.hears("thank you")
    kept = rig.service.last("kept")
    assert kept["RecordingDuration"] == "7"
    assert kept["RecordingUrl"].endswith("/Recordings/" + kept["RecordingSid"])
    assert rig.carrier.exchange.recordings[kept["RecordingSid"]].words == "the whole system is down"


def test_the_recordings_own_callback_tells_of_it() -> None:
    rig = recording()
    rig.dana.says("down")
    rig.dana.hears("thank you")
    told = rig.service.last("recorded")
    assert (told["RecordingStatus"], told["RecordingSource"]) == ("completed", "RecordVerb")
    assert told["RecordingSid"] == rig.service.last("kept")["RecordingSid"]


def test_a_key_ends_the_recording_at_once() -> None:
    rig = recording()
    rig.dana.says("down", seconds=1)
    rig.dana.presses("#")
    rig.dana.hears("thank you", within=0)
    assert rig.service.last("kept")["Digits"] == "#"


def test_silence_goes_on_with_the_next_verb_and_never_asks_the_action() -> None:
    rig = recording()
    rig.dana.hears("nothing was said", within=4)
    assert rig.service.to("kept") == []
    assert rig.service.last("recorded")["RecordingStatus"] == "absent"


def test_the_longest_length_ends_it() -> None:
    rig = recording()
    rig.dana.says("a long story", seconds=60)
    rig.dana.hears("thank you", within=15)
    assert rig.service.last("kept")["RecordingDuration"] == "15"


def test_hanging_up_keeps_what_was_said_and_tells_the_action() -> None:
    rig = recording()
    rig.dana.says("down")
    rig.line.waits(2)
    rig.dana.hangs_up()
    rig.line.waits(1)
    assert rig.service.last("kept")["Digits"] == "hangup"
    assert rig.service.last("kept")["CallStatus"] == "completed"


def test_a_document_can_do_without_the_beep() -> None:
    rig = make_rig(voice=f'<Record action="{BASE}/kept" playBeep="false"/>')
    rig.dana.dials(SERVICE)
    assert not any(line.text == "beep" for line in rig.dana.handset.lines)
