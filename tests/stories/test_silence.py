import pytest
from sqlalchemy import select

from intake.tables import CallEventRow, RecordingRow
from tests.stories.explorer import OVER, SILENCE, Explorer, Path
from tests.stories.stage import CAST, SERVICE, Stage

NUMBER = "Your case number is 1 0, 0 0, 1 4. Again, 1 0, 0 0, 1 4."
ASKS_FOR_A_MESSAGE = "Please say your name, organisation and the problem after the tone."
UNSTATED = "the severity was not stated"


@pytest.mark.parametrize(
    ("who", "caller_id", "desk"),
    [
        ("dana", None, "New medium case 100014: Northside Clinic, Premium."),
        ("jo", None, "The caller has several accounts and named none."),
        ("stranger", None, "New medium case 100014: unverified caller, account unknown."),
        ("dana", "anonymous", "New medium case 100014: unverified caller, account unknown."),
    ],
)
def test_whoever_presses_and_says_nothing_at_all_leaves_with_a_case(
    stage: Stage, who: str, caller_id: str | None, desk: str
) -> None:
    caller = stage.line.phone(CAST[who], who)
    caller.dials(SERVICE, caller_id)
    caller.hears("Sorry, we did not hear a key.", within=12)
    caller.hears("If you cannot press keys, stay on the line and leave a message.", within=15)
    caller.hears(ASKS_FOR_A_MESSAGE)
    caller.hears(NUMBER)
    caller.hears("Goodbye.")
    caller.is_hung_up()
    if caller_id is None:
        caller.gets_text("Your case number is 100014.")
    assert UNSTATED in stage.ana.gets_text(desk)
    stage.line.nothing_else()
    assert (stage.call().end, stage.case().severity) == ("ticket", "medium")


@pytest.mark.parametrize("keys", ["9#8", "***7777", "000009999"])
def test_whoever_presses_wrong_keys_only_leaves_a_message_with_a_case(stage: Stage, keys: str) -> None:
    stage.dana.dials(SERVICE)
    for key in keys:
        stage.line.waits(1)
        stage.dana.presses(key)
    stage.dana.hears(ASKS_FOR_A_MESSAGE, within=10)
    stage.line.waits(6)
    stage.dana.says("This is Dana, the printers are dead", seconds=5)
    stage.dana.hears(NUMBER)
    stage.dana.gets_text("Your case number is 100014.")
    stage.ana.gets_text(UNSTATED)
    stage.dana.is_hung_up()
    stage.line.nothing_else()
    with stage.session() as session:
        [kept] = session.scalars(select(RecordingRow))
    assert (kept.purpose, kept.case_id, stage.call().end) == ("message", stage.case().id, "voicemail")


@pytest.mark.parametrize("keys", ["19", "1*", "10"])
def test_of_several_keys_at_once_the_first_counts(stage: Stage, keys: str) -> None:
    stage.dana.dials(SERVICE)
    stage.dana.presses(keys)
    stage.dana.hears("Help is being called now.", within=0)
    stage.sam.rings(within=3)
    stage.sam.gets_text("CRITICAL 10 00 14")
    stage.dana.hears("tell us in a few words what is down", within=30)
    assert len(stage.cases()) == 1


def test_a_key_works_during_every_prompt(stage: Stage) -> None:
    stage.dana.dials(SERVICE)
    began = stage.clock.now()
    for key, words in (("2", "Work slowed"), ("2", "Your case has medium priority."), ("1", "Help is being called")):
        stage.dana.presses(key)
        stage.dana.hears(words, within=0)
    assert stage.clock.now() == began
    stage.sam.rings(within=3)


SPOTS: dict[str, tuple[str, Path]] = {
    "greeting": ("jo", ()),
    "choose_account": ("jo", ("2",)),
    "account_number": ("jo", ("2", "4")),
    "read_back": ("jo", ("2", "4", "318842")),
    "severity": ("jo", ("2", "1")),
    "ticket_menu": ("jo", ("2", "1", "3")),
    "hunting_menu": ("jo", ("1", "1")),
    "other_organisation": ("dana", ("1", "3")),
    "callback_confirm": ("dana", ("1", SILENCE, SILENCE)),
    "callback_number": ("dana", ("1", SILENCE, SILENCE, "2")),
    "number_menu": ("stranger", ("1", "204517", "1")),
    "number_again": ("stranger", ("1", "111111")),
}
"""Prompts that listen for keys, who gets there, and how."""


@pytest.mark.parametrize("key", ["0#", "*#", "9#"])
def test_repeat_back_and_a_wrong_key_never_end_a_call(stage: Stage, key: str) -> None:
    for node, (who, way) in SPOTS.items():
        explorer = Explorer(stage, stage.line.phone(CAST[who]).handset)
        reached, _ = explorer.try_path((*way, key))
        assert reached != OVER
        assert reached == node or key == "*#"
        assert explorer.calls[-1].end is not None


def test_nothing_that_a_caller_keys_is_written_down_but_its_length(stage: Stage) -> None:
    stage.stranger.dials(SERVICE)
    stage.stranger.presses("1")
    stage.stranger.presses("204517")
    with stage.session() as session:
        [keyed] = session.scalars(select(CallEventRow).where(CallEventRow.kind == "keyed"))
    assert keyed.facts == {"node": "emergency_number", "length": 6}
