from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from intake.severity import Severity
from intake.tables import CaseRow
from routing.clock_service import answered, change_severity, heard_from, pause
from routing.notice_service import TALK_LOOKS_AGAIN, due_clocks, next_notice, tell_clocks
from routing.tables import HuntRow
from tests.routing.open_cases import DANA, OPENED, Records, after, with_cast

MEDIUM, LOW, CRITICAL = Severity.MEDIUM, Severity.LOW, Severity.CRITICAL
SATURDAY = datetime(2026, 3, 7, 8, 0, tzinfo=UTC)
"""Saturday, 02:00 in Chicago: nobody is on the case desk before Monday."""


@pytest.fixture
def records(database_url: str) -> Iterator[Records]:
    """The standing cast on a database of its own, once on each kind."""
    opened = with_cast(database_url)
    yield opened
    opened.database.close()


def test_each_warning_and_the_breach_come_once_at_their_instants(records: Records) -> None:
    case = records.opened("northside", MEDIUM)
    for hours in (0.9, 1, 1, 1.5, 1.6, 1.8, 2, 2.5):
        records.tick(after(hours))
    assert records.texts() == [f"{event}:0:ana" for event in ("50", "75", "90", "breach")]
    assert [event.facts["event"] for event in records.events(case, "warned")] == ["50", "75", "90"]
    assert records.clocks(case)["response"].breached_at == after(2)


def test_after_downtime_only_the_last_word_is_told_and_all_are_on_record(records: Records) -> None:
    records.opened("northside", MEDIUM)
    records.tick(after(2.5))
    assert records.notices() == [("50", 0, []), ("75", 0, []), ("90", 0, []), ("breach", 0, ["ana"])]
    assert records.texts() == ["breach:0:ana"]


def test_nothing_is_told_of_a_case_that_was_answered_in_time(records: Records) -> None:
    case = records.opened("northside", MEDIUM)
    records.change(case, answered, after(0.5), "ana", "call")
    records.tick(after(3))
    assert records.texts() == []
    assert records.clocks(case)["update"].next_notice_at == after(4.5)


def test_an_update_that_is_answered_warns_anew_for_the_next_one(records: Records) -> None:
    case = records.opened("northside", MEDIUM)
    records.change(case, answered, after(0.5), "ana", "call")
    records.tick(after(4.5))
    records.change(case, answered, after(5), "ana", "call")
    records.tick(after(9))
    assert records.texts() == ["50:1:ana", "50:2:ana"]


def test_a_wait_moves_warnings_on_and_repeats_none(records: Records) -> None:
    case = records.opened("riverbend", MEDIUM)
    records.change(case, answered, after(1), "ana", "call")
    records.tick(after(13))
    records.change(case, pause, after(14), "ana", "spare part ordered", None)
    records.tick(after(100))
    with records.database.begin() as session:
        heard_from(session, DANA, after(18), "call")
    records.ticks_until(after(30))
    assert records.texts() == ["50:1:ana", "75:1:lee", "90:1:lee", "breach:1:lee"]


def test_the_planned_end_of_a_wait_is_told_once(records: Records) -> None:
    case = records.opened("riverbend", MEDIUM)
    records.change(case, answered, after(1), "ana", "call")
    records.change(case, pause, after(2), "ana", "spare part ordered", after(5))
    for hours in (4, 5, 6):
        records.tick(after(hours))
    assert records.texts() == ["resume:1:20260302T200000:ana"]


def test_a_target_moved_into_the_past_alarms_once(records: Records) -> None:
    case = records.opened("northside", LOW)
    records.change(case, change_severity, MEDIUM, after(3), actor="sam", reason="reclassified")
    for hours in (3, 3.1, 4):
        records.tick(after(hours))
    assert [text for text in records.texts() if text.startswith("breach")] == ["breach:1:ana"]


def test_a_missed_target_that_gets_stricter_is_no_second_breach(records: Records) -> None:
    case = records.opened("northside", MEDIUM)
    records.tick(after(2))
    records.change(case, change_severity, CRITICAL, after(3), actor="sam", reason="impact_changed")
    records.tick(after(3.1))
    assert [key for key in records.texts() if key.startswith("breach")] == ["breach:0:ana"]
    assert len(records.events(case, "breached")) == 2


def test_a_critical_breach_reaches_the_managers_at_any_hour(records: Records) -> None:
    records.opened("mesa", CRITICAL, SATURDAY)
    records.ticks_until(SATURDAY + timedelta(minutes=59))
    assert records.texts() == [f"{event}:0:maria" for event in ("50", "75", "90")]
    records.tick(SATURDAY + timedelta(hours=1))
    assert "breach:0:maria" in records.texts()


def test_a_running_clock_that_no_desk_sees_in_time_reaches_the_managers_but_not_at_half_time(records: Records) -> None:
    records.opened("northside", MEDIUM, SATURDAY)
    records.ticks_until(SATURDAY + timedelta(hours=2))
    assert records.texts() == [f"{event}:0:maria" for event in ("75", "90", "breach")]


def test_the_desk_is_never_told_at_night_of_a_clock_that_stands_still(records: Records) -> None:
    friday_half_past_four = datetime(2026, 3, 6, 23, 30, tzinfo=UTC)
    case = records.opened("mesa", MEDIUM, friday_half_past_four)
    monday_half_past_eleven = datetime(2026, 3, 9, 18, 30, tzinfo=UTC)
    assert records.clocks(case)["response"].next_notice_at == monday_half_past_eleven
    records.ticks_until(monday_half_past_eleven + timedelta(hours=10))
    told = [event.at for event in records.events(case, "warned", "breached")]
    assert told != []
    assert all(at.hour >= 15 and at.day == 9 for at in told), "eight in the morning to five in Phoenix"


def test_nobody_hears_of_a_breach_while_the_customer_is_being_answered(records: Records) -> None:
    case = records.opened("northside", CRITICAL)
    hunt = {"status": "won", "plan": {"waves": []}, "started_at": OPENED, "token": "h1"}
    with records.database.begin() as session:
        session.add(HuntRow(case_id=case, bridged_at=after(0.24), **hunt))
    records.tick(after(0.25))
    assert (records.notices(), records.clocks(case)["response"].breached_at) == ([], None)
    with records.database.read() as session:
        assert next_notice(session) == after(0.25) + TALK_LOOKS_AGAIN


def test_a_case_that_cannot_be_read_does_not_hold_up_the_others(records: Records) -> None:
    poisoned = records.opened("northside", MEDIUM)
    records.opened("northside", MEDIUM)
    with records.case(poisoned) as (_, row):
        row.promise = {"response": "2h", "update": "8h", "calendar": {"zone": "Nowhere", "mode": "always"}}
    assert records.warned(after(1)) == after(1.5), "and is not tried again at once, over and over"
    assert records.texts() == ["50:0:ana"]


def test_what_nobody_can_be_told_is_on_record_and_asked_no_more(records: Records) -> None:
    case = records.opened("northside", CRITICAL)
    records.nobody_is_on_duty()
    records.ticks_until(after(0.25))
    assert [(event, told) for event, _, told in records.notices() if event == "breach"] == [("breach", [])]
    assert records.clocks(case)["response"].next_notice_at is None


def test_a_second_clock_process_passes_over_what_the_first_has_in_hand(postgresql_database_url: str) -> None:
    records = with_cast(postgresql_database_url)
    records.opened("northside", MEDIUM)
    with records.database.begin() as first, records.database.begin() as second:
        assert tell_clocks(first, due_clocks(first, after(1)), after(1)) == 1
        assert tell_clocks(second, due_clocks(second, after(1)), after(1)) == 0
    records.tick(after(1))
    assert records.texts() == ["50:0:ana"]
    records.database.close()


def impatiently_answered(session: Session, case: CaseRow) -> None:
    session.execute(text("SET LOCAL lock_timeout = '50ms'"))
    answered(session, case, after(1), "ana", "call")


def test_an_answer_waits_for_a_warning_that_is_being_told(postgresql_database_url: str) -> None:
    records = with_cast(postgresql_database_url)
    case = records.opened("northside", MEDIUM)
    with records.database.begin() as telling:
        tell_clocks(telling, due_clocks(telling, after(1)), after(1))
        with pytest.raises(OperationalError, match="lock timeout"):
            records.change(case, impatiently_answered)
    records.change(case, answered, after(1.1), "ana", "call")
    assert records.is_rebuilt(case)
    records.database.close()
