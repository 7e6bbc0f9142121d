from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from intake.tables import CaseEventRow
from simulator.story import Phone
from tests.stories.stage import MONDAY, SERVICE, Stage
from tests.stories.steps import takes_it

SUNDAY_NIGHT = datetime(2026, 3, 8, 8, 10, tzinfo=UTC)
"""Sunday, 8 March 2026, ten past three in Chicago's first night of summer time: outside 24/5 and all business hours."""

NUMBER = "Your case number is 1 0, 0 0, 1 4. Again, 1 0, 0 0, 1 4."

HARBOR = """
[[accounts]]
key = "harbor"
number = "731406"
name = "Harbor Imaging"
time_zone = "{zone}"
contracts = [{{ tier = "advanced", starts = "2025-01-01", ends = "2026-03-02" }}]
contacts = [{{ key = "alex", name = "Alex Doe", phone = "+12025550199" }}]
"""
"""An account whose agreement ends on 2 March 2026; the stranger's phone is its contact's."""


def policy(**values: str | int) -> str:
    """A world file that sets policies."""
    return "[policies]\n" + "\n".join(f"{name} = {value!r}" for name, value in values.items())


def presses_1(caller: Phone) -> None:
    """Call about an outage."""
    caller.dials(SERVICE)
    caller.presses("1")


def is_hunted(stage: Stage, caller: Phone, page: str) -> None:
    """The first technician on the critical roster is rung and paged, the caller knows it."""
    caller.hears("Help is being called now.", within=0)
    caller.hears(NUMBER)
    stage.sam.rings(within=3)
    stage.sam.gets_text(page)
    caller.gets_text("Your case number is 100014. We are calling our technicians now.")
    stage.line.nothing_else()


def is_given_to_the_duty_manager(stage: Stage, caller: Phone, words: str) -> None:
    """The duty manager alone is rung, and the caller is told so."""
    caller.hears(words, within=0)
    caller.hears(NUMBER)
    stage.maria.rings(within=3)
    stage.maria.gets_text("CRITICAL 10 00 14 (100014)")
    caller.gets_text("Your case number is 100014. We are calling the duty manager now.")
    stage.line.nothing_else()


def history(stage: Stage, kind: str) -> list[dict[str, Any]]:
    """The facts of the case's events of one kind."""
    with stage.session() as session:
        found = select(CaseEventRow).where(CaseEventRow.kind == kind).order_by(CaseEventRow.id)
        return [event.facts for event in session.scalars(found)]


@pytest.mark.parametrize(
    ("who", "page", "minutes"),
    [("dana", "Northside Clinic, Premium.", 15), ("omar", "Riverbend General Hospital, Advanced.", 30),
     ("marisol", "Mesa Verde Medical Center, Essential.", 60)],
)  # fmt: skip
def test_every_tier_is_hunted_for_at_any_hour(stage: Stage, who: str, page: str, minutes: int) -> None:
    stage.clock.at = SUNDAY_NIGHT
    caller: Phone = getattr(stage, who)
    presses_1(caller)
    is_hunted(stage, caller, f"CRITICAL 10 00 14 (100014): {page} Whole system or network down.")
    assert (stage.case().outcome, stage.case().clock) == ("hunt", "24/7")
    assert stage.case().response_due == SUNDAY_NIGHT + timedelta(minutes=minutes)


@pytest.mark.parametrize(("key", "problem"), [("1", "Whole system or network down."), ("4", "Caller unsure")])
def test_an_outage_or_a_doubt_behind_the_second_key_is_critical_too(stage: Stage, key: str, problem: str) -> None:
    stage.dana.dials(SERVICE)
    stage.dana.presses("2")
    stage.dana.hears("Whole system or network out, press 1.")
    stage.dana.presses(key)
    is_hunted(stage, stage.dana, problem)
    [opened] = history(stage, "opened")
    pressed = [(row["node"], row["key"]) for row in opened["evidence"]["keys"]]
    assert pressed == [("greeting", "2"), ("severity", key)]


@pytest.mark.parametrize(
    ("zone", "at"),
    [("America/Los_Angeles", "2026-03-03T07:59:50"), ("Asia/Kolkata", "2026-03-02T18:29:50")],
)  # fmt: skip
def test_an_agreement_that_expires_today_covers_until_the_account_s_own_midnight(
    stage: Stage, zone: str, at: str
) -> None:
    stage.clock.at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    stage.apply(HARBOR.format(zone=zone))
    presses_1(stage.stranger)
    is_hunted(stage, stage.stranger, "Harbor Imaging, Advanced.")
    stage.stranger.hangs_up()
    stage.clock.at = stage.clock.at.replace(second=50) + timedelta(seconds=10)
    presses_1(stage.stranger)
    stage.stranger.hears("We find no active agreement.", within=0)
    assert [case.tier for case in stage.cases()] == ["advanced", "none"]


def test_an_agreement_that_expired_yesterday_goes_to_the_duty_manager_who_decides(stage: Stage) -> None:
    stage.clock.at = MONDAY + timedelta(days=1)
    stage.apply(HARBOR.format(zone="America/New_York"))
    presses_1(stage.stranger)
    words = "We find no active agreement. The duty manager is being called now and decides how we help."
    is_given_to_the_duty_manager(stage, stage.stranger, words)
    takes_it(stage.maria)
    stage.stranger.is_talking_to(stage.maria, within=45)
    assert (stage.case().outcome, stage.case().technician) == ("duty_manager", "maria")


def test_grace_days_keep_an_expired_agreement_alive(stage: Stage) -> None:
    stage.clock.at = MONDAY + timedelta(days=3)
    stage.apply(HARBOR.format(zone="America/New_York") + policy(grace_days=3))
    presses_1(stage.stranger)
    is_hunted(stage, stage.stranger, "Harbor Imaging, Advanced.")


def test_courtesy_hunts_for_a_caller_without_an_agreement_and_enters_it(stage: Stage) -> None:
    stage.apply(policy(uncovered_critical="courtesy"))
    presses_1(stage.priya)
    is_hunted(stage, stage.priya, "Lakeshore Family Practice, no active agreement.")
    assert (stage.case().outcome, stage.case().courtesy) == ("courtesy", True)


def test_a_charge_is_accepted_by_key_before_anybody_is_rung_and_kept_as_evidence(stage: Stage) -> None:
    stage.apply(policy(uncovered_critical="billable"))
    presses_1(stage.priya)
    stage.priya.hears("help is charged by our price list. To accept, press 1. For a free ticket, press 2.", within=0)
    stage.sam.does_not_ring(during=8)
    stage.line.nothing_else()
    stage.priya.presses("1")
    is_hunted(stage, stage.priya, "Lakeshore Family Practice, no active agreement.")
    [[consent]] = [event["keys"] for event in history(stage, "consented")]
    assert (consent["node"], consent["prompt"], consent["key"]) == ("consent", "consent.offer", "1")
    assert consent["version"].startswith("en-")


@pytest.mark.parametrize("refusal", ["2", "999", ""])
def test_a_charge_that_is_not_accepted_leaves_a_ticket_and_rings_nobody(stage: Stage, refusal: str) -> None:
    stage.apply(policy(uncovered_critical="billable"))
    presses_1(stage.priya)
    for key in refusal:
        stage.priya.presses(key)
    stage.priya.hears("A case is open. Without an active agreement, no response time is promised.", within=60)
    stage.priya.hears(NUMBER)
    stage.priya.gets_text("Your case number is 100014. Help at any time:")
    stage.ana.gets_text("New critical case 100014: Lakeshore Family Practice, no active agreement.")
    stage.priya.hangs_up()
    stage.line.nothing_else()
    assert (stage.case().outcome, stage.call().end) == ("ticket", "ticket")
    assert len(history(stage, "charge_refused")) == 1


def test_whoever_refused_the_charge_may_change_their_mind(stage: Stage) -> None:
    stage.apply(policy(uncovered_critical="billable"))
    presses_1(stage.priya)
    stage.priya.presses("2")
    stage.priya.hears("If you changed your mind, press 1.")
    stage.priya.presses("1")
    stage.priya.hears("To accept, press 1.", within=0)
    stage.priya.presses("1")
    stage.priya.gets_text("Help at any time:")
    stage.ana.gets_text("New critical case 100014")
    is_hunted(stage, stage.priya, "Lakeshore Family Practice, no active agreement.")
    assert len(stage.cases()) == 1


def test_under_the_ticket_policy_nobody_is_rung_and_the_caller_is_told_so(stage: Stage) -> None:
    stage.apply(policy(uncovered_critical="ticket"))
    presses_1(stage.priya)
    stage.priya.hears("We find no active agreement, so no technician is called. A case is open.", within=0)
    stage.priya.hears(NUMBER)
    stage.priya.gets_text("Your case number is 100014. Help at any time:")
    stage.ana.gets_text("New critical case 100014")
    stage.priya.is_hung_up()
    stage.line.nothing_else()
    assert stage.call().end == "ticket"


def is_unverified(caller: Phone) -> None:
    """Press 1, have no account number, say a name."""
    presses_1(caller)
    caller.hears("Key in your account number", within=0)
    caller.presses("#")
    caller.hears("say your name and organisation", within=0)
    caller.line.waits(6)
    caller.says("Alex Doe, Hill Hospital", seconds=3)
    caller.presses("5")


def test_a_caller_whom_nobody_knows_is_hunted_for_and_called_unverified(stage: Stage) -> None:
    is_unverified(stage.stranger)
    is_hunted(stage, stage.stranger, "CRITICAL 10 00 14 (100014): unverified caller, account unknown.")
    stage.sam.answers()
    stage.sam.hears("Critical call for unverified caller, account unknown. Whole system or network down.")
    assert (stage.case().tier, stage.case().outcome) == ("unidentified", "hunt")


def test_an_unverified_caller_may_be_given_to_the_duty_manager(stage: Stage) -> None:
    stage.apply(policy(unverified_critical="duty_manager"))
    is_unverified(stage.stranger)
    words = "We could not find your account. The duty manager is being called now and decides how we help."
    is_given_to_the_duty_manager(stage, stage.stranger, words)


def test_an_unverified_caller_may_get_a_ticket_only(stage: Stage) -> None:
    stage.apply(policy(unverified_critical="ticket"))
    is_unverified(stage.stranger)
    stage.stranger.hears("We could not find your account, so no technician is called. A case is open.", within=0)
    stage.stranger.hears(NUMBER)
    stage.stranger.gets_text("Your case number is 100014")
    stage.ana.gets_text("New critical case 100014: unverified caller, account unknown.")
    stage.stranger.is_hung_up()
    stage.line.nothing_else()
