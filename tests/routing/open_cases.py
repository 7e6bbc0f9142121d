"""Cases on record, for tests of clocks: the standing cast in a database, a case of one of its accounts, and its clocks."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.clock import FrozenClock
from foundation.db import Database
from foundation.phone import PhoneNumber
from foundation.runtime import Runtime
from foundation.settings import Settings
from intake.severity import Severity
from intake.store import account_by_key
from intake.tables import CaseEventRow, CaseRow
from oncall.tables import LayerRow
from routing.case_clocks import CLOCKS, facts_of
from routing.clock_service import load_events
from routing.notice_service import due_clocks, next_notice, tell_clocks
from routing.service import Caller, House, Told, open_from_call, open_ticket
from routing.tables import CaseClockRow, ClockNoticeRow
from switchboard.apply import apply_world
from switchboard.clockwork import Clockwork, warn
from switchboard.world import read_texts
from telephony.recorder import Recorder
from telephony.tables import OutboxRow
from tests.stories.stage import seeds

OPENED = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""Monday, 2 March 2026, 10:00 in New York; ana is on the case desk, sam on the critical roster, maria is duty manager."""

DANA = PhoneNumber("+12025550111")
HOUSE = House("https://portal.example")


def after(hours: float) -> datetime:
    return OPENED + timedelta(hours=hours)


@dataclass(slots=True)
class Records:
    """A database with the standing cast, and what tests of clocks do with it."""

    database: Database
    calls: int = 0

    @contextmanager
    def case(self, case_id: int) -> Iterator[tuple[Session, CaseRow]]:
        """Open a transaction on a case."""
        with self.database.begin() as session:
            yield session, session.get_one(CaseRow, case_id)

    def opened(self, account: str | None, severity: Severity, at: datetime = OPENED) -> int:
        """Open a case of one of the accounts, as a call does; critical ones without the hunt."""
        self.calls += 1
        with self.database.begin() as session:
            known = None if account is None else account_by_key(session, account)
            caller = Caller(f"CA{self.calls}", DANA, known, at)
            told = Told(severity, "Work slowed.")
            if severity is Severity.CRITICAL:
                return open_from_call(session, caller, told)[0].id
            return open_ticket(session, caller, told, at, HOUSE).case.id

    def clocks(self, case_id: int) -> dict[str, CaseClockRow]:
        with self.database.read() as session:
            rows = session.scalars(select(CaseClockRow).where(CaseClockRow.case_id == case_id))
            return {row.clock: row for row in rows}

    def row(self, case_id: int) -> CaseRow:
        with self.database.read() as session:
            return session.get_one(CaseRow, case_id)

    def events(self, case_id: int, *kinds: str) -> list[CaseEventRow]:
        ours = CaseEventRow.case_id == case_id, CaseEventRow.kind.in_(kinds)
        with self.database.read() as session:
            return list(session.scalars(select(CaseEventRow).where(*ours).order_by(CaseEventRow.id)))

    def notices(self) -> list[tuple[str, int, list[str]]]:
        """Every notice on record: event, version, whom it was told to."""
        with self.database.read() as session:
            rows = session.scalars(select(ClockNoticeRow).order_by(ClockNoticeRow.id))
            return [(row.event, row.version, row.told) for row in rows]

    def texts(self) -> list[str]:
        """The keys of all texts of clocks, without the number of the clock."""
        with self.database.read() as session:
            keys = session.scalars(select(OutboxRow.dedupe_key).order_by(OutboxRow.id))
            return [key.split(":", 2)[2] for key in keys if key.startswith("clock:")]

    def tick(self, at: datetime) -> None:
        """What the clock process does at an instant."""
        with self.database.begin() as session:
            tell_clocks(session, due_clocks(session, at), at)

    def warned(self, at: datetime) -> datetime | None:
        """The whole job of the clock process at an instant; returns when it wants to be woken."""
        runtime = Runtime(Settings(database_url=self.database.url), FrozenClock(at), self.database)
        return warn(Clockwork(runtime, Recorder(), ThreadPoolExecutor(1)))

    def ticks_until(self, end: datetime) -> None:
        """Tick at every instant at which something is due."""
        for _ in range(100):
            with self.database.read() as session:
                at = next_notice(session)
            if at is None or at > end:
                return
            self.tick(at)
        raise AssertionError("the clocks are never done")

    def is_rebuilt(self, case_id: int) -> bool:
        """Whether every column of the case's clocks is what its events alone come to."""
        case, rows = self.row(case_id), self.clocks(case_id)
        with self.database.read() as session:
            events = load_events(session, [case_id])[case_id]
        return all(_same(rows[name], facts_of(name, case.promise, events)) for name in CLOCKS) and (
            case.response_due,
            case.update_due,
        ) == tuple(rows[name].due_at for name in CLOCKS)

    def nobody_is_on_duty(self) -> None:
        """Take everybody off every roster."""
        with self.database.begin() as session:
            session.execute(delete(LayerRow))

    def change(self, case_id: int, act: Callable[..., Any], *given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever it takes
        """Call a function of the service on a case in a transaction of its own."""
        with self.case(case_id) as (session, case):
            return act(session, case, *given, **named)


def _same(row: CaseClockRow, record: Any) -> bool:  # noqa: ANN401 - a rebuilt clock
    names = ("due_at", "state", "version", "satisfied_at")
    return row.opened_at == record.since and all(getattr(row, name) == getattr(record, name) for name in names)


def with_cast(url: str) -> Records:
    """Open a database and put the standing cast into it."""
    records = Records(Database(url))
    world, faults = read_texts([(f"{number}.toml", text) for number, text in enumerate(seeds())])
    with records.database.begin() as session:
        apply_world(session, world, faults)
    return records
