"""What a preview promised is compared with who was really on duty, as the running clock found and told it."""

from bisect import bisect_right
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from foundation.clock import FrozenClock
from foundation.db import Database
from foundation.runtime import Runtime
from foundation.settings import Settings
from oncall.layers import Roster
from oncall.preview import preview
from oncall.resolver import on_duty
from oncall.store import load_roster
from oncall.tables import HandoverRow
from oncall.versions import NextHandoff
from switchboard.apply import apply_world
from switchboard.clockwork import Clockwork, hand_over_roster, next_handovers
from switchboard.roster_change import Dating
from switchboard.world import read_texts
from telephony.recorder import Recorder

People = frozenset[str]
Course = list[tuple[datetime, People]]
"""From which instant on who was on duty, each entry with other people than the one before."""

CHICAGO = ZoneInfo("America/Chicago")
ROSTERS = ("critical", "desk")
QUESTIONS_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Season:
    """Some weeks in which the clocks of two zones change; at `night` it is midnight before Chicago's do."""

    begin: datetime
    end: datetime
    night: datetime

    def questions(self) -> list[datetime]:
        """When calls come in: all through the night and on until five in the morning."""
        dusk = self.night.astimezone(UTC)
        return [dusk + QUESTIONS_EVERY * n for n in range(6 * 5)]


SPRING = Season(
    datetime(2026, 3, 6, 18, tzinfo=UTC), datetime(2026, 3, 31, 18, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=CHICAGO)
)
"""Chicago's and New York's clocks go forward on 8 March, London's on the 29th."""

AUTUMN = Season(
    datetime(2026, 10, 22, 18, tzinfo=UTC), datetime(2026, 11, 6, 18, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=CHICAGO)
)
"""London's clocks go back on 25 October, Chicago's and New York's on 1 November."""

TECHNICIANS = "\n".join(
    f'[[technicians]]\nkey = "{key}"\nname = "{key.title()}"\nphone = "+120255501{number}"\n'
    for number, key in enumerate(("sam", "kim", "lee", "ana", "theo", "jo", "maria"), 41)
)

CRITICAL = """
[[rosters]]
key = "critical"
name = "Critical line"
time_zone = "America/Chicago"
coverage = "always"

[[rosters.layers]]
key = "nights"
priority = 2
unit = "hours"
length = 12
start = "2026-01-05T02:30"
turns = "calendar"
coverage = [["mon 18:00", "sat 06:00"], ["sat 22:00", "sun 10:00"]]
participants = [PEOPLE]

[[rosters.layers]]
key = "weeks"
priority = 1
unit = "weeks"
length = 1
start = "2026-01-04T01:30"
turns = "calendar"
coverage = "always"
participants = ["ana", "theo"]

[[rosters.overrides]]
kind = "replace"
technician = "jo"
replaces = "theo"
start = "2026-03-08T01:45"
end = "2026-03-08T03:15"

[[rosters.overrides]]
kind = "add"
technician = "maria"
start = "2026-11-01T01:30"
end = "2026-11-01T01:45"

[[rosters.time_off]]
technician = "kim"
start = "2026-10-30T00:00"
end = "2026-11-02T01:30"
"""
"""Handoffs and overrides at wall times that are skipped in March and repeated in November."""

DESK = """
[[rosters]]
key = "desk"
name = "Case desk"
time_zone = "America/New_York"
coverage = [["mon 00:00", "sat 00:00"]]
holidays = ["2026-07-03", { date = "2026-11-02", closed = [["00:00", "12:00"]] }]

[[rosters.layers]]
key = "london"
priority = 1
unit = "days"
length = 1
start = "2026-01-05T08:00"
turns = "covered"
coverage = [["mon 08:00", "mon 17:00"], ["tue 08:00", "tue 17:00"], ["fri 08:00", "fri 17:00"]]
participants = ["lee", "", "jo"]
time_zone = "Europe/London"

[[rosters.layers]]
key = "america"
priority = 1
unit = "months"
length = 1
start = "2026-01-31T01:15"
turns = "covered"
coverage = "always"
participants = ["sam", "maria", "kim"]
"""
"""Two offices in two zones, on duty together while both are open; a slot that is nobody's, holidays, months of a clamped day."""


def world(people: str = '"sam", "kim", "lee"') -> str:
    return TECHNICIANS + CRITICAL.replace("PEOPLE", people) + DESK


def apply(database: Database, text: str, dating: Dating | None = None) -> None:
    read, faults = read_texts([("world.toml", text)])
    with database.begin() as session:
        apply_world(session, read, faults, dating=dating)


def roster(database: Database, key: str) -> Roster:
    with database.read() as session:
        found = load_roster(session, key)
    assert found is not None
    return found


def live(database: Database, key: str, at: datetime) -> People:
    """Ask who is on duty as a call does that comes in: out of the database, at this instant."""
    return frozenset(duty.technician for duty in on_duty(roster(database, key), at))


def promised(database: Database, key: str, start: datetime, end: datetime) -> Course:
    """Read out of the preview's document who will be on duty, and when nobody will be."""
    found = preview(roster(database, key), start, end)["segments"]
    edges = {start: People()} | {datetime.fromisoformat(segment["end"]): People() for segment in found}
    edges |= {datetime.fromisoformat(segment["start"]): People(segment["on_duty"]) for segment in found}
    return changes([(at, edges[at]) for at in sorted(edges) if at < end])


def changes(entries: Course) -> Course:
    """Leave out entries with the people of the one before."""
    return entries[:1] + [later for earlier, later in pairwise(entries) if earlier[1] != later[1]]


def who_at(course: Course, at: datetime) -> People:
    return course[bisect_right([start for start, _ in course], at) - 1][1]


@dataclass(slots=True)
class Run:
    """The clock process's work on handovers, at every instant at which it wants to be woken and whenever a call comes in."""

    database: Database
    season: Season
    answers: dict[tuple[str, datetime], People] = field(default_factory=dict)
    """Who was on duty, as each call was told."""

    def go(self, since: datetime, until: datetime) -> None:
        """Run from one instant to another, both included."""
        clock = FrozenClock(since)
        runtime = Runtime(Settings(database_url=self.database.url), clock, self.database)
        work = Clockwork(runtime, Recorder(), ThreadPoolExecutor(1))
        calls = [at for at in self.season.questions() if since < at <= until]
        while clock.at <= until:
            for key in ROSTERS:
                hand_over_roster(work, key)
            self.answers |= {(key, clock.at): live(self.database, key, clock.at) for key in ROSTERS}
            upcoming = [at for _, at in next_handovers(work)]
            clock.at = min(at for at in (*upcoming, *calls, until + timedelta(days=1)) if at > clock.at)

    def told(self, key: str) -> Course:
        """Who really was on duty, from the handovers that were told: each adds who came and takes out who went."""
        with self.database.read() as session:
            ours = select(HandoverRow).where(HandoverRow.roster_key == key).order_by(HandoverRow.at)
            rows = list(session.scalars(ours))
        course = [(self.season.begin, self.answers[key, self.season.begin])]
        for row in rows:
            assert row.told_at == row.at
            course.append((row.at, course[-1][1] - People(row.outgoing) | People(row.incoming)))
        return course


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    apply(opened, world())
    yield opened
    opened.close()


@pytest.mark.parametrize("season", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_preview_is_what_was_really_on_duty_through_two_changes_of_the_clocks(
    database: Database, season: Season
) -> None:
    before = {key: promised(database, key, season.begin, season.end) for key in ROSTERS}
    run = Run(database, season)
    run.go(season.begin, season.end)
    assert {key: run.told(key) for key in ROSTERS} == before
    assert run.answers == {(key, at): who_at(before[key], at) for key, at in run.answers}
    assert {key: promised(database, key, season.begin, season.end) for key in ROSTERS} == before
    assert all(len(course) > 10 for course in before.values())


def test_after_a_change_at_the_next_handoff_each_preview_was_right_for_its_own_time(database: Database) -> None:
    changed_at, run = datetime(2026, 3, 12, 18, tzinfo=UTC), Run(database, SPRING)
    before = promised(database, "critical", SPRING.begin, SPRING.end)
    run.go(SPRING.begin, changed_at)
    apply(database, world('"lee", "maria", "sam", "kim"'), Dating(NextHandoff(), changed_at))
    after = promised(database, "critical", changed_at, SPRING.end)
    run.go(changed_at, SPRING.end)
    told = run.told("critical")
    assert [entry for entry in told if entry[0] <= changed_at] == [entry for entry in before if entry[0] <= changed_at]
    assert changes([(changed_at, who_at(told, changed_at)), *(e for e in told if e[0] > changed_at)]) == after
    assert who_at(after, changed_at) == who_at(before, changed_at)
    assert promised(database, "critical", SPRING.begin, SPRING.end) == told != before
