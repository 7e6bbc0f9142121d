"""The database: one declarative base with named constraints, UTC instants, phone numbers, and the one way to begin."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import Any, cast

from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    Insert,
    MetaData,
    Result,
    String,
    Table,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from foundation.phone import PhoneNumber

SQLITE_LOOK_SECONDS = 0.05
"""How often SQLite's change counter is read: it costs no transaction, and half of this is the mean delay of a ring."""

BUSY_SECONDS = 3
"""How long a writer waits for its turn. The carrier gives a document 4 s: a caller shall hear our words of a fault, not its own."""

ABANDONED_SECONDS = 15
"""After this silence PostgreSQL ends a transaction and frees its rows: a machine that lost its power says no goodbye."""

CONNECT_SECONDS = 2
"""How long PostgreSQL may take to be reached, and to acknowledge what it was sent; the driver's least is 2 s."""

NUDGE_CHANNEL = "switchboard_nudge"
"""PostgreSQL's channel on which a commit that planned something wakes the clock processes; a nudge, never the only way."""


class Base(DeclarativeBase):
    """Mother of every table; constraint names are made by rule, so that a migration can name what it drops."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, `timestamptz` in PostgreSQL, UTC text in SQLite; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand the instant to the driver in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is no instant")
        at = value.astimezone(UTC)
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant back, aware, in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PhoneType(TypeDecorator[PhoneNumber]):
    """A phone number, kept as its E.164 text."""

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: PhoneNumber | None, dialect: Dialect) -> str | None:
        """Write the number's E.164 text."""
        del dialect
        return None if value is None else value.e164

    def process_result_value(self, value: str | None, dialect: Dialect) -> PhoneNumber | None:
        """Read the number back without judging it again: it was valid when it was written."""
        del dialect
        return None if value is None else PhoneNumber(value)


class Database:
    """An engine and the two ways to use it: `begin()` to write, `read()` to look."""

    def __init__(self, url: str) -> None:
        """Open the engine; a SQLite file's folder is made if it is not there. No connection is made yet."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        # One writer at a time per process: without it SQLite's p99 is 275 to 345 ms at 16 connections, with it 28 ms.
        self._writer = threading.Lock()

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open the one transaction of a request: committed at the end, rolled back on any error."""
        with self._turn(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session
            if session.info.get("nudges") and not self.is_sqlite:
                session.execute(text(f"NOTIFY {NUDGE_CHANNEL}"))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for this process's turn to write, on SQLite alone; TimeoutError if it does not come in time."""
        if not self.is_sqlite:
            yield
            return
        if not self._writer.acquire(timeout=BUSY_SECONDS):
            raise TimeoutError(f"another thread has held the database for {BUSY_SECONDS} s")
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that only looks: on SQLite it waits for no writer."""
        engine = self.engine.execution_options(looks_only=True) if self.is_sqlite else self.engine
        with Session(engine, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def sqlite_path(url: str) -> Path | None:
    """Return the file behind a SQLite address, or nothing for a database in memory or on a server."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return Path(str(parsed.database)) if is_file else None


def _sqlite_engine(url: str) -> Engine:
    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, pool_size=20, max_overflow=40
    )
    event.listen(engine, "connect", _tune_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _tune_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    raw: Any = connection
    raw.isolation_level = None  # we say BEGIN ourselves: sqlite3 would begin late and without IMMEDIATE
    cursor = raw.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:  # noqa: ANN401 - the event hands over any connection
    looks_only = connection.get_execution_options().get("looks_only", False)
    connection.exec_driver_sql("BEGIN" if looks_only else "BEGIN IMMEDIATE")


def _postgresql_engine(url: str) -> Engine:
    limits = {"connect_timeout": CONNECT_SECONDS, "tcp_user_timeout": CONNECT_SECONDS * 1000}
    engine = create_engine(
        url, pool_size=20, max_overflow=40, pool_timeout=BUSY_SECONDS, pool_pre_ping=True, connect_args=limits
    )
    event.listen(engine, "connect", _limit_postgresql)
    return engine


def _limit_postgresql(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    raw: Any = connection
    raw.autocommit = True
    raw.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    raw.execute(f"SET idle_in_transaction_session_timeout = '{ABANDONED_SECONDS}s'")
    raw.autocommit = False


def nudge(session: Session) -> None:
    """Ask that the clock processes are woken when this transaction commits; without it they look by themselves each second."""
    session.info["nudges"] = True


class Nudges:
    """Waits for other processes' commits: a PostgreSQL notification, or SQLite's change counter read each 50 ms."""

    def __init__(self, database: Database) -> None:
        """Open a connection of its own."""
        self._is_sqlite = database.is_sqlite
        self._connection = database.engine.raw_connection()
        self._raw = cast("Any", self._connection.driver_connection)
        if self._is_sqlite:
            self._seen = self._version()
        else:
            self._raw.rollback()
            self._raw.autocommit = True
            self._raw.execute(f"LISTEN {NUDGE_CHANNEL}")

    def wait(self, seconds: float) -> bool:
        """Wait until somebody has committed something, at most `seconds`; returns whether somebody has."""
        if not self._is_sqlite:
            return next(iter(self._raw.notifies(timeout=seconds, stop_after=1)), None) is not None
        until = monotonic() + seconds
        while monotonic() < until:
            sleep(SQLITE_LOOK_SECONDS)
            seen = self._version()
            if seen != self._seen:
                self._seen = seen
                return True
        return False

    def close(self) -> None:
        """Give the connection back for good."""
        self._connection.invalidate()

    def _version(self) -> int:
        return int(self._raw.execute("PRAGMA data_version").fetchone()[0])


def take_turns(session: Session, at_what: str) -> None:
    """Wait until nobody else does the same thing, and hold off all others until this transaction ends.

    Only PostgreSQL needs it: SQLite lets one transaction write at a time.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:at_what))"), {"at_what": at_what})


def insert_once(session: Session, table: type[Base], **values: Any) -> bool:  # noqa: ANN401 - column values
    """Insert a row unless one with the same unique key is there; returns whether it was new. Safe against a racing twin."""
    session.flush()
    return rows_changed(session.connection().execute(_inserting(session, table), values)) == 1


def insert_all_once(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert many rows in one statement, passing over those whose unique key is there; each gives the same columns."""
    if rows:
        session.flush()
        session.connection().execute(_inserting(session, table), rows)


def _inserting(session: Session, table: type[Base]) -> Insert:
    return _insert_of(table, session.get_bind().dialect.name)


@cache
def _insert_of(table: type[Base], dialect: str) -> Insert:
    """Build the insert of a table once: building it for each row takes 0.2 ms, executing it 0.03 ms.

    It is inline, or PostgreSQL's would return the new key; and the count of an insert is kept only when asked for.
    """
    into = cast("Table", table.__table__)
    made = postgresql.insert(into) if dialect == "postgresql" else sqlite.insert(into)
    return made.on_conflict_do_nothing().inline().execution_options(preserve_rowcount=True)


def rows_changed(result: Result[Any]) -> int:
    """How many rows an UPDATE, DELETE or INSERT touched: a conditional UPDATE that touched none has lost its race."""
    count: int = result.rowcount  # type: ignore[attr-defined]  # every DML result has it, the base type does not say so
    return count
