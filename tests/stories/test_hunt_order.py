"""Who rings when: silence, passing, dead handsets, voicemail, and two who accept at once."""

import pytest
from sqlalchemy import select

from intake.tables import RecordingRow
from simulator.handset import Behaviour, Declines, InvalidNumber, SwitchedOff, Voicemail
from simulator.story import Phone
from tests.stories.stage import Stage
from tests.stories.steps import finishes, is_paged, picks_up, reports_an_outage, takes_it


def test_the_first_technician_rings_within_10_seconds_of_the_answer(stage: Stage) -> None:
    stage.dana.dials("+12025550100")
    answered = stage.clock.now()
    stage.dana.presses("1")
    stage.sam.rings(within=10)
    assert (stage.clock.now() - answered).total_seconds() <= 10
    [leg] = stage.legs()
    assert leg.placed_at is not None
    assert (leg.placed_at - stage.hunt().started_at).total_seconds() <= 1


def test_the_next_technician_rings_20_seconds_after_a_silent_one_and_not_before(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    stage.kim.does_not_ring(during=18)
    stage.kim.rings(within=4)
    stage.sam.stops_ringing(within=0)
    stage.kim.gets_text("CRITICAL")
    is_paged(stage.maria)
    takes_it(stage.kim)
    stage.dana.is_talking_to(stage.kim, within=45)
    for other in (stage.sam, stage.maria):
        other.gets_text("Kim Nakamura has it")
    stage.kim.hangs_up()
    finishes(stage.dana)
    stage.line.nothing_else()


def passes_by_key(sam: Phone) -> None:
    picks_up(sam)
    sam.presses("2")
    sam.hears("Passed on")
    sam.is_hung_up(within=5)


@pytest.mark.parametrize("passing", [passes_by_key, Phone.declines])
def test_the_next_technician_rings_at_once_when_the_first_one_passes(stage: Stage, passing: object) -> None:
    assert callable(passing)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    passing(stage.sam)
    stage.kim.rings(within=3)
    stage.kim.gets_text("CRITICAL")
    is_paged(stage.maria)
    takes_it(stage.kim)
    stage.dana.is_talking_to(stage.kim, within=45)
    for other in (stage.sam, stage.maria):
        other.gets_text("Kim Nakamura has it")
    stage.kim.hangs_up()
    finishes(stage.dana)
    stage.line.nothing_else()


@pytest.mark.parametrize("behaviour", [SwitchedOff(), SwitchedOff("failed"), InvalidNumber()])
def test_a_dead_handset_costs_no_time(stage: Stage, behaviour: Behaviour) -> None:
    stage.sam.behaviour = behaviour
    reports_an_outage(stage.dana)
    stage.kim.rings(within=5)
    stage.kim.gets_text("CRITICAL")
    is_paged(stage.maria)
    takes_it(stage.kim)
    stage.dana.is_talking_to(stage.kim, within=45)
    stage.maria.gets_text("Kim Nakamura has it")
    stage.kim.hangs_up()
    finishes(stage.dana)
    stage.line.nothing_else()


def test_a_voicemail_never_accepts_and_is_hung_up_on(stage: Stage) -> None:
    stage.sam.behaviour = Voicemail(after_seconds=12)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    stage.sam.hears("Critical call for")
    stage.kim.rings(within=15)
    stage.kim.gets_text("CRITICAL")
    is_paged(stage.maria)
    stage.sam.hears("No key was pressed")
    stage.sam.is_hung_up(within=10)
    assert stage.case().technician is None
    takes_it(stage.kim)
    stage.dana.is_talking_to(stage.kim, within=45)
    for other in (stage.sam, stage.maria):
        other.gets_text("Kim Nakamura has it")
    stage.kim.hangs_up()
    finishes(stage.dana)
    stage.line.nothing_else()


def test_of_two_who_accept_in_the_same_second_one_is_connected_and_the_other_hears_who_has_it(stage: Stage) -> None:
    stage.sam.behaviour = Declines()
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    is_paged(stage.kim)
    is_paged(stage.maria)
    picks_up(stage.kim)
    picks_up(stage.maria)
    stage.maria.handset.press("1")
    stage.kim.presses("1")
    stage.kim.hears("Maria Lindqvist has it", within=2)
    stage.kim.is_hung_up()
    stage.dana.is_talking_to(stage.maria, within=45)
    assert stage.case().technician == "maria"
    for other in (stage.sam, stage.kim):
        other.gets_text("Maria Lindqvist has it")
    stage.maria.hangs_up()
    finishes(stage.dana)
    stage.line.nothing_else()


def test_a_technician_who_accepts_while_the_caller_still_speaks_waits_and_is_joined(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    stage.dana.hears("After the tone")
    takes_it(stage.sam)
    stage.sam.hears("Connecting you, one moment")
    stage.line.waits(7)
    stage.dana.says("The whole network is down", seconds=3)
    stage.dana.hears("A technician is ready. Connecting you.")
    stage.dana.is_talking_to(stage.sam)
    stage.line.nothing_else()
    with stage.session() as session:
        [recording] = session.scalars(select(RecordingRow))
    assert (recording.purpose, recording.case_id) == ("description", stage.case().id)


def test_3_tells_more_and_the_choice_stays_open(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    picks_up(stage.sam)
    stage.sam.presses("3")
    stage.sam.hears("waiting since")
    stage.sam.hears("The caller's number is 2 0 2, 5 5 5, 0 1 1 1")
    stage.sam.hears("Critical call for")
    stage.sam.presses("1")
    stage.dana.is_talking_to(stage.sam, within=45)
    stage.line.nothing_else()


def test_whoever_picks_up_a_moment_too_late_hears_who_has_it(stage: Stage) -> None:
    stage.sam.behaviour = Declines()
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    is_paged(stage.kim)
    is_paged(stage.maria)
    picks_up(stage.kim)
    stage.kim.presses("1")
    stage.maria.answers()
    stage.maria.hears("Kim Nakamura has it")
    stage.maria.is_hung_up(within=10)
    for other in (stage.sam, stage.maria):
        other.gets_text("Kim Nakamura has it")
    stage.line.nothing_else()
