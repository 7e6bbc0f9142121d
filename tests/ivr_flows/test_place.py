import json

import pytest

from ivr_flows.place import EVIDENCE_KEPT, HISTORY_KEPT, Evidence, Manner, Misses, Place
from tests.ivr_flows.house import caller

PLACE = Place(
    "front_desk",
    "severity",
    turn=4,
    manner=Manner.AFTER_SILENCE,
    misses=Misses(silence=1, wrong=2, repeats=3),
    answers={"lane": "other", "spoken": 'é "quoted" \u0000 😀'},
    facts={"case_number": "100428"},
    evidence=(Evidence("greeting", "greeting.organisation", "en-00000000", "2"),),
    lead_in=("hunting.called",),
    history=("greeting",),
    passes={"not_found": 2},
    asked=1,
)


def test_a_place_comes_back_from_its_json_as_it_was() -> None:
    assert Place.from_json(PLACE.to_json()) == PLACE


def test_what_a_newer_release_wrote_is_left_out() -> None:
    stored = {**json.loads(PLACE.to_json()), "speech_confidence": 0.3}
    assert Place.from_json(json.dumps(stored)) == PLACE


def test_what_an_older_release_did_not_know_has_its_default() -> None:
    assert Place.from_json('{"flow": "front_desk", "node": "greeting"}') == Place("front_desk", "greeting")


@pytest.mark.parametrize("text", ["", "[]x", '{"node": "greeting"}', '{"flow": "f", "node": "n", "manner": "loud"}'])
def test_what_no_release_has_written_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        Place.from_json(text)


def test_answers_come_before_facts() -> None:
    place = Place("f", "n", answers={"severity": "low", "empty": ""}, facts={"severity": "high", "empty": "fact"})
    assert (place.known("severity"), place.known("empty"), place.known("nothing")) == ("low", "fact", "")


def test_a_long_call_keeps_a_bounded_place() -> None:
    walk = caller()
    for _ in range(60):
        walk.press("2")
        walk.press("*")
    assert len(walk.place.history) <= HISTORY_KEPT
    assert len(walk.place.evidence) == EVIDENCE_KEPT
