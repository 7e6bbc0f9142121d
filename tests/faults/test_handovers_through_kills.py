"""A month of handovers, reminders and readiness checks told by two clock processes that are killed again and again."""

import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from foundation.db import Database
from oncall.cover_store import next_follow_up
from oncall.readiness import DRILL_BEFORE, DRILL_DEADLINE, REMIND_HOURS
from oncall.readiness_service import due_drills
from oncall.service import LATE
from oncall.tables import CoverRequestRow, DrillRow, HandoverRow, RosterWatchRow
from switchboard.apply import apply_world
from switchboard.world import read_texts
from telephony.tables import OutboxRow
from tests.faults.handover_clock import CHILDREN, clock_file, pid_file, rounds_cut_short
from tests.faults.processes import ROOT, Process
from tests.faults.warning_clock import ClockInFile

pytestmark = pytest.mark.processes

PEOPLE = ("sam", "kim", "lee", "ana")
ZONE = ZoneInfo("America/Chicago")
ANCHOR = datetime(2026, 2, 20, 0, 0)
SHIFT = timedelta(hours=7)
HANDOVERS = 100
"""Of seven hours each: from 20 February to 21 March, over the night of 8 March in which Chicago's clocks go forward."""

LINE = """
[[rosters]]
key = "line"
name = "Critical line"
time_zone = "America/Chicago"
coverage = "always"

[[rosters.layers]]
key = "primary"
priority = 1
unit = "hours"
length = 7
start = "2026-02-20T00:00"
turns = "calendar"
coverage = "always"
participants = ["sam", "kim", "lee", "ana"]

[[rosters]]
key = "managers"
name = "Duty managers"
time_zone = "America/Chicago"
coverage = "always"

[[rosters.layers]]
key = "duty"
priority = 1
unit = "weeks"
length = 1
start = "2026-01-05T08:00"
turns = "calendar"
coverage = "always"
participants = ["maria"]
"""

OUTAGE = range(60, 63)
"""Handovers that come while no clock process lives."""

NOTHING, SOON = timedelta(0), timedelta(seconds=1)
PATIENCE = 60
"""Seconds that the processes may take for one step on a very busy machine."""


def handover(number: int) -> datetime:
    """The instant of a handover, from the rule alone."""
    return (ANCHOR + SHIFT * number).replace(tzinfo=ZONE).astimezone(UTC)


def holder(number: int) -> str:
    return PEOPLE[number % len(PEOPLE)]


START = handover(0) + timedelta(minutes=10)
END = handover(HANDOVERS) + timedelta(hours=1)


def world() -> str:
    """Write the roster with four people who take turns, and a duty manager."""
    phones = {key: f"+1202555014{place}" for place, key in enumerate((*PEOPLE, "maria"), 1)}
    people = [f'[[technicians]]\nkey = "{key}"\nname = "{key.title()}"\nphone = "{phones[key]}"\n' for key in phones]
    return "\n".join([*people, LINE])


def steps_around(number: int, chance: random.Random) -> list[int]:
    """Choose minutes from a handover: at it or soon after it; at some also in the hour before, when people are asked.

    Of those some come once more when the time for an answer has run out.
    """
    asking = [-chance.randrange(31, 60)] if number % 4 == 0 else []
    silent = [-chance.randrange(1, 30)] if number % 8 == 0 else []
    return [*asking, *silent, max(0, chance.randrange(-60, 60))]


@dataclass(slots=True)
class Month:
    """A month in a database and a folder, with the processes that look after it."""

    database: Database
    folder: Path
    clocks: Process
    chance: random.Random = field(default_factory=lambda: random.Random(5))  # noqa: S311 - the same month each time, nothing secret
    killed: Counter[int] = field(default_factory=Counter)
    last_killed: dict[int, str] = field(default_factory=dict)
    seen: list[datetime] = field(default_factory=list)
    """The instants that the clock has shown, in order."""

    def show(self, at: datetime) -> None:
        ClockInFile(clock_file(self.folder)).show(at)
        self.seen.append(at)

    def step(self, at: datetime) -> None:
        """Go on to an instant; while the processes work one or both are killed, and the work is waited for."""
        self.show(at)
        for victim in self.chance.choice([CHILDREN[:1], CHILDREN[1:], CHILDREN[:1], CHILDREN[1:], CHILDREN]):
            sleep(self.chance.uniform(0.0, 0.03))
            self.kill(victim)
        self.until(lambda: self.is_done(at), f"everything due by {at} is done")

    def kill(self, child: int) -> None:
        """Kill a child without warning, unless the one that was killed before has not come back yet."""
        pid = pid_file(self.folder, child).read_text()
        if pid != self.last_killed.get(child):
            os.kill(int(pid), signal.SIGKILL)
            self.last_killed[child] = pid
            self.killed[child] += 1

    def start(self) -> None:
        """Start both processes and wait until they live."""
        for child in CHILDREN:
            pid_file(self.folder, child).unlink(missing_ok=True)
        self.clocks.start()
        self.until(lambda: all(pid_file(self.folder, child).exists() for child in CHILDREN), "both processes live")

    def until(self, happened: Callable[[], bool], what: str) -> None:
        limit = monotonic() + PATIENCE
        while not happened():
            assert monotonic() < limit, f"{what}: not within {PATIENCE} s\n{self.words()}"
            sleep(0.015)

    def is_done(self, at: datetime) -> bool:
        """Whether nothing that is due by an instant is left."""
        watch = RosterWatchRow
        marks = select(func.count(), *map(func.min, (watch.told_until, watch.reminded_until, watch.drilled_until)))
        with self.database.read() as session:
            rosters, *reached = session.execute(marks).one()
            if rosters < 2 or min(reached) < at:
                return False
            upcoming = next_follow_up(session)
            return not due_drills(session, at) and (upcoming is None or upcoming > at)

    def words(self) -> str:
        return self.clocks.words.read_text(errors="replace")[-6000:]

    def logged_late(self) -> set[int]:
        """How late in seconds each handover was that the processes warned of."""
        lines = self.clocks.words.read_text(errors="replace").splitlines()
        said = [json.loads(line) for line in lines if line.startswith("{")]
        return {entry["late_seconds"] for entry in said if (entry["event"], entry["level"]) == ("handover", "warning")}

    # The course of the month

    def live_through(self) -> None:
        """Come to each handover in two or three steps; some handovers fall into an outage of both processes."""
        self.until(lambda: self.is_done(START), "the roster is watched")
        for number in range(1, HANDOVERS + 1):
            if number == OUTAGE.start:
                self.clocks.kill()
            if number not in OUTAGE:
                for minutes in steps_around(number, self.chance):
                    self.step(handover(number) + timedelta(minutes=minutes))
            elif number == OUTAGE.stop - 1:
                self.come_back(handover(number) + timedelta(minutes=50))
        self.step(END)

    def come_back(self, at: datetime) -> None:
        """Start the processes after an outage."""
        self.show(at)
        self.start()
        self.until(lambda: self.is_done(at), "what fell into the outage is told")

    def told_at(self, number: int) -> datetime:
        """When a handover ought to have been told: as soon as the clock had come to it."""
        return min(at for at in self.seen if at >= handover(number))

    def stood_before(self, since: timedelta, until: timedelta = NOTHING) -> list[int]:
        """Return the handovers before which the clock stood still within so much time."""
        stood = [(n, handover(n) - at) for n in range(1, HANDOVERS + 1) for at in self.seen]
        return sorted({number for number, ahead in stood if until <= ahead <= since})

    # What is on record

    def texts(self, kind: str) -> Counter[str]:
        """Count the texts of one kind by the reason that their key names."""
        return Counter(row.dedupe_key for row in self.outbox() if row.dedupe_key.startswith(f"{kind}:"))

    def outbox(self) -> list[OutboxRow]:
        with self.database.read() as session:
            return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))

    def handovers(self) -> list[HandoverRow]:
        with self.database.read() as session:
            return list(session.scalars(select(HandoverRow).order_by(HandoverRow.at)))


@contextmanager
def a_month(url: str, folder: Path) -> Iterator[Month]:
    """Put the roster on record and run the processes until the month is over."""
    database = Database(url)
    read, faults = read_texts([("world.toml", world())])
    with database.begin() as session:
        apply_world(session, read, faults)
    command = [sys.executable, "-m", "tests.faults.handover_clock", url, str(folder)]
    month = Month(database, folder, Process(command, {**os.environ, "PYTHONPATH": str(ROOT)}, folder, "clocks"))
    month.show(START)
    try:
        month.start()
        yield month
    finally:
        month.clocks.kill()
        database.close()


def handover_keys(number: int) -> set[str]:
    """Reasons of the texts of one handover: to who comes, who goes and who is next, and to nobody else."""
    due = [holder(number), holder(number - 1), holder(number + 1)]
    return {f"handover:line:{handover(number):%Y%m%dT%H%M%S}:{person}" for person in due}


def reminder_keys() -> set[str]:
    """Reasons of the reminders of every shift that came near."""
    shifts = range(1, HANDOVERS + 40)
    near = [(n, h) for n in shifts for h in REMIND_HOURS if START < handover(n) - timedelta(hours=h) <= END]
    return {f"remind:line:{handover(n):%Y%m%dT%H%M%S}:{hours}:{holder(n)}" for n, hours in near}


def drill_key(number: int) -> str:
    return f"drill:line:{handover(number):%Y%m%dT%H%M%S}:{holder(number)}"


def everything_once(keys: set[str]) -> Counter[str]:
    return Counter(dict.fromkeys(keys, 1))


def handovers_are_told_once(month: Month) -> None:
    numbers = range(1, HANDOVERS + 1)
    assert month.texts("handover") == everything_once(set().union(*map(handover_keys, numbers)))
    words = Counter((row.to_phone, row.body) for row in month.outbox() if row.dedupe_key.startswith("handover:"))
    assert set(words.values()) == {1}
    roles = Counter(body[:12] for _, body in words.elements() if body)
    assert roles == {"You are on d": HANDOVERS, "Your duty fo": HANDOVERS, "You are next": HANDOVERS}


def handovers_are_on_record(month: Month) -> None:
    rows = month.handovers()
    assert [row.at for row in rows] == [handover(number) for number in range(1, HANDOVERS + 1)]
    assert [row.told_at for row in rows] == [month.told_at(number) for number in range(1, HANDOVERS + 1)]
    assert [(row.incoming, row.outgoing) for row in rows] == [
        ([holder(number)], [holder(number - 1)]) for number in range(1, HANDOVERS + 1)
    ]
    late = {row.told_at - row.at for row in rows if row.told_at - row.at > LATE}
    assert month.logged_late() == {int(delay.total_seconds()) for delay in late}


def readiness_is_checked_once(month: Month) -> None:
    asked = month.stood_before(DRILL_BEFORE, SOON)
    assert month.texts("drill") == everything_once({drill_key(number) for number in asked})
    silent = [handover(number) for number in asked if number in month.stood_before(DRILL_DEADLINE)]
    with month.database.read() as session:
        drills = list(session.scalars(select(DrillRow).order_by(DrillRow.shift_start)))
        offered = list(session.scalars(select(CoverRequestRow.start).order_by(CoverRequestRow.start)))
    assert {drill.state for drill in drills} == {"offered", "silent"}
    assert [drill.shift_start for drill in drills if drill.state == "offered"] == offered == silent
    assert month.texts("silent") == everything_once({f"silent:{drill.id}:maria" for drill in drills})


def test_through_kills_and_an_outage_every_handover_is_told_once_to_each_whom_it_concerns(
    database_url: str, tmp_path: Path
) -> None:
    with a_month(database_url, tmp_path) as month:
        month.live_through()
    assert month.killed.total() > HANDOVERS
    assert rounds_cut_short(tmp_path) > HANDOVERS // 5
    assert "Traceback" not in month.words()
    handovers_are_told_once(month)
    handovers_are_on_record(month)
    assert month.texts("remind") == everything_once(reminder_keys())
    readiness_is_checked_once(month)
