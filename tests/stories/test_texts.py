"""Texts that go out beside the calls: what they say, that each comes once, and what becomes of those that do not arrive."""

from datetime import timedelta

from sqlalchemy import select

from oncall.tables import TechnicianRow
from simulator.faults import Faults
from simulator.handset import SwitchedOff
from simulator.story import Phone
from telephony.tables import OutboxRow
from tests.stories.stage import SERVICE, Stage
from tests.stories.steps import is_paged, reports_an_outage


def reports_a_medium_problem(caller: Phone) -> None:
    """Call, say that work is slowed, hang up after the case number."""
    caller.dials(SERVICE)
    caller.presses("2")
    caller.presses("2")
    caller.hears("Your case number is")
    caller.gets_text("Your case number is")
    caller.hangs_up()


def number_of(stage: Stage) -> str:
    """The number of the one case of the story."""
    return stage.case().number or "a case without a number"


def outbox(stage: Stage) -> list[OutboxRow]:
    with stage.session() as session:
        return list(session.scalars(select(OutboxRow).where(OutboxRow.kind == "text").order_by(OutboxRow.id)))


def test_the_page_names_case_customer_cover_and_problem_and_expires_in_five_minutes(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    stage.sam.rings()
    page = stage.sam.gets_text("CRITICAL")
    for words in (number_of(stage), "Northside Clinic", "Premium", "system", "press 1"):
        assert words in page
    row = next(row for row in outbox(stage) if row.body == page)
    assert row.validity_seconds == 300


def test_the_caller_is_told_the_case_number_once(stage: Stage) -> None:
    stage.dana.dials(SERVICE)
    stage.dana.presses("1")
    text = stage.dana.gets_text("Your case number is")
    assert number_of(stage) in text
    is_paged(stage.sam)
    stage.line.waits(15)
    stage.line.nothing_else()


def test_texts_go_to_the_number_that_a_technician_reads_texts_on(stage: Stage) -> None:
    stage.apply(
        '[[technicians]]\nkey = "sam"\nname = "Sam Ortiz"\nphone = "+12025550141"\nsms_phone = "+12025550172"\n'
    )
    pager = stage.line.phone("+12025550172", "sam's pager")
    reports_an_outage(stage.dana)
    stage.sam.rings()
    pager.gets_text("CRITICAL")
    stage.sam.declines()
    is_paged(stage.kim)
    is_paged(stage.maria)
    stage.kim.answers()
    stage.kim.presses("1")
    pager.gets_text("Kim Nakamura has it")
    stage.maria.gets_text("Kim Nakamura has it")
    stage.line.nothing_else()


def test_a_technician_whose_carrier_refuses_our_texts_is_marked(stage: Stage) -> None:
    stage.carrier.injected = Faults(text_errors={stage.sam.number: 30004})
    reports_an_outage(stage.dana)
    stage.sam.rings()
    stage.line.waits(5)
    with stage.session() as session:
        refused = session.scalars(select(TechnicianRow.key).where(TechnicianRow.texts_refused)).all()
    assert refused == ["sam"]
    stage.maria.gets_text("Sam Ortiz cannot be paged by text")
    stage.line.nothing_else()


def test_a_text_to_a_handset_that_is_off_is_known_as_undelivered(stage: Stage) -> None:
    stage.sam.behaviour = SwitchedOff()
    reports_an_outage(stage.dana)
    stage.kim.rings(within=5)
    stage.line.waits(5)
    page = next(row for row in outbox(stage) if row.to_phone is not None and row.to_phone.e164 == stage.sam.number)
    assert (page.status, page.error_code) == ("undelivered", 30003)


def test_the_case_desk_on_duty_is_told_of_a_new_ticket_once(stage: Stage) -> None:
    reports_a_medium_problem(stage.omar)
    notice = stage.ana.gets_text("New medium case")
    assert number_of(stage) in notice
    assert "Riverbend" in notice
    stage.line.waits(20)
    stage.line.nothing_else()


def test_a_first_response_that_is_due_and_not_given_is_told_to_the_desk_once(stage: Stage) -> None:
    reports_a_medium_problem(stage.omar)
    stage.ana.gets_text("New medium case")
    due = stage.case().response_due
    assert due is not None
    stage.clock.at = due - timedelta(seconds=10)
    stage.line.waits(8)
    assert not any("was due" in text.body for text in stage.line.unclaimed_texts(stage.ana.number))
    notice = stage.ana.gets_text("was due", within=10)
    assert number_of(stage) in notice
    assert "first response" in notice
    stage.line.waits(20)
    assert not any("was due" in text.body for text in stage.line.unclaimed_texts(stage.ana.number))


def test_a_critical_case_that_nobody_has_taken_in_time_is_told_to_the_duty_manager(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    stage.dana.hangs_up()
    due = stage.case().response_due
    assert due == stage.case().opened_at + timedelta(minutes=15)
    stage.clock.at += timedelta(minutes=15)
    assert "Northside Clinic" in stage.maria.gets_text("was due")


def test_whoever_texts_the_service_number_is_told_how_to_reach_a_person(stage: Stage) -> None:
    stage.dana.texts(SERVICE, "our system is down")
    stage.dana.gets_text("call +12025550100")
    stage.line.nothing_else()


def test_two_machines_do_not_text_each_other_for_ever(stage: Stage) -> None:
    for _ in range(7):
        stage.dana.texts(SERVICE, "I am out of the office")
        stage.line.waits(3)
    assert len(stage.line.unclaimed_texts(stage.dana.number)) == 5
