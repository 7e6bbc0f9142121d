"""Somebody is gone at the wrong moment: the caller before, during and after the claim; the technician before and after the talk."""

from simulator.story import Phone
from tests.stories.stage import Stage
from tests.stories.steps import (
    CHASE_EACH_MINUTE,
    are_connected,
    finishes,
    is_paged,
    picks_up,
    reports_an_outage,
    takes_it,
)


def is_called_back(caller: Phone, technician: Phone, seconds: float = 3) -> None:
    """The technician presses 1 to call back; the caller answers, they talk, and the caller says goodbye."""
    technician.hears("Press 1 to call them back now")
    technician.presses("1")
    caller.rings()
    caller.answers()
    caller.hears("calls you back")
    caller.is_talking_to(technician)
    caller.line.waits(seconds)
    caller.hangs_up()
    technician.hears("Press 1 if it is resolved")
    technician.hangs_up()


def test_the_caller_hangs_up_before_anybody_has_picked_up(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    stage.dana.hangs_up()
    stage.sam.answers()
    stage.sam.hears("The caller has hung up and needs a call back")
    stage.sam.hears("Critical call for")
    stage.sam.presses("1")
    stage.dana.gets_text("Sam Ortiz has taken your case")
    is_called_back(stage.dana, stage.sam, seconds=25)
    stage.line.nothing_else()
    assert stage.call().end == "abandoned-and-chased"
    assert stage.case().responded_at is not None


def test_the_caller_hangs_up_while_the_technician_listens_to_the_whisper(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    picks_up(stage.sam)
    stage.dana.hangs_up()
    stage.sam.presses("1")
    stage.dana.gets_text("Sam Ortiz has taken your case")
    is_called_back(stage.dana, stage.sam)
    stage.line.nothing_else()


def test_the_caller_hangs_up_between_the_claim_and_the_talk(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    takes_it(stage.sam)
    stage.sam.hears("one moment")
    stage.dana.hangs_up()
    is_called_back(stage.dana, stage.sam)
    stage.line.nothing_else()
    assert stage.call().end == "abandoned-and-chased"
    assert stage.case().technician == "sam"


def is_on_the_way(caller: Phone, technician: Phone) -> None:
    """The technician has accepted, and the caller has just left the queue to be joined."""
    caller.hears("please stay on the line", within=60)
    technician.rings()
    technician.gets_text("CRITICAL")
    technician.answers()
    caller.hears("to leave a message", within=20)
    technician.presses("1")
    caller.hears("A technician is on the line")


def test_the_caller_hangs_up_in_the_very_moment_in_which_they_are_joined(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    is_paged(stage.maria)
    is_on_the_way(stage.dana, stage.kim)
    stage.dana.hangs_up()
    for other in (stage.sam, stage.maria):
        other.gets_text("Kim Nakamura has it")
    is_called_back(stage.dana, stage.kim)
    stage.line.nothing_else()
    assert stage.call().end == "abandoned-and-chased"
    assert (stage.case().technician, stage.hunt().status) == ("kim", "done")


def test_a_call_back_that_ends_before_a_word_was_said_counts_as_no_answer(stage: Stage) -> None:
    stage.apply(CHASE_EACH_MINUTE)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    takes_it(stage.sam)
    stage.dana.hangs_up()
    stage.sam.hears("Press 1 to call them back now")
    stage.sam.presses("1")
    stage.dana.rings()
    stage.dana.answers()
    stage.dana.hears("calls you back")
    stage.dana.hangs_up()
    stage.sam.hears("No answer. Press 1 to try again")
    stage.sam.presses("2")
    stage.dana.gets_text("we called you back and could not reach you")
    stage.sam.is_hung_up()
    stage.line.waits(75)
    stage.line.nothing_else()
    assert (stage.case().status, stage.case().responded_at) == ("in_progress", None)


def test_a_technician_who_leaves_the_caller_a_text_keeps_the_case_and_nobody_else_is_called(stage: Stage) -> None:
    stage.apply(CHASE_EACH_MINUTE)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    takes_it(stage.sam)
    stage.dana.hangs_up()
    stage.sam.hears("Press 1 to call them back now")
    stage.sam.presses("2")
    stage.dana.gets_text("Sam Ortiz works on your case")
    stage.sam.is_hung_up()
    stage.line.waits(75)
    stage.line.nothing_else()
    assert (stage.case().status, stage.case().technician) == ("in_progress", "sam")


def kim_takes_over(stage: Stage) -> None:
    """After sam is gone kim and the duty manager ring, kim has it and talks to the caller."""
    is_paged(stage.maria)
    are_connected(stage, stage.kim, stage.dana)
    for other in (stage.sam, stage.maria):
        other.gets_text("Kim Nakamura has it")
    stage.kim.hangs_up()
    finishes(stage.dana)
    assert (stage.case().technician, stage.call().end) == ("kim", "connected")


def test_when_the_winners_line_dies_before_the_talk_the_caller_is_hunted_for_again(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    takes_it(stage.sam)
    stage.sam.hears("one moment")
    stage.sam.hangs_up()
    stage.line.waits(4)
    assert (stage.case().status, stage.case().technician) == ("new", None)
    kim_takes_over(stage)
    stage.line.nothing_else()


def test_when_the_winner_dies_in_the_moment_of_joining_the_caller_is_not_left_waiting(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    is_paged(stage.maria)
    is_on_the_way(stage.dana, stage.kim)
    stage.kim.hangs_up()
    for other in (stage.sam, stage.maria):
        other.gets_text("Kim Nakamura has it")
    stage.dana.hears("please stay on the line")
    is_paged(stage.sam)
    takes_it(stage.sam)
    stage.dana.is_talking_to(stage.sam, within=20)
    for other in (stage.kim, stage.maria):
        other.gets_text("Sam Ortiz has it")
    stage.sam.hangs_up()
    finishes(stage.dana)
    stage.line.nothing_else()


def test_a_winner_who_goes_without_calling_back_is_followed_by_the_chase(stage: Stage) -> None:
    stage.apply(CHASE_EACH_MINUTE)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    takes_it(stage.sam)
    stage.dana.hangs_up()
    stage.sam.hears("Press 1 to call them back now")
    stage.sam.hangs_up()
    stage.line.waits(55)
    stage.line.nothing_else()
    is_paged(stage.kim)
    is_paged(stage.maria)
    takes_it(stage.maria)
    stage.dana.gets_text("Maria Lindqvist has taken your case")
    for other in (stage.kim, stage.sam):
        other.gets_text("Maria Lindqvist has it")
    is_called_back(stage.dana, stage.maria)
    stage.line.nothing_else()


def test_a_technician_who_hangs_up_after_the_talk_needs_no_keys(stage: Stage) -> None:
    stage.apply(CHASE_EACH_MINUTE)
    reports_an_outage(stage.dana)
    are_connected(stage, stage.sam, stage.dana)
    stage.sam.hangs_up()
    finishes(stage.dana)
    stage.line.waits(75)
    stage.line.nothing_else()
    assert (stage.case().status, stage.call().end, stage.hunt().status) == ("acknowledged", "connected", "done")
