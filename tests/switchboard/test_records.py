"""Lists and timelines: everything that hangs together, in order, in the account's own time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from foundation.db import Database
from foundation.phone import PhoneNumber
from intake.tables import CallEventRow, CallRow, CaseEventRow, CaseRow, RecordingRow
from routing.tables import HuntEventRow, HuntRow, LegRow
from switchboard.apply import apply_world
from switchboard.demo import demo_world
from telephony.tables import OutboxRow
from tests.switchboard.conftest import Run, printed

START = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)
SAM, DANA = PhoneNumber("+12025550141"), PhoneNumber("+12025550111")


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def thread(number: str, sid: str) -> Iterator[Any]:
    """Yield the rows of one critical call that sam takes; ids are those of an empty database, or one more."""
    at = 1 if sid == "CA1" else 2
    case = {
        "severity": "critical",
        "tier": "premium",
        "outcome": "hunt",
        "reason": "r",
        "clock": "24/7",
        "account_id": 1,
    }
    yield CaseRow(
        id=at, number=number, status="acknowledged", technician="sam", opened_at=START, response_due=later(900), **case
    )
    call = {"from_text": DANA.e164, "to_text": "+12025550100", "case_id": at, "account_id": 1}
    yield CallRow(sid=sid, direction="inbound", started_at=START, ended_at=later(60), end="connected", **call)
    hunt = {"token": f"h{sid}", "status": "won", "winner_leg_id": at, "won_at": later(9)}
    plan = {"waves": [{"targets": [["sam", "Sam", SAM.e164, SAM.e164]], "ring_seconds": 20, "stagger_seconds": 0}]}
    yield HuntRow(id=at, case_id=at, call_sid=sid, plan=plan, started_at=START, ceiling_at=later(180), **hunt)
    leg = {"technician": "sam", "name": "Sam", "phone": SAM, "wave": 0, "ring_seconds": 20, "status": "bridged"}
    placed = {"place_at": START, "placed_at": later(1), "answered_at": later(5), "call_sid": f"{sid}-leg"}
    yield LegRow(id=at, hunt_id=at, token=f"l{sid}", **leg, **placed)
    technician = {"from_text": "+12025550100", "to_text": SAM.e164, "started_at": later(5)}
    yield CallRow(sid=f"{sid}-leg", direction="outbound", **technician)


def events(sid: str) -> Iterator[Any]:
    """Yield what happened on the thread of call CA1."""
    yield CallEventRow(call_sid=sid, at=START, kind="heard", facts={"text": "If your system is down, press 1."})
    yield CallEventRow(call_sid=sid, at=later(0.5), kind="pressed", facts={"key": "1"})
    yield CaseEventRow(case_id=1, at=later(0.5), kind="opened", actor="caller", facts={"severity": "critical"})
    yield HuntEventRow(hunt_id=1, at=later(0.6), kind="started", facts={"plan": [["sam"]]})
    yield CallEventRow(call_sid=f"{sid}-leg", at=later(9), kind="pressed", facts={"key": "1"})
    yield CaseEventRow(case_id=1, at=later(9), kind="acknowledged", actor="sam", facts={"how": "pressed 1"})
    text = {"kind": "text", "to_phone": SAM, "body": "CRITICAL", "written_at": later(0.7), "due_at": later(0.7)}
    yield OutboxRow(token="t1", dedupe_key="t1", status="delivered", sent_at=later(2), context={"case": 1}, **text)
    yield OutboxRow(token="t2", dedupe_key="t2", context={"case": 2}, **text)
    yield RecordingRow(sid="RE1", call_sid=sid, case_id=1, purpose="description", url="u", seconds=4, at=later(30))


@pytest.fixture
def told(run: Run, database_url: str) -> Run:
    """The commands where two critical calls have come in."""
    database = Database(database_url)
    with database.begin() as session:
        apply_world(session, demo_world())
        for row in (*thread("100014", "CA1"), *thread("100029", "CA2"), *events("CA1")):
            session.add(row)
            session.flush()
    database.close()
    return run


WHOLE = [
    ("call CA1", "started"),
    ("leg 1 (sam)", "planned"),
    ("call CA1", "heard"),
    ("call CA1", "pressed"),
    ("case 100014", "opened"),
    ("hunt 1", "started"),
    ("text 1", "written"),
    ("leg 1 (sam)", "placed"),
    ("text 1", "delivered"),
    ("call CA1-leg", "started"),
    ("leg 1 (sam)", "answered"),
    ("call CA1-leg", "pressed"),
    ("case 100014", "acknowledged"),
    ("recording RE1", "kept"),
    ("call CA1", "over"),
]


@pytest.mark.parametrize(
    "words", [("case", "show", "100014"), ("call", "show", "CA1"), ("call", "show", "CA1-leg"), ("hunt", "show", "1")]
)
def test_a_timeline_tells_everything_that_hangs_together_in_order(words: tuple[str, ...], told: Run) -> None:
    timeline = printed(told(*words, "--json"))["timeline"]
    assert [(event["about"], event["kind"]) for event in timeline] == WHOLE


def test_cases_are_listed_with_the_fields_that_scripts_rely_on(told: Run) -> None:
    cases = printed(told("case", "list", "--json"))["cases"]
    names = ("number", "severity", "status", "account", "tier", "technician", "response_due")
    assert [[case[name] for name in names] for case in cases] == [
        [number, "critical", "acknowledged", "northside", "premium", "sam", "2026-03-04T18:15:00Z"]
        for number in ("100029", "100014")
    ]


def test_calls_and_hunts_are_listed(told: Run) -> None:
    calls = printed(told("call", "list", "--json"))["calls"]
    assert [call["sid"] for call in calls] == ["CA2-leg", "CA2", "CA1-leg", "CA1"]
    assert calls[-1]["end"] == "connected"
    hunts = printed(told("hunt", "list", "--json"))["hunts"]
    assert [(hunt["id"], hunt["winner"], hunt["plan"]) for hunt in hunts] == [
        (2, "sam", [["sam"]]),
        (1, "sam", [["sam"]]),
    ]


def test_people_are_told_of_the_rows_that_a_table_leaves_out(run_sqlite: Run, sqlite_database_url: str) -> None:
    database = Database(sqlite_database_url)
    with database.begin() as session:
        for place in range(52):
            call = {"direction": "inbound", "from_text": "x", "to_text": "y", "started_at": START}
            session.add(CallRow(sid=f"CA{place}", **call))
    database.close()
    assert run_sqlite("call", "list").stdout.endswith("\n2 older calls are not shown; --limit 52 shows all\n")
    assert len(printed(run_sqlite("call", "list", "--json"))["calls"]) == 52


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("case", "list", "--status", "new"), 0),
        (("case", "list", "--account", "northside", "--limit", "1"), 1),
        (("case", "list", "--account", "mesa"), 0),
        (("call", "list", "--direction", "inbound"), 2),
        (("hunt", "list", "--status", "won"), 2),
    ],
)
def test_lists_can_be_narrowed(words: tuple[str, ...], count: int, told: Run) -> None:
    assert len(printed(told(*words, "--json"))[f"{words[0]}s"]) == count


def test_people_read_a_timeline_in_the_account_s_own_time(told: Run) -> None:
    lines = told("case", "show", "10 00 14").stdout.splitlines()
    assert "response due:     2026-03-04T18:15:00Z" in lines
    assert "2026-03-04 13:00:09 EST (18:00:09 UTC)  case 100014: acknowledged by sam (how pressed 1)" in lines


def test_people_read_a_list_in_plain_columns_where_no_terminal_is(told: Run) -> None:
    head, first, *_ = told("case", "list").stdout.splitlines()
    assert head.split("  ")[0] == "number"
    assert first.split()[:5] == ["100029", "critical", "acknowledged", "northside", "premium"]


@pytest.mark.parametrize(
    "words", [("case", "show", "1"), ("call", "show", "CA9"), ("hunt", "show", "9"), ("hunt", "show", "x")]
)
def test_what_is_not_on_record_is_refused_with_the_way_to_find_it(words: tuple[str, ...], told: Run) -> None:
    refused = told(*words)
    assert refused.exit_code == 1
    assert f"List them: switchboard {words[0]} list" in refused.stderr
