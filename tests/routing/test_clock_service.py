from collections.abc import Iterator

import pytest
from sqlalchemy import select

from foundation.audit import history
from foundation.errors import NotFound, Refused
from intake.entitlement import Tier
from intake.service import case_event
from intake.severity import Severity
from intake.store import account_by_key
from routing.clock_service import (
    answered,
    case_to_change,
    change_severity,
    heard_from,
    pause,
    recompute,
    resume,
    upgrade_tier,
)
from routing.service import move_to_account, reprioritise, resolve
from routing.tables import CalendarRow, HuntRow
from telephony.tables import OutboxRow
from tests.routing.open_cases import DANA, OPENED, Records, after, with_cast

MEDIUM, LOW, CRITICAL = Severity.MEDIUM, Severity.LOW, Severity.CRITICAL


@pytest.fixture
def records(database_url: str) -> Iterator[Records]:
    """The standing cast on a database of its own, once on each kind."""
    opened = with_cast(database_url)
    yield opened
    opened.database.close()


def test_a_case_opens_with_both_clocks_and_their_due_instants(records: Records) -> None:
    case = records.opened("riverbend", MEDIUM)
    clocks, row = records.clocks(case), records.row(case)
    assert (clocks["response"].due_at, clocks["update"].due_at) == (after(4), after(24))
    assert (row.response_due, row.update_due) == (after(4), after(24))
    assert clocks["response"].next_notice_at == after(2)
    assert records.is_rebuilt(case)


@pytest.mark.parametrize("account", [None, "lakeshore"])
def test_a_case_without_an_agreement_has_no_clocks(records: Records, account: str | None) -> None:
    case = records.opened(account, MEDIUM)
    assert records.clocks(case) == {}
    assert records.row(case).response_due is None


def test_a_case_that_turns_out_to_be_another_account_s_gets_its_clocks_from_the_opening(records: Records) -> None:
    case = records.opened(None, MEDIUM)
    with records.case(case) as (session, row):
        account = account_by_key(session, "northside")
        assert account is not None
        move_to_account(session, row, account, after(1))
    assert records.clocks(case)["response"].due_at == after(2)
    assert records.is_rebuilt(case)


def test_a_case_moved_to_an_account_without_an_agreement_has_no_running_clock(records: Records) -> None:
    case = records.opened("northside", MEDIUM)
    with records.case(case) as (session, row):
        account = account_by_key(session, "lakeshore")
        assert account is not None
        move_to_account(session, row, account, after(1))
    clock = records.clocks(case)["response"]
    assert (clock.state, clock.due_at, clock.next_notice_at) == ("void", None, None)


def test_each_change_is_an_event_from_which_the_columns_are_rebuilt(records: Records) -> None:
    case = records.opened("riverbend", LOW)
    records.change(case, change_severity, MEDIUM, after(1), actor="sam", reason="impact_changed")
    assert records.is_rebuilt(case)
    records.change(case, pause, after(2), "ana", "spare part ordered", after(60))
    assert records.is_rebuilt(case)
    assert (records.clocks(case)["update"].state, records.row(case).update_due) == ("paused", None)
    records.change(case, upgrade_tier, Tier.PREMIUM, after(3), "maria")
    records.change(case, resume, after(4), "ana", "by hand")
    records.change(case, answered, after(5), "ana", "call")
    assert records.is_rebuilt(case)
    records.change(case, resolve, "ana", after(6))
    assert {clock.state for clock in records.clocks(case).values()} == {"satisfied"}
    assert records.is_rebuilt(case)


def test_every_change_by_a_person_is_in_the_audit(records: Records) -> None:
    case = records.opened("riverbend", LOW)
    records.change(case, change_severity, MEDIUM, after(1), actor="sam", reason="reclassified")
    records.change(case, pause, after(2), "ana", "spare part ordered", None)
    records.change(case, resume, after(4), "ana", "by hand")
    records.change(case, upgrade_tier, Tier.PREMIUM, after(5), "maria")
    with records.case(case) as (session, row):
        found = history(session, "case", row.number or "")
    assert [(line.actor, line.before, line.reason) for line in found] == [
        ("sam", {"severity": "low"}, "reclassified"),
        ("ana", {"status": "new"}, "spare part ordered"),
        ("ana", {"status": "waiting"}, None),
        ("maria", {"tier": "advanced"}, None),
    ]


def test_anything_heard_from_the_customer_ends_the_wait(records: Records) -> None:
    case = records.opened("riverbend", MEDIUM)
    records.change(case, pause, after(1), "ana", "spare part ordered", after(60))
    with records.database.begin() as session:
        heard_from(session, DANA, after(3), "call")
    assert records.row(case).status == "new"
    assert records.clocks(case)["update"].due_at == after(26)
    assert records.events(case, "resumed")[0].actor == "caller"


def test_the_first_answer_is_the_response_and_each_sets_the_update_going_anew(records: Records) -> None:
    case = records.opened("northside", MEDIUM)
    records.change(case, answered, after(1), "ana", "mail")
    records.change(case, answered, after(5), "ana", "mail")
    response, update = (records.clocks(case)[name] for name in ("response", "update"))
    assert (response.state, response.satisfied_at, response.next_notice_at) == ("satisfied", after(1), None)
    assert (update.opened_at, update.due_at) == (after(5), after(13))
    assert (records.row(case).technician, records.row(case).responded_at) == ("ana", after(1))


def test_an_answer_after_the_due_instant_puts_the_breach_on_record_and_alarms_nobody(records: Records) -> None:
    case = records.opened("northside", MEDIUM)
    records.change(case, answered, after(9), "ana", "mail")
    assert {name: clock.breached_at for name, clock in records.clocks(case).items()} == {
        "response": after(2),
        "update": after(8),
    }
    assert [(event, told) for event, _, told in records.notices()] == [("breach", []), ("breach", [])]
    assert [event.facts["clock"] for event in records.events(case, "breached")] == ["response", "update"]


def test_a_missed_due_instant_is_not_erased_by_a_longer_target(records: Records) -> None:
    case = records.opened("northside", MEDIUM)
    records.change(case, change_severity, LOW, after(3), actor="sam", reason="reclassified")
    clock = records.clocks(case)["response"]
    assert (clock.due_at, clock.breached_at, clock.state) == (after(12), after(2), "running")


def test_what_makes_no_sense_is_refused_with_its_reason(records: Records) -> None:
    case = records.opened("northside", MEDIUM)
    for code, act, given in (
        ("resume_too_early", pause, (after(1), "ana", "x", after(1))),
        ("case_not_waiting", resume, (after(1), "ana", "by hand")),
        ("not_an_upgrade", upgrade_tier, (Tier.ADVANCED, after(1), "ana")),
    ):
        with pytest.raises(Refused) as refused:
            records.change(case, act, *given)
        assert refused.value.code == code
    records.change(case, resolve, "ana", after(2))
    with pytest.raises(Refused, match="case_is_over"):
        records.change(case, pause, after(3), "ana", "x", None)
    with records.database.begin() as session, pytest.raises(NotFound):
        case_to_change(session, "999999")


# An edited calendar


def edit_calendar(records: Records) -> None:
    """From now on 24/5 is Monday to Friday, ten to noon, in New York."""
    with records.database.begin() as session:
        row = session.get_one(CalendarRow, "case-24x5")
        row.zone, row.windows = "America/New_York", [[f"{day} 10:00", f"{day} 12:00"] for day in ("mon", "tue", "wed")]


def test_an_edited_calendar_changes_an_open_case_only_when_it_is_recomputed(records: Records) -> None:
    case = records.opened("riverbend", MEDIUM)
    edit_calendar(records)
    records.change(case, lambda session, row: case_event(session, row, after(0.1), "recorded"))
    assert records.clocks(case)["response"].due_at == after(4)
    with records.database.begin() as session:
        lines = recompute(session, after(1), "maria", "case-24x5")
    assert [(line.clock, line.before, line.after) for line in lines] == [
        ("response", after(4), after(26)),
        ("update", after(24), after(24)),
    ]
    assert (records.clocks(case)["response"].due_at, records.is_rebuilt(case)) == (after(26), True)


def test_a_second_recompute_finds_nothing_left_to_do(records: Records) -> None:
    records.opened("riverbend", MEDIUM)
    edit_calendar(records)
    with records.database.begin() as session:
        assert len(recompute(session, after(1), "maria")) == 2
        assert recompute(session, after(1), "maria") == []


def test_only_cases_that_count_on_the_calendar_and_are_open_are_recomputed(records: Records) -> None:
    records.opened("northside", MEDIUM)
    solved = records.opened("riverbend", MEDIUM)
    records.change(solved, resolve, "ana", after(0.5))
    edit_calendar(records)
    with records.database.begin() as session:
        assert recompute(session, after(1), "maria") == []


def test_a_calendar_that_is_not_there_is_refused_with_those_that_are(records: Records) -> None:
    with records.database.begin() as session, pytest.raises(NotFound, match="business-hours, case-24x5, case-24x7"):
        recompute(session, OPENED, "maria", "nights")


# A case becomes critical by hand


def test_a_case_that_becomes_critical_with_nobody_on_it_is_pursued_at_once(records: Records) -> None:
    case = records.opened("riverbend", MEDIUM)
    records.change(case, reprioritise, CRITICAL, after(1), "maria", "impact_changed")
    with records.database.read() as session:
        hunt = session.scalars(select(HuntRow)).one()
    assert (hunt.case_id, hunt.status) == (case, "left")
    assert (records.row(case).response_due, records.row(case).outcome) == (after(1.5), "hunt")


def test_a_case_that_becomes_critical_is_told_to_whoever_has_it(records: Records) -> None:
    case = records.opened("riverbend", MEDIUM)
    records.change(case, answered, after(0.5), "ana", "call")
    records.change(case, reprioritise, CRITICAL, after(1), "maria", "impact_changed")
    with records.database.read() as session:
        texts = list(session.scalars(select(OutboxRow.body).where(OutboxRow.dedupe_key.startswith("raised:"))))
        assert session.scalars(select(HuntRow)).all() == []
    assert [(text or "").startswith("NOW CRITICAL: your case") for text in texts] == [True]
