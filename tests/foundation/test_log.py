import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.log import configure_logs, hide_secrets, logger


def logged(**facts: object) -> dict[str, object]:
    return dict(hide_secrets(None, "info", dict(facts)))


@pytest.mark.parametrize(
    "text",
    ["+12025550141", "call from +12025550141 to +442079460018", "/webhooks?From=+12025550141", "x+12025550141y"],
)
def test_phone_numbers_are_masked_wherever_they_stand_in_a_text(text: str) -> None:
    written = str(logged(said=text)["said"])
    assert "555" not in written
    assert "207946" not in written
    assert "41" in written


@pytest.mark.parametrize("name", ["digits", "pin", "token", "auth_token", "password", "secret", "signature"])
def test_pressed_keys_and_secrets_are_never_written(name: str) -> None:
    assert logged(**{name: "4711"}) == {name: "(hidden)"}


def test_other_facts_are_written_as_they_are() -> None:
    facts = {"event": "ring_placed", "leg": 7, "case": "104283", "late_seconds": 0.5, "people": ["sam"]}
    assert logged(**facts) == facts


@settings(deadline=None)
@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True), st.text(max_size=20), st.text(max_size=20))
def test_no_number_in_e164_form_gets_through(number: str, before: str, behind: str) -> None:
    assert number not in str(logged(said=f"{before} {number} {behind}")["said"])


def test_a_line_of_the_log_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO", "json")
    logger("stories").info("call_ended", caller="+12025550141", seconds=31)
    written = json.loads(capsys.readouterr().err)
    assert (written["event"], written["part"], written["seconds"]) == ("call_ended", "stories", 31)
    assert written["caller"] == "**********41"
