from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from intake.tables import RecordingRow
from simulator.story import Phone
from tests.stories.stage import CAST, MONDAY, SERVICE, Stage

SATURDAY = datetime(2026, 3, 7, 15, 30, tzinfo=UTC)
"""Saturday, 7 March 2026, 10:30 in New York, 09:30 in Chicago, 08:30 in Phoenix; New York and Chicago lose an hour that night."""

NUMBER = "Your case number is 1 0, 0 0, 1 4. Again, 1 0, 0 0, 1 4."

INSIDE = [
    ("dana", "2", MONDAY, "Monday March 2, 12 noon, New York time", "Mon 2 Mar 12:00 (New York)"),
    ("dana", "3", SATURDAY, "Saturday March 7, 10 30 P M, New York time", "Sat 7 Mar 22:30 (New York)"),
    ("omar", "2", MONDAY, "Monday March 2, 1 P M, Chicago time", "Mon 2 Mar 13:00 (Chicago)"),
    ("omar", "3", MONDAY, "Tuesday March 3, 9 A M, Chicago time", "Tue 3 Mar 09:00 (Chicago)"),
    ("marisol", "2", MONDAY, "Monday March 2, 4 P M, Phoenix time", "Mon 2 Mar 16:00 (Phoenix)"),
    ("marisol", "3", MONDAY, "Wednesday March 4, 8 A M, Phoenix time", "Wed 4 Mar 08:00 (Phoenix)"),
]
"""Premium at any time, Advanced inside 24/5, Essential inside business hours: who, key, when, heard, texted."""

MIDNIGHT = "Monday March 9, 12 A M midnight, Chicago time"
LATER = [
    ("omar", "2", MIDNIGHT, "Monday March 9, 4 A M, Chicago time", "Mon 9 Mar 04:00 (Chicago)"),
    ("omar", "3", MIDNIGHT, "Tuesday March 10, 12 A M midnight, Chicago time", "Tue 10 Mar 00:00 (Chicago)"),
    ("marisol", "2", "Monday March 9, 8 A M, Phoenix time", "Monday March 9, 4 P M, Phoenix time", "Mon 9 Mar 16:00"),
    (
        "marisol",
        "3",
        "Monday March 9, 8 A M, Phoenix time",
        "Tuesday March 10, 8 30 A M, Phoenix time",
        "Tue 10 Mar 08:30",
    ),
]
"""Advanced outside 24/5 and Essential outside business hours, on a Saturday: who, key, opens, heard, texted."""

SEVERITY = {"2": "medium", "3": "low"}


def asks(caller: Phone, key: str) -> None:
    """Call for something else than an outage, and say how bad it is."""
    caller.dials(SERVICE)
    caller.presses("2")
    caller.hears("Work slowed or limited, 2", within=0)
    caller.presses(key)


def desk_is_told(stage: Stage, severity: str) -> None:
    """Whoever is at the case desk by day gets a text; on a Saturday nobody is, and the duty manager must not oversleep."""
    told = stage.ana if stage.clock.now() < SATURDAY else stage.maria
    told.gets_text(f"New {severity} case 100014")


def recordings(stage: Stage) -> list[RecordingRow]:
    """Every recording that was kept."""
    with stage.session() as session:
        return list(session.scalars(select(RecordingRow)))


@pytest.mark.parametrize(("who", "key", "at", "heard", "texted"), INSIDE)
def test_a_ticket_whose_clock_runs_is_promised_a_response_in_the_account_s_own_time(
    stage: Stage, who: str, key: str, at: datetime, heard: str, texted: str
) -> None:
    stage.clock.at = at
    caller: Phone = getattr(stage, who)
    asks(caller, key)
    caller.hears(f"Your case has {SEVERITY[key]} priority. We will respond by {heard}.", within=0)
    caller.hears(NUMBER)
    caller.hears("We have sent it to you by text.")
    caller.gets_text(f"Your case number is 100014. We will respond by {texted}")
    desk_is_told(stage, SEVERITY[key])
    caller.hangs_up()
    stage.line.nothing_else()
    assert (stage.call().end, stage.case().status, stage.case().severity) == ("ticket", "new", SEVERITY[key])


@pytest.mark.parametrize(("who", "key", "opens", "heard", "texted"), LATER)
def test_a_ticket_outside_its_hours_is_told_when_support_opens_and_when_it_responds(
    stage: Stage, who: str, key: str, opens: str, heard: str, texted: str
) -> None:
    stage.clock.at = SATURDAY
    caller: Phone = getattr(stage, who)
    asks(caller, key)
    caller.hears(f"Support for this case opens {opens}. Response time counts from then.", within=0)
    caller.hears(f"Your case has {SEVERITY[key]} priority. We will respond by {heard}.")
    caller.hears(NUMBER)
    caller.gets_text(f"Your case number is 100014. We will respond by {texted}")
    caller.hangs_up()
    stage.line.nothing_else()
    assert stage.call().end == "ticket"


def texts_about_the_case(stage: Stage) -> list[str]:
    """Every unclaimed text to anybody that names the case; handovers and reminders of the new week are another story."""
    texts = [text for number in CAST.values() for text in stage.line.unclaimed_texts(number)]
    return [text.body for text in texts if "100014" in text.body]


def test_the_desk_is_told_of_a_weekend_s_ticket_when_its_clock_starts(stage: Stage) -> None:
    stage.clock.at = SATURDAY
    asks(stage.omar, "2")
    stage.omar.gets_text("We will respond by Mon 9 Mar 04:00")
    stage.omar.is_hung_up()
    stage.line.nothing_else()
    stage.clock.at = datetime(2026, 3, 9, 4, 59, 50, tzinfo=UTC)
    stage.line.waits(9)
    assert texts_about_the_case(stage) == []
    stage.line.waits(8)
    [told] = texts_about_the_case(stage)
    assert told.startswith("New medium case 100014: Riverbend General Hospital, Advanced.")
    stage.lee.gets_text(told, within=0)


def test_a_call_that_came_in_before_the_hours_ended_counts_from_its_arrival(stage: Stage) -> None:
    stage.clock.at = datetime(2026, 3, 7, 5, 59, 57, tzinfo=UTC)
    stage.omar.dials(SERVICE)
    stage.line.waits(6)
    stage.omar.presses("2")
    stage.omar.presses("2")
    stage.omar.hears("We will respond by Monday March 9, 3 59 A M, Chicago time", within=0)
    assert stage.case().response_due == datetime(2026, 3, 9, 8, 59, 57, tzinfo=UTC)


def test_whoever_has_no_agreement_is_promised_no_time_and_gets_the_links(stage: Stage) -> None:
    asks(stage.priya, "2")
    stage.priya.hears("A case is open. Without an active agreement, no response time is promised.", within=0)
    stage.priya.hears(NUMBER)
    stage.priya.gets_text("Your case number is 100014. Help at any time: https://line.example/portal/")
    stage.ana.gets_text("New medium case 100014: Lakeshore Family Practice, no active agreement.")
    stage.priya.is_hung_up()
    stage.line.nothing_else()
    assert (stage.case().tier, stage.case().response_due, stage.call().end) == ("none", None, "ticket")


def test_a_stranger_s_small_problem_is_recorded_with_name_and_organisation_for_triage(stage: Stage) -> None:
    stage.stranger.dials(SERVICE)
    stage.stranger.presses("2")
    stage.stranger.presses("#")
    stage.stranger.hears("say your name and organisation")
    stage.line.waits(6)
    stage.stranger.says("Alex Doe, Hill Hospital")
    stage.stranger.hears("Small problem or question, 3")
    stage.stranger.presses("3")
    stage.stranger.hears("A case is open. A person will look at it and call you.", within=0)
    stage.stranger.hears(NUMBER)
    stage.stranger.gets_text("Your case number is 100014")
    stage.ana.gets_text("New low case 100014: unverified caller, account unknown.")
    stage.stranger.is_hung_up()
    stage.line.nothing_else()
    assert (stage.case().tier, stage.call().end) == ("unidentified", "ticket")


def test_what_the_caller_says_of_the_problem_is_kept_with_the_case(stage: Stage) -> None:
    asks(stage.dana, "2")
    stage.dana.hears("If it became worse, press 1. To describe the problem, press 2.")
    stage.dana.presses("2")
    stage.dana.hears("describe the problem. Press any key when done.", within=0)
    stage.line.waits(6)
    stage.dana.says("The imaging archive answers slowly since this morning")
    stage.dana.presses("1")
    stage.dana.hears("Your case number is 1 0, 0 0, 1 4. Goodbye.")
    stage.dana.is_hung_up()
    [kept] = recordings(stage)
    assert (kept.purpose, kept.case_id) == ("description", stage.case().id)


def test_a_problem_that_became_worse_is_the_same_case_now_critical(stage: Stage) -> None:
    asks(stage.dana, "3")
    stage.dana.hears("If it became worse, press 1")
    stage.dana.presses("1")
    stage.dana.hears("Help is being called now.", within=0)
    stage.dana.hears(NUMBER)
    stage.sam.rings(within=3)
    stage.sam.gets_text("CRITICAL 10 00 14 (100014): Northside Clinic, Premium.")
    stage.dana.gets_text("We will respond by Mon 2 Mar 22:00")
    stage.dana.gets_text("We are calling our technicians now.")
    stage.ana.gets_text("New low case 100014")
    stage.line.nothing_else()
    [case] = stage.cases()
    assert (case.severity, case.outcome, case.clock) == ("critical", "hunt", "24/7")
    assert case.response_due is not None
    assert case.response_due < datetime(2026, 3, 2, 15, 16, tzinfo=UTC)
