"""Handovers: whoever comes on duty and whoever goes is told by text, once, also at the end of an override."""

from datetime import datetime, timedelta

from tests.stories.stage import Stage
from tests.stories.steps import is_paged, reports_an_outage

ROSTER = """
[[rosters]]
key = "critical"
name = "Critical line"
time_zone = "America/Chicago"
coverage = "always"

[[rosters.layers]]
key = "primary"
priority = 2
unit = "hours"
length = 1
start = "2026-03-02T08:04"
turns = "calendar"
coverage = "always"
participants = ["kim", "sam"]
"""
"""Kim hands over to sam at 09:04 in Chicago, four minutes after the curtain rises."""

OVERRIDE = """
[[rosters.overrides]]
kind = "replace"
technician = "lee"
replaces = "kim"
start = "2026-03-02T09:01"
end = "2026-03-02T09:02"
"""


def nothing_else_but_reminders(stage: Stage) -> None:
    """Reminders and readiness questions have stories of their own; anything else is a surprise."""
    for phone in (stage.sam, stage.kim, stage.lee, stage.ana):
        for text in stage.line.unclaimed_texts(phone.number):
            if text.body.startswith("Reminder:") or "Can you be reached?" in text.body:
                stage.line.claim_text(text)
    stage.line.nothing_else()


def leaps(stage: Stage, at: datetime) -> None:
    """Let the clock stand a few seconds before an instant, as if nothing had happened meanwhile."""
    stage.clock.at = at - timedelta(seconds=5)
    stage.line.waits(25)


def test_both_sides_of_a_handover_are_told_once(stage: Stage) -> None:
    stage.apply(ROSTER)
    stage.line.waits(20)
    leaps(stage, stage.clock.now().replace(minute=4, second=0))
    assert "until Mon 2 Mar 10:04 (Chicago)" in stage.sam.gets_text("You are on duty for Critical line")
    assert "Sam Ortiz took over" in stage.kim.gets_text("Your duty for Critical line ended")
    stage.line.waits(40)
    nothing_else_but_reminders(stage)


def test_the_beginning_and_the_end_of_an_override_are_handovers(stage: Stage) -> None:
    stage.apply(ROSTER + OVERRIDE)
    stage.line.waits(20)
    leaps(stage, stage.clock.now().replace(minute=1, second=0))
    stage.lee.gets_text("You are on duty for Critical line")
    stage.kim.gets_text("Lee Okafor took over")
    leaps(stage, stage.clock.now().replace(minute=2, second=0))
    stage.kim.gets_text("You are on duty for Critical line")
    stage.lee.gets_text("Kim Nakamura took over")
    stage.sam.gets_text("You are next for Critical line")
    stage.line.waits(20)
    nothing_else_but_reminders(stage)


def test_a_handover_that_fell_into_an_outage_of_the_clock_is_told_late_and_not_twice(stage: Stage) -> None:
    stage.apply(ROSTER)
    stage.line.waits(20)
    stage.clock.at += timedelta(minutes=30)
    stage.line.waits(20)
    stage.sam.gets_text("You are on duty for Critical line from Mon 2 Mar 09:04")
    stage.kim.gets_text("Sam Ortiz took over")
    stage.line.waits(40)
    nothing_else_but_reminders(stage)


def test_a_roster_edited_in_the_middle_of_a_shift_is_a_handover(stage: Stage) -> None:
    stage.apply(ROSTER)
    stage.line.waits(20)
    stage.apply(ROSTER.replace('["kim", "sam"]', '["ana", "sam"]'))
    stage.line.waits(20)
    stage.ana.gets_text("You are on duty for Critical line")
    stage.kim.gets_text("Ana Delgado took over")
    stage.sam.gets_text("You are next for Critical line")
    nothing_else_but_reminders(stage)


def test_after_the_handover_the_incoming_technician_is_rung(stage: Stage) -> None:
    stage.apply(ROSTER)
    stage.line.waits(20)
    leaps(stage, stage.clock.now().replace(minute=4, second=0))
    stage.sam.gets_text("You are on duty")
    stage.kim.gets_text("Sam Ortiz took over")
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    nothing_else_but_reminders(stage)
