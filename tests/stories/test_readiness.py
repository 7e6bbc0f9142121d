from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from oncall.readiness_service import check_code, drill_now, send_code
from oncall.tables import DrillRow, RosterWatchRow, TechnicianRow, VerificationRow
from tests.stories.stage import SERVICE, Stage, set_stage, tick

WEEKLY = """
[[rosters]]
key = "critical"
name = "Critical line"
time_zone = "America/Chicago"
coverage = "always"
[[rosters.layers]]
key = "primary"
priority = 1
unit = "days"
length = 1
start = "2026-03-02T08:00"
turns = "calendar"
coverage = "always"
participants = ["sam", "kim"]
[[rosters]]
key = "desk"
layers = []
"""
TUESDAY_7 = datetime(2026, 3, 3, 12, 59, 0, tzinfo=UTC)
"""A minute before seven on Tuesday morning in Chicago; kim's shift begins at eight."""


@pytest.fixture
def morning(database_url: str, tmp_path: Path) -> Stage:
    stage = set_stage(database_url, tmp_path, TUESDAY_7)
    stage.apply(WEEKLY)
    with stage.runtime.database.begin() as session:
        watched = {"reminded_until": TUESDAY_7, "drilled_until": TUESDAY_7, "told_until": TUESDAY_7}
        session.add(RosterWatchRow(roster_key="critical", people=["sam"], **watched))
    tick(stage.work)
    return stage


def test_an_hour_before_the_shift_its_person_is_asked_and_answers_by_text(morning: Stage) -> None:
    morning.kim.gets_text("Can you be reached? Reply READY", within=120)
    morning.kim.texts(SERVICE, "ready")
    morning.kim.gets_text("We know that you can be reached")
    morning.clock.advance(35 * 60)
    morning.maria.gets_text("Check of the next 14 days")
    morning.sam.gets_text("Reminder")
    morning.line.waits(30)
    morning.line.nothing_else()
    with morning.session() as session:
        assert session.scalars(select(DrillRow.state)).all() == ["ready"]
        kim = session.scalars(select(TechnicianRow).where(TechnicianRow.key == "kim")).one()
        assert kim.texts_verified_at is not None


def test_whoever_is_silent_half_an_hour_before_has_the_shift_offered_to_the_backup(morning: Stage) -> None:
    morning.kim.gets_text("Can you be reached?", within=120)
    morning.clock.advance(30 * 60)
    morning.maria.gets_text("Kim Nakamura did not answer the readiness check")
    morning.sam.gets_text("readiness check")
    morning.kim.gets_text("")
    with morning.session() as session:
        assert session.scalars(select(DrillRow.state)).all() == ["offered"]


def test_whoever_prefers_a_call_is_rung_and_presses_1(morning: Stage) -> None:
    with morning.runtime.database.begin() as session:
        session.scalars(select(TechnicianRow).where(TechnicianRow.key == "kim")).one().drill = "call"
    morning.kim.rings(within=120)
    morning.kim.answers()
    morning.kim.hears("This is a readiness check for Critical line")
    morning.kim.presses("1")
    morning.kim.hears("Thank you")
    morning.kim.is_hung_up()
    with morning.session() as session:
        assert session.scalars(select(DrillRow.state)).all() == ["ready"]


def test_a_drill_now_asks_everybody_on_duty_and_offers_nobodys_shift(morning: Stage) -> None:
    with morning.runtime.database.begin() as session:
        assert [d.technician for d in drill_now(session, ["critical"], morning.clock.now())] == ["sam"]
    morning.sam.rings()
    morning.sam.answers()
    morning.sam.hears("readiness check")
    morning.sam.presses("1")
    morning.sam.is_hung_up()
    with morning.session() as session:
        assert session.scalars(select(DrillRow.state)).all() == ["ready"]


def test_a_number_is_verified_by_the_code_that_was_sent_to_it(morning: Stage) -> None:
    with morning.runtime.database.begin() as session:
        code = send_code(session, "sam", morning.clock.now()).code
        wrong = "000000" if code != "000000" else "000001"
        assert not check_code(session, "sam", wrong, morning.clock.now())
    morning.sam.gets_text(code)
    morning.sam.texts(SERVICE, code)
    morning.sam.gets_text("verified")
    with morning.session() as session:
        assert session.scalars(select(VerificationRow.verified_at)).one() is not None


def test_a_code_is_worthless_after_a_quarter_of_an_hour_and_after_five_wrong_ones(morning: Stage) -> None:
    at = morning.clock.now()
    with morning.runtime.database.begin() as session:
        code = send_code(session, "sam", at).code
        assert not check_code(session, "sam", code, at + timedelta(minutes=16))
        wrong = "111111" if code != "111111" else "222222"
        assert [check_code(session, "sam", given, at) for given in (*[wrong] * 5, code)] == [False] * 6


def test_reminders_come_a_day_ahead_once_and_at_the_hour(database_url: str, tmp_path: Path) -> None:
    at = datetime(2026, 3, 2, 13, 59, 30, tzinfo=UTC)
    stage = set_stage(database_url, tmp_path, at)
    stage.apply(WEEKLY)
    stage.apply('[[technicians]]\nkey = "kim"\nremind_hours = [24]\n[[technicians]]\nkey = "sam"\nremind_hours = []\n')
    with stage.runtime.database.begin() as session:
        session.add(
            RosterWatchRow(roster_key="critical", people=["kim"], told_until=at, reminded_until=at, drilled_until=at)
        )
    stage.kim.gets_text("Reminder: you are on duty for Critical line from Tue 3 Mar 08:00", within=90)
    stage.sam.gets_text("You are on duty for Critical line")
    stage.kim.gets_text("You are next, from Tue 3 Mar 08:00")
    stage.line.waits(120)
    stage.line.nothing_else()
