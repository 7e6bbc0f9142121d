from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import StatementError

from foundation.db import Database, insert_once, rows_changed, sqlite_path
from foundation.phone import PhoneNumber
from intake.tables import CallRow

AT = datetime(2026, 3, 8, 6, 59, 59, 250_000, tzinfo=UTC)
NUMBER = PhoneNumber("+9991234567")


def insert(database: Database, sid: str, at: datetime = AT) -> bool:
    fields = {"direction": "inbound", "from_text": "", "to_text": "", "turn": 0}
    with database.begin() as session:
        return insert_once(session, CallRow, sid=sid, started_at=at, from_phone=NUMBER, **fields)


def stored(database: Database, sid: str) -> CallRow:
    with database.read() as session:
        return session.scalars(select(CallRow).where(CallRow.sid == sid)).one()


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Chatham"])
def test_an_instant_comes_back_the_same_aware_and_in_utc(database_url: str, zone: str) -> None:
    database = Database(database_url)
    insert(database, "CA1", AT.astimezone(ZoneInfo(zone)))
    found = stored(database, "CA1").started_at
    assert found == AT
    assert found.utcoffset() == AT.utcoffset()
    database.close()


def test_the_hour_that_occurs_twice_is_two_instants(database_url: str) -> None:
    database, zone = Database(database_url), ZoneInfo("America/New_York")
    first, second = (datetime(2026, 11, 1, 1, 30, tzinfo=zone, fold=fold) for fold in (0, 1))
    insert(database, "CA1", first)
    insert(database, "CA2", second)
    apart = stored(database, "CA2").started_at - stored(database, "CA1").started_at
    assert apart.total_seconds() == 3600
    database.close()


def test_an_instant_without_a_zone_is_refused(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(StatementError, match="naive"):
        insert(database, "CA1", datetime(2026, 3, 8, 12, 0))
    database.close()


def test_a_phone_number_comes_back_as_it_was_written_and_none_stays_none(database_url: str) -> None:
    database = Database(database_url)
    insert(database, "CA1")
    assert stored(database, "CA1").from_phone == NUMBER
    with database.begin() as session:
        session.execute(update(CallRow).values(from_phone=None))
    assert stored(database, "CA1").from_phone is None
    database.close()


def test_of_two_inserts_with_one_key_one_is_new(database_url: str) -> None:
    database = Database(database_url)
    assert [insert(database, "CA1"), insert(database, "CA1"), insert(database, "CA2")] == [True, False, True]
    database.close()


def test_a_conditional_update_knows_whether_it_won(database_url: str) -> None:
    database = Database(database_url)
    insert(database, "CA1")
    claim = update(CallRow).where(CallRow.sid == "CA1", CallRow.end.is_(None)).values(end="ticket")
    with database.begin() as session:
        assert [rows_changed(session.execute(claim)) for _ in range(2)] == [1, 0]
    database.close()


def ends_and_fails(database: Database) -> None:
    with database.begin() as session:
        session.execute(update(CallRow).values(end="ticket"))
        raise ZeroDivisionError


def test_a_transaction_that_fails_leaves_nothing(database_url: str) -> None:
    database = Database(database_url)
    insert(database, "CA1")
    with pytest.raises(ZeroDivisionError):
        ends_and_fails(database)
    assert stored(database, "CA1").end is None
    database.close()


def test_only_a_sqlite_address_has_a_file() -> None:
    found = sqlite_path("sqlite:///var/switchboard.db")
    assert found is not None
    assert found.name == "switchboard.db"
    assert sqlite_path("sqlite://") is None
    assert sqlite_path("postgresql+psycopg://db.example/switchboard") is None
