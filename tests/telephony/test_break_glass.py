import json
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.phone import PhoneNumber
from telephony.break_glass import (
    GlassUrls,
    OnCall,
    Snapshot,
    chain,
    farewell,
    read_snapshot,
    screened,
    screening,
    write_snapshot,
)

SERVICE = PhoneNumber("+12025550100")
SAM = OnCall("Sam Ortiz", PhoneNumber("+12025550141"))
ANA = OnCall("Ana Delgado <&> Ñandú", PhoneNumber("+12025550144"))
URLS = GlassUrls("https://line.example/after/1?a=1&b=2", "https://line.example/screen", "https://line.example/recorded")


def verbs(document: str) -> list[ET.Element]:
    return list(ET.fromstring(document))  # noqa: S314 - our own document


# The document


def test_the_chain_says_one_sentence_and_rings_one_person_who_must_press_a_key() -> None:
    say, dial = verbs(chain(Snapshot(SERVICE, (SAM, ANA)), 0, URLS))
    (number,) = dial
    assert (say.tag, dial.tag, number.tag) == ("Say", "Dial", "Number")
    assert (number.text, number.get("url")) == (SAM.phone.e164, URLS.screen)
    assert (dial.get("action"), dial.get("timeout"), dial.get("callerId")) == (URLS.after, "20", SERVICE.e164)


def test_after_the_last_person_a_message_is_taken_and_nobody_is_hung_up_on_without_a_word() -> None:
    for position in (2, 3, 999):
        tags = [verb.tag for verb in verbs(chain(Snapshot(SERVICE, (SAM, ANA)), position, URLS))]
        assert tags == ["Say", "Record", "Say", "Hangup"]


def test_with_nobody_on_duty_the_message_is_taken_at_once() -> None:
    assert verbs(chain(Snapshot(SERVICE, ()), 0, URLS))[1].tag == "Record"


def test_only_the_key_1_joins_whoever_picked_up() -> None:
    assert [verb.tag for verb in verbs(screening("https://line.example/accepted"))] == ["Gather", "Hangup"]
    assert verbs(screened("1")) == []
    for other in ("", "2", "11", "hangup"):
        assert [verb.tag for verb in verbs(screened(other))] == ["Hangup"]
    assert [verb.tag for verb in verbs(farewell())] == ["Say", "Hangup"]


# The snapshot


def test_a_snapshot_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "var" / "on-duty.json"
    assert write_snapshot(path, [SAM, ANA])
    assert read_snapshot(path, SERVICE) == Snapshot(SERVICE, (SAM, ANA))


def test_a_snapshot_is_written_only_where_it_changes_something(tmp_path: Path) -> None:
    path = tmp_path / "on-duty.json"
    assert [write_snapshot(path, people) for people in ([SAM], [SAM], [SAM, ANA], [])] == [True, False, True, True]
    assert [found.name for found in tmp_path.iterdir()] == ["on-duty.json"]


UNREADABLE = {
    "empty": b"",
    "cut off": b'{"people": [{"name": "Sam"',
    "not text": b"\xff\xfe\x00",
    "a list": b"[]",
    "a number": b"7",
    "nothing": b"null",
    "other keys": b'{"persons": []}',
    "people as text": b'{"people": "sam"}',
    "people as a table": b'{"people": {"name": "Sam"}}',
    "a well without a bottom": b"[" * 200_000,
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_damaged_snapshot_is_nobody_on_duty_and_never_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "on-duty.json"
    path.write_bytes(content)
    assert read_snapshot(path, SERVICE) == Snapshot(SERVICE, ())


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_damaged_snapshot_is_mended_by_the_next(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "on-duty.json"
    path.write_bytes(content)
    assert write_snapshot(path, [SAM])
    assert read_snapshot(path, SERVICE).people == (SAM,)


def test_no_file_or_a_folder_in_its_place_is_nobody_on_duty(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("missing", "folder", "missing/on-duty.json"):
        assert read_snapshot(tmp_path / name, SERVICE).people == ()


@pytest.mark.parametrize("phone", ["", "sam", '+1202"/><Hangup/>', 12025550141, None, {"a": 1}, "+12025550141\n", "+1"])
def test_an_entry_that_cannot_be_rung_costs_nobody_else_their_ring(tmp_path: Path, phone: object) -> None:
    path = tmp_path / "on-duty.json"
    damaged = [{"name": "X", "phone": phone}, "Y", None, {}, {"phone": SAM.phone.e164, "name": SAM.name}]
    path.write_text(json.dumps({"people": damaged}))
    people = read_snapshot(path, SERVICE).people
    assert people[-1] == SAM
    assert {person.phone for person in people} == {SAM.phone}


def test_whoever_reads_while_several_write_reads_a_whole_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "on-duty.json"
    crews = [[SAM] * size for size in (1, 40, 400)]
    write_snapshot(path, crews[0])

    def rewrite() -> None:
        for turn in range(12):
            write_snapshot(path, crews[turn % 3])

    writers = [threading.Thread(target=rewrite) for _ in range(3)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert len(read_snapshot(path, SERVICE).people) in (1, 40, 400)
    assert [found.name for found in tmp_path.iterdir()] == ["on-duty.json"]


@settings(max_examples=80)
@given(st.text(max_size=60))
def test_no_name_and_no_address_can_break_out_of_the_document(odd: str) -> None:
    urls = GlassUrls(f"https://line.example/{odd}", f"https://line.example/{odd}", f"https://line.example/{odd}")
    for position in (0, 1):
        tags = {element.tag for element in ET.fromstring(chain(Snapshot(SERVICE, (SAM,)), position, urls)).iter()}  # noqa: S314 - our own document
        assert tags <= {"Response", "Say", "Dial", "Number", "Record", "Hangup"}
