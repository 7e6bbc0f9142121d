import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from foundation.audit import history
from foundation.db import Database
from foundation.errors import SwitchboardError
from foundation.phone import PhoneNumber
from foundation.windows import Interval
from oncall.cover_service import Answerer, CoverWish, TakeOverWish, accept, ask, decline, follow_up, take_over
from oncall.cover_store import due_requests, next_follow_up, request_by_token, request_document
from oncall.tables import CoverRequestRow, LayerRow, OverrideRow, RosterRow, TechnicianRow
from telephony.tables import OutboxRow
from tests.oncall.written import instant, layer

NOW = instant("2026-06-01T07:00")
MONDAY = Interval(instant("2026-06-01T08:00"), instant("2026-06-02T08:00"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A roster with two layers of equal priority: a, b, c in turns of a day, and beside them always d."""
    opened = Database(database_url)
    with opened.begin() as session:
        for number, key in enumerate("abcde"):
            phone = PhoneNumber(f"+1202555014{number}")
            session.add(TechnicianRow(key=key, name=key.upper(), phone=phone, languages=["en"]))
        layers = [
            LayerRow(position=place, **rule)
            for place, rule in enumerate((layer(), layer("second", participants=["d"])))
        ]
        session.add(RosterRow(key="line", name="Line", time_zone="UTC", coverage="always", layers=layers))
    yield opened
    opened.close()


def asks(database: Database, by: str = "a", *asked: str, period: Interval = MONDAY) -> int:
    with database.begin() as session:
        return ask(session, NOW, CoverWish("line", by, period, asked)).id


def accepts(database: Database, number: int, technician: str) -> str:
    """Accept, and say what came of it."""
    try:
        with database.begin() as session:
            return accept(session, NOW, number, Answerer(technician, "text")).state
    except SwitchboardError as refusal:
        return str(refusal.facts.get("objection", refusal.code))


def at_once(*acts: Callable[[], str]) -> list[str]:
    """Do several things at the same instant, each on a thread of its own."""
    start = threading.Barrier(len(acts))

    def do(act: Callable[[], str]) -> str:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def overrides(database: Database) -> list[tuple[str, str | None, str | None]]:
    with database.read() as session:
        return [
            (o.technician, o.replaces, o.source) for o in session.scalars(select(OverrideRow).order_by(OverrideRow.id))
        ]


def texts(database: Database, word: str) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.body.contains(word))) or 0


def test_of_two_who_say_yes_at_once_one_has_it(database: Database) -> None:
    number = asks(database)
    results = at_once(lambda: accepts(database, number, "b"), lambda: accepts(database, number, "c"))
    assert sorted(results) == ["accepted", "cover_taken"]
    assert len(overrides(database)) == 1
    assert texts(database, "You have Line") == 1


def test_nobody_takes_two_shifts_of_one_time_by_saying_yes_to_both_at_once(database: Database) -> None:
    one, other = asks(database, "a", "e"), asks(database, "d", "e")
    results = at_once(lambda: accepts(database, one, "e"), lambda: accepts(database, other, "e"))
    assert sorted(results) == ["accepted", "double_booked"]
    assert len(overrides(database)) == 1


def test_the_winner_is_answered_the_same_again(database: Database) -> None:
    number = asks(database)
    assert [accepts(database, number, "b"), accepts(database, number, "b")] == ["accepted", "accepted"]
    assert texts(database, "You have Line") == 1


def test_parts_of_a_cut_override_keep_where_they_came_from(database: Database) -> None:
    accepts(database, asks(database, "a", "b"), "b")
    middle = Interval(MONDAY.start + timedelta(hours=4), MONDAY.start + timedelta(hours=8))
    accepts(database, asks(database, "b", "c", period=middle), "c")
    with database.read() as session:
        rows = list(session.scalars(select(OverrideRow)))
        found = sorted((row.start, row.technician, row.request_id, row.created_by) for row in rows)
    assert found == [
        ("2026-06-01T08:00:00Z", "b", 1, "b"),
        ("2026-06-01T12:00:00Z", "c", 2, "c"),
        ("2026-06-01T16:00:00Z", "b", 1, "b"),
    ]


def test_a_shift_given_back_to_its_owner_leaves_no_trace_but_the_audit(database: Database) -> None:
    accepts(database, asks(database, "a", "b"), "b")
    accepts(database, asks(database, "b", "a"), "a")
    assert overrides(database) == []
    with database.read() as session:
        changes = [(len(c.before["overrides"]), len(c.after["overrides"])) for c in history(session, "roster", "line")]
    assert changes == [(0, 1), (1, 0)]


def test_a_follow_up_is_made_once_and_a_late_one_expires_at_once(database: Database) -> None:
    number = asks(database, "a", "b")
    third = NOW + timedelta(minutes=20)
    for _ in range(2):
        with database.begin() as session:
            follow_up(session, number, third)
    assert texts(database, "Still open") == 1
    with database.begin() as session:
        assert due_requests(session, MONDAY.end) == [number]
        follow_up(session, number, MONDAY.end)
        assert (session.get_one(CoverRequestRow, number).state, next_follow_up(session)) == ("expired", None)


def test_a_no_may_become_a_yes_while_it_is_open(database: Database) -> None:
    number = asks(database)
    with database.begin() as session:
        decline(session, NOW, number, Answerer("b", "text"))
    assert accepts(database, number, "b") == "accepted"
    with database.read() as session:
        replies = request_document(session, session.get_one(CoverRequestRow, number))["replies"]
    assert [(reply["technician"], reply["answer"]) for reply in replies] == [("b", "yes")]


def test_a_request_is_found_by_the_name_in_its_link(database: Database) -> None:
    number = asks(database)
    with database.read() as session:
        token = session.get_one(CoverRequestRow, number).token
        found = request_by_token(session, token)
        assert found is not None
        assert found.id == number
        assert request_by_token(session, "no such name") is None


def test_the_same_time_is_asked_for_once(database: Database) -> None:
    asks(database)
    with pytest.raises(SwitchboardError, match="Request 1 asks for this time already"):
        asks(database)


def test_who_takes_over_is_on_duty_from_now_on(database: Database) -> None:
    with database.begin() as session:
        taken = take_over(session, MONDAY.start + timedelta(hours=3), TakeOverWish("line", Answerer("e", "call")))
    assert (taken.from_, taken.period.end) == (("a",), MONDAY.end)
    assert overrides(database) == [("e", "a", "takeover")]
