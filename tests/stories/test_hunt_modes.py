"""Plans of every shape: at once, staggered, nobody there, nobody on record, a plan changed while it runs, two hunts at a time."""

from sqlalchemy import text

from simulator.handset import Declines
from tests.stories.stage import Stage
from tests.stories.steps import QUICK, are_connected, finishes, is_paged, reports_an_outage, takes_it


def policy(steps: str, rounds: int = 1) -> str:
    """The escalation policy of critical calls."""
    return f'[[escalation_policies]]\nkey = "critical"\nsteps = [{steps}]\nrounds = {rounds}\n'


AT_ONCE = policy('{ ring = ["technician:sam", "technician:kim"], mode = "at_once", ring_seconds = 20 }')
STAGGERED = policy(
    '{ ring = ["technician:sam", "technician:kim", "technician:lee"], mode = "staggered", '
    "stagger_seconds = 6, ring_seconds = 20 }"
)


def test_at_once_rings_everybody_of_the_step_and_the_first_to_accept_has_it(stage: Stage) -> None:
    stage.apply(AT_ONCE)
    reports_an_outage(stage.dana)
    is_paged(stage.sam, within=4)
    is_paged(stage.kim, within=2)
    takes_it(stage.kim)
    stage.sam.stops_ringing(within=2)
    stage.sam.gets_text("Kim Nakamura has it")
    stage.dana.is_talking_to(stage.kim, within=45)
    stage.line.waits(1)
    stage.dana.hangs_up()
    stage.kim.hangs_up()
    stage.line.nothing_else()
    assert stage.call().end == "connected"


def test_staggered_rings_one_after_the_other_without_waiting_for_an_end(stage: Stage) -> None:
    stage.apply(STAGGERED)
    reports_an_outage(stage.dana)
    stage.sam.rings(within=4)
    stage.kim.does_not_ring(during=3)
    stage.kim.rings(within=3)
    stage.lee.does_not_ring(during=3)
    stage.lee.rings(within=4)
    assert all(phone.handset.is_ringing for phone in (stage.sam, stage.kim, stage.lee))
    for phone in (stage.sam, stage.kim, stage.lee):
        phone.gets_text("CRITICAL")
    takes_it(stage.sam)
    for other in (stage.kim, stage.lee):
        other.stops_ringing(within=2)
        other.gets_text("Sam Ortiz has it")
    stage.dana.is_talking_to(stage.sam, within=45)
    stage.line.nothing_else()


def test_when_everybody_is_busy_the_duty_manager_is_called_at_once(stage: Stage) -> None:
    stage.apply(QUICK)
    for phone in (stage.sam, stage.kim):
        phone.behaviour = Declines(0.5)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    is_paged(stage.kim)
    stage.maria.rings(within=8)
    stage.maria.gets_text("NOBODY HAS ACCEPTED")
    takes_it(stage.maria)
    for other in (stage.sam, stage.kim):
        other.gets_text("Maria Lindqvist has it")
    stage.dana.is_talking_to(stage.maria, within=45)
    stage.line.nothing_else()


def test_with_nobody_on_the_roster_the_duty_manager_is_called_at_once(stage: Stage) -> None:
    stage.apply(
        '[[rosters]]\nkey = "empty"\nname = "Empty"\ntime_zone = "UTC"\n' + policy('{ ring = ["roster:empty"] }')
    )
    reports_an_outage(stage.dana)
    stage.maria.rings(within=4)
    stage.maria.gets_text("NOBODY HAS ACCEPTED")
    takes_it(stage.maria)
    stage.dana.is_talking_to(stage.maria, within=45)
    stage.line.nothing_else()


def strike(stage: Stage, *statements: str) -> None:
    with stage.session() as session:
        for statement in statements:
            session.execute(text(statement))
        session.commit()


def test_without_an_escalation_policy_the_shipped_one_holds(stage: Stage) -> None:
    strike(stage, "DELETE FROM escalation_policies")
    stage.sam.behaviour = Declines()
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    is_paged(stage.maria)
    takes_it(stage.maria)
    stage.sam.gets_text("Maria Lindqvist has it")
    stage.dana.is_talking_to(stage.maria, within=45)
    stage.line.nothing_else()


def test_without_managers_the_chase_goes_on_to_leadership(stage: Stage) -> None:
    strike(stage, "DELETE FROM rosters WHERE key = 'managers'")
    stage.apply(QUICK)
    for phone in (stage.sam, stage.kim):
        phone.behaviour = Declines(0.5)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    is_paged(stage.kim)
    for phone in (stage.theo, stage.sam, stage.kim):
        phone.rings(within=8)
        phone.gets_text("NOBODY HAS ACCEPTED")
    takes_it(stage.theo)
    for other in (stage.sam, stage.kim):
        other.gets_text("Theo Barrett has it")
    stage.dana.is_talking_to(stage.theo, within=45)
    stage.line.nothing_else()


def test_with_no_roster_at_all_everybody_on_the_books_is_called(stage: Stage) -> None:
    strike(stage, "DELETE FROM escalation_policies", "DELETE FROM rosters")
    everybody = (stage.sam, stage.kim, stage.lee, stage.ana, stage.maria, stage.theo)
    reports_an_outage(stage.dana)
    for phone in everybody:
        phone.rings(within=10)
        phone.gets_text("NOBODY HAS ACCEPTED")
    takes_it(stage.ana)
    for phone in everybody:
        if phone is not stage.ana:
            phone.gets_text("Ana Delgado has it")
    stage.dana.is_talking_to(stage.ana, within=45)
    stage.line.nothing_else()


def test_a_roster_edited_during_the_hunt_changes_nothing_for_it(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    stage.apply(policy('{ ring = ["technician:lee"] }'))
    stage.sam.declines()
    is_paged(stage.kim)
    is_paged(stage.maria)
    takes_it(stage.kim)
    for other in (stage.sam, stage.maria):
        other.gets_text("Kim Nakamura has it")
    stage.dana.is_talking_to(stage.kim, within=45)
    stage.line.nothing_else()


def test_whoever_talks_to_one_caller_is_not_rung_for_the_next(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    are_connected(stage, stage.sam, stage.dana)
    reports_an_outage(stage.omar)
    for phone in (stage.kim, stage.maria):
        phone.rings(within=5)
        phone.gets_text("Riverbend")
    takes_it(stage.kim)
    stage.maria.gets_text("Kim Nakamura has it")
    stage.omar.is_talking_to(stage.kim, within=45)
    stage.sam.hangs_up()
    finishes(stage.dana)
    stage.line.nothing_else()


def test_a_handset_that_rings_for_one_caller_is_not_rung_for_another_unless_alone(stage: Stage) -> None:
    stage.apply(policy('{ ring = ["technician:sam"], ring_seconds = 20 }'))
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    reports_an_outage(stage.omar)
    stage.sam.gets_text("Riverbend")
    takes_it(stage.sam)
    stage.maria.rings(within=10)
    stage.maria.gets_text("Riverbend")
    takes_it(stage.maria)
    stage.sam.gets_text("Maria Lindqvist has it")
    stage.omar.is_talking_to(stage.maria, within=45)
    stage.dana.is_talking_to(stage.sam, within=45)
    stage.line.nothing_else()
    assert {case.technician for case in stage.cases()} == {"sam", "maria"}


def test_two_callers_at_the_same_time_get_one_technician_each(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    reports_an_outage(stage.omar)
    for phone in (stage.kim, stage.maria):
        phone.rings(within=4)
        phone.gets_text("Riverbend")
    takes_it(stage.sam)
    takes_it(stage.kim)
    stage.maria.gets_text("Kim Nakamura has it")
    stage.dana.is_talking_to(stage.sam, within=45)
    stage.omar.is_talking_to(stage.kim, within=45)
    stage.line.nothing_else()
    assert {case.technician for case in stage.cases()} == {"sam", "kim"}
