from datetime import timedelta

import pytest

from foundation.audit import history
from foundation.windows import Interval
from oncall.cover_service import CoverWish, ask
from oncall.resolver import on_duty
from oncall.store import load_roster
from oncall.tables import CoverRequestRow, OverrideRow
from tests.stories.stage import MONDAY, SERVICE, Stage

WEEK = """
[[rosters]]
key = "critical"
time_zone = "America/Chicago"
layers = [{ key = "primary", priority = 2, unit = "days", length = 1, start = "2026-03-02T08:00", participants = ["sam", "kim", "lee"] }]
"""
"""Sam on Monday, kim on Tuesday, lee on Wednesday, from eight to eight in Chicago; it is nine on Monday."""

TUESDAY = Interval(MONDAY + timedelta(hours=23), MONDAY + timedelta(hours=47))


@pytest.fixture
def week(stage: Stage) -> Stage:
    """The critical line in turns of a day, seen by the clock once."""
    stage.apply(WEEK)
    stage.line.waits(20)
    return stage


def people(stage: Stage, roster: str = "critical") -> list[str]:
    with stage.session() as session:
        found = load_roster(session, roster)
        assert found is not None
        return [duty.technician for duty in on_duty(found, stage.clock.now())]


def request(stage: Stage) -> CoverRequestRow:
    """The one request of the story."""
    with stage.session() as session:
        return session.query(CoverRequestRow).one()


def asks(stage: Stage, **wish: object) -> int:
    """Kim asks for Tuesday."""
    given = {"roster": "critical", "asked_by": "kim", "period": TUESDAY} | wish
    with stage.runtime.database.begin() as session:
        return ask(session, stage.clock.now(), CoverWish(**given)).id  # type: ignore[arg-type]  # a test's shorthand


def test_somebody_asked_takes_the_shift_by_text_and_both_sides_are_told(week: Stage) -> None:
    asks(week, asked=("lee",), reason="Dentist")
    week.lee.gets_text(
        "Kim Nakamura asks you to take Critical line Tue 3 Mar 08:00 to Wed 4 Mar 08:00 (Chicago). Reason: Dentist."
    )
    week.lee.texts(SERVICE, "Take 1.")
    week.lee.gets_text("Thank you")
    week.lee.gets_text("You have Critical line Tue 3 Mar 08:00 to Wed 4 Mar 08:00 (Chicago) instead of Kim Nakamura.")
    week.kim.gets_text("Lee Okafor takes Critical line Tue 3 Mar 08:00")
    week.line.nothing_else()
    week.clock.at = TUESDAY.start
    assert people(week) == ["lee"]


def test_what_was_given_is_on_record_with_who_and_why(week: Stage) -> None:
    asks(week, asked=("lee",), reason="Dentist")
    week.lee.texts(SERVICE, "TAKE 1")
    with week.session() as session:
        row = session.query(OverrideRow).one()
        assert (row.technician, row.replaces, row.source, row.request_id, row.created_by) == (
            "lee",
            "kim",
            "cover",
            1,
            "lee",
        )
        told = [(a.actor, a.after["state"], a.reason) for a in history(session, "cover_request", "1")]
        assert told == [("kim", "open", "Dentist"), ("lee", "accepted", "Dentist")]
        assert history(session, "roster", "critical")[-1].after["overrides"][0]["technician"] == "lee"


def test_the_first_who_says_yes_has_it(week: Stage) -> None:
    asks(week)
    week.sam.gets_text("TAKE 1")
    week.lee.gets_text("TAKE 1")
    week.sam.texts(SERVICE, "ACCEPT 1")
    week.sam.gets_text("Thank you")
    week.sam.gets_text("You have")
    week.kim.gets_text("Sam Ortiz takes")
    week.lee.gets_text("Sam Ortiz takes Critical line")
    week.lee.texts(SERVICE, "take 1")
    week.lee.gets_text("Sam Ortiz has taken request 1 already.")
    week.line.nothing_else()


def test_a_swap_is_asked_of_whoever_can_give_the_return(week: Stage) -> None:
    wednesday = Interval(TUESDAY.end, TUESDAY.end + timedelta(days=1))
    asks(week, back=wednesday)
    week.lee.gets_text("and takes yours Wed 4 Mar 08:00 to Thu 5 Mar 08:00 (Chicago) in return")
    week.lee.texts(SERVICE, "TAKE")
    week.lee.gets_text("Thank you")
    week.lee.gets_text("Kim Nakamura takes Wed 4 Mar 08:00")
    week.kim.gets_text("You take Wed 4 Mar 08:00 to Thu 5 Mar 08:00 (Chicago) in return.")
    week.line.nothing_else()
    with week.session() as session:
        assert [(o.technician, o.replaces, o.source) for o in session.query(OverrideRow)] == [
            ("lee", "kim", "swap"),
            ("kim", "lee", "swap"),
        ]


def test_when_everybody_says_no_asker_and_manager_hear_at_once(week: Stage) -> None:
    asks(week, asked=("lee", "sam"))
    for phone in (week.lee, week.sam):
        phone.gets_text("asks you to take")
        phone.texts(SERVICE, "NO 1")
        phone.gets_text("Noted: you do not take request 1.")
    week.kim.gets_text("Everybody who was asked has said no")
    week.maria.gets_text("Request 1 found nobody (2 said no)")
    week.line.nothing_else()
    assert request(week).state == "refused"


def test_silence_is_followed_up_then_the_manager_hears_then_it_expires(week: Stage) -> None:
    asks(week, asked=("lee",), expires_at=week.clock.now() + timedelta(minutes=9))
    week.lee.gets_text("asks you to take")
    week.line.waits(2 * 60)
    week.line.nothing_else()
    week.lee.gets_text("Still open: Kim Nakamura asks you", within=75)
    week.maria.gets_text("Nobody has answered Kim Nakamura's request 1 yet", within=190)
    week.kim.gets_text("Nobody has taken", within=190)
    week.maria.gets_text("found nobody (nobody answered)")
    week.lee.texts(SERVICE, "TAKE 1")
    week.lee.gets_text("Request 1 is closed: expired.")
    week.line.nothing_else()


def test_a_request_made_in_somebodys_name_says_so(week: Stage) -> None:
    asks(week, asked=("lee",), on_behalf_by="maria")
    week.lee.gets_text("Maria Lindqvist, for Kim Nakamura, asks you to take")
    week.kim.gets_text("Maria Lindqvist asks others to take Critical line")
    week.line.nothing_else()


def test_a_technician_asks_and_withdraws_by_text(week: Stage) -> None:
    week.kim.texts(SERVICE, "COVER critical")
    week.kim.gets_text("Request 1: others are asked to take Critical line Tue 3 Mar 08:00")
    week.sam.gets_text("TAKE 1")
    week.lee.gets_text("TAKE 1")
    week.kim.texts(SERVICE, "DROP 1")
    week.kim.gets_text("Request 1 is withdrawn.")
    week.sam.gets_text("Nothing changes for you")
    week.lee.gets_text("Nothing changes for you")
    week.line.nothing_else()


def test_a_text_takes_over_at_once_until_an_hour(week: Stage) -> None:
    week.lee.texts(SERVICE, "TAKEOVER critical until 12:00")
    week.lee.gets_text("You are on duty for Critical line now instead of Sam Ortiz, until Mon 2 Mar 12:00 (Chicago).")
    assert people(week) == ["lee"]
    week.sam.gets_text("Lee Okafor took over")
    week.lee.gets_text("You are on duty for Critical line from")
    week.line.nothing_else()
    week.clock.at += timedelta(hours=3)
    assert people(week) == ["sam"]


def test_who_is_on_duty_twice_must_name_the_roster(week: Stage) -> None:
    week.ana.texts(SERVICE, "TAKEOVER critical")
    week.ana.gets_text("You are not in the order of Critical line")
    week.sam.texts(SERVICE, "TAKEOVER")
    week.sam.gets_text("There is no roster that you could take over.")
    week.line.nothing_else()


def test_who_and_next_are_answered(week: Stage) -> None:
    week.kim.texts(SERVICE, "who critical")
    week.kim.gets_text("Critical line: Sam Ortiz +12025550141 until Tue 3 Mar 08:00 (Chicago).")
    week.kim.texts(SERVICE, "NEXT")
    week.kim.gets_text("Critical line: Tue 3 Mar 08:00 to Wed 4 Mar 08:00 (Chicago).")
    week.line.nothing_else()


def test_a_machine_gets_five_replies_and_a_person_goes_on(week: Stage) -> None:
    for _ in range(6):
        week.kim.texts(SERVICE, "I am away from my desk.")
    for _ in range(5):
        week.kim.gets_text("No command was found")
    week.kim.texts(SERVICE, "NEXT")
    week.kim.gets_text("Critical line")
    week.kim.texts(SERVICE, "YES")
    week.line.nothing_else()
