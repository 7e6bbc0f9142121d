from typing import get_args

import pytest

from foundation.windows import Interval
from oncall.cover_words import REFUSALS, Story, asking_words, period_words, refusal_words, taken_words
from oncall.swaps import Code, Objection
from tests.oncall.written import instant, roster

SHIFT = Interval(instant("2026-06-01T08:00"), instant("2026-06-02T08:00"))
BACK = Interval(instant("2026-06-04T08:00"), instant("2026-06-04T20:00"))
LINE = roster(name="Line")


def test_a_period_within_a_day_names_it_once() -> None:
    assert period_words(BACK, "UTC") == "Thu 4 Jun 08:00 to 20:00 (UTC)"
    assert period_words(SHIFT, "America/Chicago") == "Mon 1 Jun 03:00 to Tue 2 Jun 03:00 (Chicago)"


def test_a_question_says_what_is_asked_and_how_to_answer() -> None:
    story = Story(17, LINE, "Sam", SHIFT, BACK, reason="Dentist.")
    assert asking_words(story) == (
        "Sam asks you to take Line Mon 1 Jun 08:00 to Tue 2 Jun 08:00 (UTC) and takes yours Thu 4 Jun 08:00 to 20:00 (UTC) in "
        "return. Reason: Dentist. Reply TAKE 17 or NO 17."
    )


def test_who_acts_in_somebodys_name_is_named() -> None:
    story = Story(17, LINE, "Sam", SHIFT, on_behalf_by="Maria")
    assert asking_words(story).startswith("Maria, for Sam, asks you")
    assert "entered by Maria" in taken_words(story, "Kim", "Maria")


@pytest.mark.parametrize("code", get_args(Code))
def test_every_objection_has_its_sentence(code: Code) -> None:
    said = refusal_words(Objection(code, "kim", *SHIFT, "Line"), {"kim": "Kim"}, "UTC")
    assert said[0].isupper()
    assert said.endswith(".")
    assert "{" not in said


def test_there_are_no_sentences_for_objections_that_are_gone() -> None:
    assert set(REFUSALS) == set(get_args(Code))
