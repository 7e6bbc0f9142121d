"""What clocks say: warnings to whoever is at work, in the customer's own time, and silence once somebody has answered."""

from datetime import timedelta

from sqlalchemy import select

from routing.clock_service import pause
from routing.tables import CaseClockRow
from tests.stories.stage import SERVICE, Stage
from tests.stories.steps import are_connected, finishes, reports_an_outage


def opens_a_ticket(stage: Stage) -> None:
    """Dana has a medium problem; ana, who is on the case desk, is told."""
    stage.dana.dials(SERVICE)
    stage.dana.presses("2")
    stage.dana.presses("2")
    stage.dana.gets_text("We will respond by Mon 2 Mar 12:00 (New York)")
    stage.ana.gets_text("New medium case 100014")
    stage.dana.hangs_up()


def clocks(stage: Stage) -> dict[str, CaseClockRow]:
    with stage.session() as session:
        return {row.clock: row for row in session.scalars(select(CaseClockRow))}


def later(stage: Stage, minutes: float) -> None:
    """Let time pass in one leap; the clock process wakes up behind it."""
    stage.clock.at += timedelta(minutes=minutes)


def test_a_ticket_that_nobody_answers_warns_the_desk_four_times(stage: Stage) -> None:
    opens_a_ticket(stage)
    for minutes, words in (
        (60, "Case 100014 (Northside Clinic, Premium, medium): 50 % of the time to the first response is used"),
        (30, "75 % of the time to the first response is used, due Mon 2 Mar 12:00 (New York). Nobody has it."),
        (18, "90 % of the time"),
        (12, "BREACHED: the first response of case 100014 (Northside Clinic, Premium, medium) was due Mon 2 Mar 12:00"),
    ):
        later(stage, minutes)
        stage.ana.gets_text(words, within=10)
    stage.line.nothing_else()


def test_a_talk_is_the_response_and_the_next_update_counts_from_its_end(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    are_connected(stage, stage.sam, stage.dana)
    stage.line.waits(40)
    stage.sam.hangs_up()
    finishes(stage.dana)
    response, update = clocks(stage)["response"], clocks(stage)["update"]
    assert (response.state, response.next_notice_at) == ("satisfied", None)
    assert (update.state, update.due_at) == ("running", update.opened_at + timedelta(hours=1))
    later(stage, 30)
    stage.sam.gets_text("50 % of the time to the next update is used", within=60)
    stage.line.nothing_else()


def test_a_case_that_waits_for_the_customer_goes_on_when_they_call(stage: Stage) -> None:
    opens_a_ticket(stage)
    with stage.runtime.database.begin() as session:
        case = session.merge(stage.case())
        pause(session, case, stage.clock.now(), "ana", "waiting for a log", None)
    assert clocks(stage)["update"].state == "paused"
    later(stage, 10)
    stage.dana.dials(SERVICE)
    stage.dana.hears("completely down")
    assert (stage.case().status, clocks(stage)["update"].state) == ("new", "running")
    stage.dana.hangs_up()


def test_a_text_from_the_customer_ends_the_wait_too(stage: Stage) -> None:
    opens_a_ticket(stage)
    with stage.runtime.database.begin() as session:
        pause(session, session.merge(stage.case()), stage.clock.now(), "ana", "waiting for a log", None)
    stage.dana.texts(SERVICE, "The log is on its way.")
    assert stage.case().status == "new"
