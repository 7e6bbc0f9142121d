from datetime import UTC, datetime, timedelta

import pytest

from oncall.backup import backups, coming
from oncall.layers import Roster, parse_roster
from oncall.readiness import CanBeReached, Contactability, Record, can_be_reached, next_drill_step

MONDAY = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)


def weekly(*people: str, **more: object) -> Roster:
    layer = {
        "key": "primary",
        "priority": 2,
        "unit": "weeks",
        "length": 1,
        "start": "2026-01-05T08:00",
        "participants": people,
    }
    below = {
        "key": "below",
        "priority": 1,
        "unit": "weeks",
        "length": 1,
        "start": "2026-01-05T08:00",
        "participants": ["zoe"],
    }
    base = {
        "key": "line",
        "name": "Line",
        "time_zone": "America/Chicago",
        "coverage": "always",
        "layers": [layer, below],
    }
    return parse_roster(base | more)


def test_the_backup_is_the_next_in_order_of_the_same_layer() -> None:
    assert backups(weekly("sam", "kim", "lee"), "sam", MONDAY) == ("kim",)


def test_without_anybody_else_in_the_layer_the_backup_is_in_the_layer_below() -> None:
    assert backups(weekly("sam"), "sam", MONDAY) == ("zoe",)


def test_somebody_whom_an_override_put_on_duty_is_backed_up_by_whom_they_replace() -> None:
    replaced = {
        "kind": "replace",
        "technician": "ana",
        "replaces": "sam",
        "start": "2026-01-05T08:00",
        "end": "2026-01-06T08:00",
    }
    roster = weekly("sam", "kim", overrides=[replaced])
    assert backups(roster, "ana", MONDAY + timedelta(hours=1)) == ("sam",)


def test_coming_names_who_comes_on_duty_and_until_when() -> None:
    [(person, shift)] = coming(weekly("sam", "kim"), MONDAY + timedelta(days=6), MONDAY + timedelta(days=8))
    assert (person, shift.start, shift.end) == ("kim", MONDAY + timedelta(days=7), MONDAY + timedelta(days=14))


def test_a_new_shift_of_the_same_person_is_nobody_coming() -> None:
    assert coming(weekly("sam"), MONDAY, MONDAY + timedelta(days=30)) == []


def test_the_window_is_open_at_its_start_and_closed_at_its_end() -> None:
    handoff = MONDAY + timedelta(days=7)
    assert coming(weekly("sam", "kim"), handoff, handoff + timedelta(hours=1)) == []
    assert len(coming(weekly("sam", "kim"), handoff - timedelta(hours=1), handoff)) == 1


@pytest.mark.parametrize(
    ("known", "answer"),
    [
        (Contactability(True, True, texts_refused=False), CanBeReached.YES),
        (Contactability(False, False, texts_refused=False), CanBeReached.DOUBTFUL),
        (Contactability(True, True, texts_refused=True), CanBeReached.DOUBTFUL),
        (Contactability(False, True, texts_refused=True), CanBeReached.NO),
        (Contactability(True, True, texts_refused=False, last_drill="silent"), CanBeReached.NO),
        (Contactability(True, True, texts_refused=False, last_drill="offered"), CanBeReached.NO),
        (Contactability(False, False, texts_refused=False, last_drill="ready"), CanBeReached.YES),
    ],
)
def test_whether_somebody_can_be_reached(known: Contactability, answer: CanBeReached) -> None:
    assert can_be_reached(known)[0] is answer


@pytest.mark.parametrize(
    ("record", "score"),
    [
        (Record(0, 0, 0, 0), None),
        (Record(1, 0, 1, 1), None),
        (Record(10, 10, 10, 10), 100),
        (Record(10, 0, 10, 10), 30),
        (Record(10, 10, 0, 0), 100),
        (Record(0, 0, 4, 3), 75),
        (Record(4, 2, 4, 4), 65),
    ],
)
def test_the_score_weighs_rings_above_texts_and_is_silent_with_too_few(record: Record, score: int | None) -> None:
    assert record.score == score


def test_a_drill_is_given_up_half_an_hour_before_the_shift_or_at_once_if_that_has_gone_by() -> None:
    assert next_drill_step(MONDAY, MONDAY - timedelta(minutes=60)) == MONDAY - timedelta(minutes=30)
    assert next_drill_step(MONDAY, MONDAY - timedelta(minutes=10)) == MONDAY - timedelta(minutes=10)
