"""After the talk: what the technician's keys do, and what the caller's."""

from intake.tables import CaseRow
from routing.service import resolve
from tests.stories.stage import Stage
from tests.stories.steps import CHASE_EACH_MINUTE, are_connected, is_paged, reports_an_outage, takes_it


def sam_and_dana_have_talked(stage: Stage) -> None:
    """They talk for a moment; the caller hangs up, and the technician hears the choices."""
    reports_an_outage(stage.dana)
    are_connected(stage, stage.sam, stage.dana)
    stage.line.waits(3)
    stage.dana.hangs_up()
    stage.sam.hears("Press 1 if it is resolved")


def test_1_resolves_the_case(stage: Stage) -> None:
    sam_and_dana_have_talked(stage)
    stage.sam.presses("1")
    stage.sam.hears("The case is resolved")
    stage.sam.is_hung_up()
    stage.line.nothing_else()
    assert (stage.case().status, stage.case().resolved_at is not None) == ("resolved", True)


def test_2_goes_on_with_the_case(stage: Stage) -> None:
    sam_and_dana_have_talked(stage)
    stage.sam.presses("2")
    stage.sam.hears("The case stays with you")
    stage.sam.is_hung_up()
    stage.line.nothing_else()
    assert (stage.case().status, stage.case().technician) == ("in_progress", "sam")


def test_3_brings_in_the_duty_manager(stage: Stage) -> None:
    sam_and_dana_have_talked(stage)
    stage.sam.presses("3")
    stage.sam.hears("The next level is being called")
    stage.sam.is_hung_up()
    stage.maria.rings()
    stage.maria.gets_text("NEXT LEVEL for case 10 00 14 (100014): Sam Ortiz asks for you")
    stage.maria.answers()
    stage.maria.hears("Sam Ortiz asks for the next level")
    stage.maria.hears("Critical call for")
    stage.maria.presses("1")
    stage.sam.gets_text("Maria Lindqvist has taken over as the next level")
    stage.dana.gets_text("Maria Lindqvist has taken your case")
    stage.maria.hears("Press 1 to call them back now")
    stage.maria.presses("1")
    stage.dana.rings()
    stage.dana.answers()
    stage.dana.is_talking_to(stage.maria)
    stage.line.nothing_else()
    assert stage.case().technician == "maria"


def test_when_the_duty_manager_does_not_come_leadership_is_called_and_not_the_one_who_asks(stage: Stage) -> None:
    stage.apply(CHASE_EACH_MINUTE)
    sam_and_dana_have_talked(stage)
    stage.sam.presses("3")
    for _ in range(3):
        stage.maria.rings(within=40)
        stage.maria.stops_ringing()
    for phone in (stage.maria, stage.theo):
        phone.rings(within=60)
    for _ in range(3):
        stage.maria.gets_text("NEXT LEVEL")
    stage.theo.gets_text("NEXT LEVEL")
    takes_it(stage.theo)
    stage.sam.gets_text("Theo Barrett has taken over")
    stage.maria.gets_text("Theo Barrett has it")
    stage.dana.gets_text("Theo Barrett has taken your case")
    stage.line.nothing_else()


def test_nobody_is_chased_for_a_case_that_is_resolved_meanwhile(stage: Stage) -> None:
    stage.apply(CHASE_EACH_MINUTE)
    sam_and_dana_have_talked(stage)
    stage.sam.presses("3")
    for _ in range(3):
        stage.maria.rings(within=40)
        stage.maria.declines()
    for _ in range(2):
        stage.maria.gets_text("NEXT LEVEL")
    with stage.runtime.database.begin() as session:
        resolve(session, session.get_one(CaseRow, stage.case().id), "sam", stage.clock.now())
    stage.line.waits(70)
    stage.line.nothing_else()
    assert stage.hunt().status == "done"


def test_4_changes_the_severity(stage: Stage) -> None:
    sam_and_dana_have_talked(stage)
    stage.sam.presses("4")
    stage.sam.hears("Press 1 for medium")
    stage.sam.presses("1")
    stage.sam.hears("The severity is changed")
    stage.sam.is_hung_up()
    stage.line.nothing_else()
    assert stage.case().severity == "medium"


def test_silence_after_the_talk_leaves_the_case_with_the_technician(stage: Stage) -> None:
    sam_and_dana_have_talked(stage)
    stage.sam.hears("The case stays with you", within=90)
    stage.sam.is_hung_up()
    stage.line.nothing_else()
    assert stage.case().status == "in_progress"


def test_the_caller_who_is_finished_hears_the_case_number_and_goodbye(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    are_connected(stage, stage.sam, stage.dana)
    stage.sam.hangs_up()
    stage.dana.hears("If you are finished, press 1")
    stage.dana.presses("1")
    stage.dana.hears("Your case number is 1 0, 0 0, 1 4. Goodbye.")
    stage.dana.is_hung_up()
    stage.line.nothing_else()


def test_the_caller_can_be_connected_again_and_the_same_technician_rings_first(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    are_connected(stage, stage.sam, stage.dana)
    stage.line.waits(5)
    stage.sam.hangs_up()
    stage.dana.hears("To be connected again, press 2")
    stage.dana.presses("2")
    stage.dana.hears("We connect you again")
    is_paged(stage.sam)
    takes_it(stage.sam)
    stage.dana.is_talking_to(stage.sam, within=30)
    stage.line.waits(30)
    stage.dana.hangs_up()
    stage.sam.hears("Press 1 if it is resolved")
    stage.sam.hangs_up()
    stage.line.nothing_else()
    assert stage.call().end == "connected"
    assert len(stage.cases()) == 1
    assert stage.case().responded_at is not None


def test_a_caller_who_is_connected_again_by_nobody_is_let_go_at_the_ceiling_and_chased_for(stage: Stage) -> None:
    stage.apply("[policies]\nwait_ceiling_seconds = 30\n")
    reports_an_outage(stage.dana)
    are_connected(stage, stage.sam, stage.dana)
    stage.sam.hangs_up()
    stage.dana.hears("To be connected again, press 2")
    stage.dana.presses("2")
    for phone in (stage.sam, stage.kim, stage.maria):
        is_paged(phone)
    stage.dana.hears("Nobody has answered yet", within=40)
    stage.maria.gets_text("NOBODY HAS ACCEPTED")
    stage.dana.hangs_up()
    takes_it(stage.maria)
    stage.dana.gets_text("Maria Lindqvist has taken your case")
    for other in (stage.sam, stage.kim):
        other.gets_text("Maria Lindqvist has it")
    stage.line.nothing_else()
    assert stage.case().technician == "maria"
