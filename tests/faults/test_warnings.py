"""Many open cases through a month, two clock processes that are killed again and again: each warning comes once.

Ten thousand cases take minutes: `MONTH_CASES=10000 .venv/bin/python -m pytest tests/faults/test_warnings.py`.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import cycle
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import select

from foundation.db import insert_all_once
from foundation.phone import PhoneNumber
from intake.entitlement import Tier
from intake.severity import Severity
from intake.tables import AccountRow, CaseEventRow, CaseRow
from routing.case_clocks import CLOCKS, CaseEvent, ClockRecord, facts_of
from routing.notice_service import next_notice
from routing.notices import untold
from routing.sla import Clock
from routing.store import load_promise
from routing.tables import CaseClockRow, ClockNoticeRow
from telephony.tables import OutboxRow
from tests.faults.processes import ROOT, Process
from tests.faults.warning_clock import ClockInFile
from tests.routing.open_cases import OPENED, Records, with_cast

pytestmark = pytest.mark.processes

CASES = {"sqlite": 200, "postgresql": int(os.environ.get("MONTH_CASES", "800"))}
"""SQLite has one writer at a time, so a large number there would only take longer."""

END = datetime.fromisoformat("2026-04-01T18:00:00Z")
"""Wednesday, a month later, at an hour at which every office is open and nothing waits for the morning."""

STEP = timedelta(hours=12)
KILLS = 12
PATIENCE = 120
"""Seconds that the processes may take for one step on a very busy machine."""

TIERS = {"northside": Tier.PREMIUM, "riverbend": Tier.ADVANCED, "mesa": Tier.ESSENTIAL}


@dataclass(frozen=True, slots=True)
class Kind:
    """What many cases have in common: whose they are, how bad, and when they were opened."""

    account: str
    severity: Severity
    opened: datetime


def kinds() -> list[Kind]:
    """Return kinds of cases, opened at odd minutes of the first twenty days, by day and by night."""
    chance = random.Random(7)  # noqa: S311 - the same month each time, nothing secret
    minutes = [chance.randrange(20 * 1440) for _ in range(30)]
    opened = [OPENED + timedelta(minutes=minute) for minute in minutes]
    return [Kind(account, severity, at) for at in opened for account in TIERS for severity in Severity]


@dataclass(slots=True)
class Month:
    """Many open cases on record, and every warning that the rules say will come by the end of the month."""

    records: Records
    expected: set[tuple[int, str]]

    @classmethod
    def with_cases(cls, records: Records, count: int) -> "Month":
        with records.database.begin() as session:
            rows = {key: session.query(AccountRow).filter_by(key=key).one() for key in TIERS}
            zones = {key: row.time_zone for key, row in rows.items()}

            @cache
            def promise(account: str, severity: Severity) -> dict[str, Any]:
                promised = load_promise(session, TIERS[account], severity, zones[account])
                assert promised is not None
                return promised.data

            @cache
            def clock(name: Clock, kind: Kind) -> ClockRecord:
                opening = CaseEvent(kind.opened, "opened", {"severity": kind.severity.value})
                return facts_of(name, promise(kind.account, kind.severity), [opening])

            cases = [kind for kind, _ in zip(cycle(kinds()), range(count), strict=False)]
            numbered = list(enumerate(cases, 1))
            insert_all_once(
                session, CaseRow, [_case(n, k, rows[k.account].id, promise(k.account, k.severity)) for n, k in numbered]
            )
            insert_all_once(session, CaseEventRow, [_opened(n, kind) for n, kind in numbered])
            clocks = [
                (n * 2 + place, n, clock(name, kind)) for n, kind in numbered for place, name in enumerate(CLOCKS)
            ]
            insert_all_once(session, CaseClockRow, [_clock(*given) for given in clocks])
        due = {
            (row, str(notice.event)) for row, _, record in clocks for notice in untold(record, []) if notice.at <= END
        }
        return cls(records, due)

    def told(self) -> Counter[tuple[int, str]]:
        """Count the notices on record by clock and event."""
        with self.records.database.read() as session:
            rows = session.execute(select(ClockNoticeRow.case_clock_id, ClockNoticeRow.event))
            return Counter((clock, event) for clock, event in rows)

    def announced(self) -> list[str]:
        """The reasons of texts that the notices on record say were sent."""
        with self.records.database.read() as session:
            rows = session.execute(select(ClockNoticeRow.case_clock_id, ClockNoticeRow.event, ClockNoticeRow.told))
            return [f"clock:{clock}:{event}:0:{person}" for clock, event, told in rows for person in told]

    def texted(self) -> list[str]:
        """The reasons of the texts that are to be sent."""
        with self.records.database.read() as session:
            return list(session.scalars(select(OutboxRow.dedupe_key)))

    def silent_breaches(self) -> int:
        """Count the breaches that nobody heard of."""
        with self.records.database.read() as session:
            found = select(ClockNoticeRow.told).where(ClockNoticeRow.event == "breach")
            return sum(not told for told in session.scalars(found))


def _case(number: int, kind: Kind, account: int, promise: dict[str, Any]) -> dict[str, Any]:
    words = {"outcome": "ticket", "reason": "r", "clock": "24/7", "problem": "Work slowed.", "source": "phone"}
    what = {"severity": kind.severity.value, "tier": TIERS[kind.account].value, "status": "new", "courtesy": False}
    phone = PhoneNumber("+12025550111")
    whose = {"account_id": account, "caller_phone": phone, "opened_at": kind.opened, "promise": promise}
    return {"id": number, "number": f"{number:06d}", **words, **what, **whose}


def _opened(number: int, kind: Kind) -> dict[str, Any]:
    return {"case_id": number, "at": kind.opened, "kind": "opened", "facts": {"severity": kind.severity.value}}


def _clock(row: int, case: int, record: ClockRecord) -> dict[str, Any]:
    times = {"opened_at": record.since, "due_at": record.due_at, "next_notice_at": untold(record, [])[0].at}
    return {"id": row, "case_id": case, "clock": record.clock, "version": 0, "state": "running", **times}


@contextmanager
def two_clocks(url: str, clock: ClockInFile, folder: Path) -> Iterator[list[Process]]:
    """Run two processes that warn, until the month is over."""
    command = [sys.executable, "-m", "tests.faults.warning_clock", url, str(clock.file)]
    processes = [Process(command, {**os.environ, "PYTHONPATH": str(ROOT)}, folder, f"clock-{n}") for n in (1, 2)]
    try:
        for process in processes:
            process.start()
        yield processes
    finally:
        for process in processes:
            process.kill()


def until_told(records: Records, at: datetime) -> None:
    """Wait until nothing that is due by this instant is left."""
    limit = monotonic() + PATIENCE
    while monotonic() < limit:
        with records.database.read() as session:
            upcoming = next_notice(session)
        if upcoming is None or upcoming > at:
            return
        sleep(0.05)
    raise AssertionError(f"something is still due at {upcoming}, and it is {at}")


def live_through(month: Month, clock: ClockInFile, processes: list[Process]) -> None:
    """Let the month pass step by step; at chosen steps one process is killed in the middle of its work, and started again."""
    chance = random.Random(11)  # noqa: S311 - as above
    steps = [OPENED + STEP * n for n in range(1, (END - OPENED) // STEP + 1)] + [END]
    killed_at = set(chance.sample(steps, KILLS))
    for at in steps:
        clock.show(at)
        if at in killed_at:
            sleep(chance.uniform(0.0, 0.3))
            victim = chance.choice(processes)
            victim.kill()
            victim.start()
        until_told(month.records, at)


@pytest.mark.parametrize("kind", CASES)
def test_each_warning_of_a_month_comes_once_whatever_is_killed(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue(f"{kind}_database_url")
    month = Month.with_cases(with_cast(url), CASES[kind])
    clock = ClockInFile(tmp_path / "now")
    clock.show(OPENED)
    with two_clocks(url, clock, tmp_path) as processes:
        live_through(month, clock, processes)
    told = month.told()
    assert set(told) == month.expected
    assert set(told.values()) == {1}
    assert sorted(month.texted()) == sorted(month.announced())
    assert month.silent_breaches() == 0
    assert sum(process.starts for process in processes) == KILLS + 2
