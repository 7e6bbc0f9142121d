"""The clock process: a table of idempotent ticks, woken by APScheduler each second, at the nearest due row, and by a commit's nudge."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor as SchedulerPool
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from foundation.db import Nudges, insert_once
from foundation.log import configure_logs, logger
from foundation.runtime import Runtime, make_runtime
from foundation.settings import NEEDED_ON_THE_LINE, Settings, read_settings
from oncall.cover_service import follow_up
from oncall.cover_store import due_requests, next_follow_up
from oncall.readiness_service import (
    calls_waiting,
    claim_drill_calls,
    due_drills,
    give_up_drill,
    plan_drills,
    remind,
)
from oncall.service import next_changes, roster_keys, tell_handovers
from routing.guard_service import check_zone, zones_to_check
from routing.hunt_service import due_hunts
from routing.notice_service import BATCH, due_clocks, next_notice, tell_clock, tell_clocks
from routing.ring_service import LegAddresses, claim_handsets, ring_handset, settle_rings
from routing.service import cases_for_desk, chain_of_last_resort, tell_desk, wake_hunt
from routing.silence_service import ask_after_calls, ask_after_legs, ask_after_winners
from routing.store import open_criticals
from routing.tables import HuntRow
from switchboard.tables import HeartbeatRow
from telephony.break_glass import write_snapshot
from telephony.outbox import Sender, pump, settle_unknown
from telephony.port import OutcomeUnknown, Ring, Telephony, TelephonyRefused
from telephony.twilio_rest import TwilioTelephony
from webhooks.addresses import Addresses

RINGS_AT_ONCE = 16
"""Requests to the carrier that one clock process has under way at the same time."""

REARRANGE_SECONDS = 15
"""How soon an edited roster's next handover has its date job; the net of JOBS is as fine."""

DRILL_RING_SECONDS = 25
"""How long a handset rings for a readiness check."""

LATE_SECONDS = 2.0
"""A hunt looked at this long after its timer is logged as late."""

log = logger("clock")


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What every tick works with."""

    runtime: Runtime
    telephony: Telephony
    pool: ThreadPoolExecutor

    @property
    def addresses(self) -> Addresses:
        """Where the carrier finds us."""
        return Addresses(self.runtime.settings.public_base_url or "")

    def now(self) -> datetime:
        """Return the present instant."""
        return self.runtime.clock.now()


def place_rings(work: Clockwork) -> datetime | None:
    """Ring every handset that is due, several at once; the carrier is asked outside any transaction."""
    database = work.runtime.database
    leg = LegAddresses(work.addresses.leg("{token}"), work.addresses.leg_status("{token}"), work.addresses.fallback)
    handsets = claim_handsets(database, work.runtime.clock)

    def place(handset: Any) -> None:  # noqa: ANN401 - a claimed handset
        ring = leg.ring(handset, work.runtime.settings.service_number)
        ring_handset(database, work.telephony, ring, handset, work.now())

    list(work.pool.map(place, handsets))
    return None


def tick_hunts(work: Clockwork) -> datetime | None:
    """Make the moves of every hunt whose timer has run down; returns when the next one will have."""
    database, at = work.runtime.database, work.now()
    with database.read() as looking:
        due, nearest = due_hunts(looking, at), looking.scalar(select(func.min(HuntRow.next_at)))
    if nearest is not None and (late := (at - nearest).total_seconds()) > LATE_SECONDS:
        log.warning("hunt_late", late_seconds=round(late, 1), hunts=len(due))
    _each(work, due, wake_hunt)
    with database.read() as looking:
        return looking.scalar(select(func.min(HuntRow.next_at)))


def pump_outbox(work: Clockwork) -> datetime | None:
    """Send every text and wish that is due."""
    pump(work.runtime.database, _sender(work), work.runtime.clock)
    return None


def settle(work: Clockwork) -> datetime | None:
    """Find out what became of requests without an answer."""
    settle_rings(work.runtime.database, work.telephony, work.now())
    settle_unknown(work.runtime.database, _sender(work), work.now())
    return None


def ask_after_silent(work: Clockwork) -> datetime | None:
    """Find out what became of calls of which no news comes."""
    ask_after_legs(work.runtime.database, work.telephony, work.now())
    ask_after_calls(work.runtime.database, work.telephony, work.now())
    return None


def ask_after_accepted(work: Clockwork) -> datetime | None:
    """Find out whether those who accepted are still there, while their callers wait for them."""
    ask_after_winners(work.runtime.database, work.telephony, work.now())
    return None


def _sender(work: Clockwork) -> Sender:
    return Sender(work.telephony, work.runtime.settings.service_number, work.addresses.text_status)


def hand_over(work: Clockwork) -> datetime | None:
    """Tell every handover that is due on any roster: the net beneath the date jobs."""
    for key in _rosters(work):
        hand_over_roster(work, key)
    return None


def hand_over_roster(work: Clockwork, key: str) -> datetime | None:
    """Tell every handover of a roster that is due; returns the instant of its next one."""
    with work.runtime.database.begin() as session:
        return tell_handovers(session, key, work.now(), open_criticals(session))


def next_handovers(work: Clockwork) -> list[tuple[str, datetime]]:
    """Find the next handover of each roster, from the data as it is now."""
    with work.runtime.database.read() as looking:
        return next_changes(looking, work.now())


def _rosters(work: Clockwork) -> list[str]:
    with work.runtime.database.read() as looking:
        return roster_keys(looking)


def look_ahead(work: Clockwork) -> datetime | None:
    """Remind of shifts that come near, and ask before each whether its person can be reached."""
    for key in _rosters(work):
        with work.runtime.database.begin() as session:
            remind(session, key, work.now())
            plan_drills(session, key, work.now())
    return None


def heed_silence(work: Clockwork) -> datetime | None:
    """Offer the shifts of those who did not answer a readiness check in time."""
    with work.runtime.database.read() as looking:
        due = due_drills(looking, work.now())
    _each(work, due, give_up_drill)
    return None


def call_for_drills(work: Clockwork) -> datetime | None:
    """Ring those who are asked by phone whether they can be reached; one that cannot be rung counts as silent in time."""
    with work.runtime.database.read() as looking:
        if not calls_waiting(looking):
            return None
    with work.runtime.database.begin() as session:
        calls = claim_drill_calls(session, work.now())
    for call in calls:
        voice, status = work.addresses.drill(call.token), work.addresses.drill_status(call.token)
        number = work.runtime.settings.service_number
        try:
            work.telephony.ring(Ring(call.phone, number, DRILL_RING_SECONDS, voice, work.addresses.fallback, status))
        except (TelephonyRefused, OutcomeUnknown):
            log.exception("drill_not_rung", drill=call.drill_id)
    return None


def follow_up_covers(work: Clockwork) -> datetime | None:
    """Do what is due on open cover requests; returns when the next one is."""
    with work.runtime.database.read() as looking:
        due = due_requests(looking, work.now())
    _each(work, due, follow_up)
    with work.runtime.database.read() as looking:
        return next_follow_up(looking)


def notify_desk(work: Clockwork) -> datetime | None:
    """Tell the case desk of new tickets."""
    with work.runtime.database.read() as looking:
        due = cases_for_desk(looking, work.now())
    _each(work, due, tell_desk)
    return None


def warn(work: Clockwork) -> datetime | None:
    """Tell the warnings and breaches of clocks that are due; returns when the next one is. What fails waits its turn."""
    database, at = work.runtime.database, work.now()
    with database.read() as looking:
        due = due_clocks(looking, at)
    for first in range(0, len(due), BATCH):
        _together_or_each(work, due[first : first + BATCH], at)
    with database.read() as looking:
        return next_notice(looking, after=at)


def _together_or_each(work: Clockwork, clock_ids: list[int], at: datetime) -> None:
    """Tell of clocks in one transaction; where one of them fails, each in its own, so that the others are told."""
    try:
        with work.runtime.database.begin() as session:
            tell_clocks(session, clock_ids, at)
    except Exception:
        log.exception("batch_failed", clocks=len(clock_ids))
        _each(work, clock_ids, tell_clock)


def check_guards(work: Clockwork) -> datetime | None:
    """Tell the managers once a day, in the morning of their roster, what is wrong with the next days; nothing if nothing is."""
    with work.runtime.database.read() as looking:
        zones = zones_to_check(looking, work.now())
    for zone in zones:
        with work.runtime.database.begin() as session:
            check_zone(session, zone, work.now())
    return None


def keep_snapshot(work: Clockwork) -> datetime | None:
    """Keep on disk who is on duty, for the hour in which the database is away."""
    with work.runtime.database.read() as looking:
        people = chain_of_last_resort(looking, work.now())
    if people:  # with nobody on duty, whoever was last is still better than nobody
        write_snapshot(work.runtime.settings.on_duty_file, people)
    return None


def _each(work: Clockwork, ids: Iterable[int], act: Callable[[Session, int, datetime], None]) -> None:
    """Do one thing to each row in a transaction of its own: one that fails does not hold up the others."""
    for row_id in ids:
        try:
            with work.runtime.database.begin() as session:
                act(session, row_id, work.now())
        except Exception:
            log.exception("tick_failed", act=act.__name__, row=row_id)


@dataclass(frozen=True, slots=True)
class Job:
    """One tick: what it does, how often it runs by itself, whether a commit wakes it, how many may run at once."""

    name: str
    act: Callable[[Clockwork], datetime | None]
    every_seconds: float
    is_nudged: bool = False
    at_once: int = 1


JOBS: tuple[Job, ...] = (
    Job("place rings", place_rings, 1, is_nudged=True, at_once=4),
    Job("tick hunts", tick_hunts, 1),
    Job("pump outbox", pump_outbox, 1, is_nudged=True, at_once=2),
    Job("settle unknown outcomes", settle, 3),
    Job("ask after silent calls", ask_after_silent, 20),
    Job("ask after winners", ask_after_accepted, 5),
    Job("hand over", hand_over, 15),
    Job("look ahead", look_ahead, 30),
    Job("heed silence", heed_silence, 5),
    Job("call for drills", call_for_drills, 1, is_nudged=True),
    Job("follow up cover requests", follow_up_covers, 5),
    Job("tell the case desk", notify_desk, 5),
    Job("warn of clocks", warn, 5),
    Job("daily guards", check_guards, 60),
    Job("keep the snapshot", keep_snapshot, 30),
)
"""Everything that happens by itself. Each may run twice, late, or in several processes at once: the rows decide."""


class ClockProcess:
    """One running clock: a scheduler that keeps nothing but the table of jobs."""

    def __init__(self, runtime: Runtime, telephony: Telephony) -> None:
        """Put the scheduler together; nothing runs before `start`."""
        self.work = Clockwork(runtime, telephony, ThreadPoolExecutor(RINGS_AT_ONCE, thread_name_prefix="ring"))
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._late = 0.0
        self._stop = threading.Event()
        defaults = {"coalesce": True, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(
            executors={"default": SchedulerPool(20)}, job_defaults=defaults, timezone=UTC
        )
        self._scheduler.add_listener(self._heed, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)

    def start(self) -> None:
        """Start every job at once."""
        for job in JOBS:
            self._add(job.name, self._running(job), job.every_seconds, job.at_once)
        self._add("heartbeat", self._beat, 5, 1)
        self._add("arrange handovers", self._arrange_handovers, REARRANGE_SECONDS, 1)
        self._scheduler.start()
        log.info("clock_started", process=self.name, jobs=len(JOBS))

    def _add(self, name: str, act: Callable[[], None], seconds: float, at_once: int) -> None:
        now = datetime.now(UTC)
        self._scheduler.add_job(act, "interval", seconds=seconds, id=name, max_instances=at_once, next_run_time=now)

    def _arrange_handovers(self) -> None:
        """Set one date job for the next handover of each roster; it is made anew from the data, so nothing of it is stored."""
        for key, at in next_handovers(self.work):
            self._scheduler.add_job(
                hand_over_roster,
                "date",
                run_date=at,
                args=[self.work, key],
                id=f"handover:{key}",
                replace_existing=True,
            )

    def _running(self, job: Job) -> Callable[[], None]:
        def run() -> None:
            wanted = job.act(self.work)
            soonest = self.work.now() + timedelta(milliseconds=20)
            if wanted is not None:
                self._wake(job.name, max(wanted, soonest))

        return run

    def _wake(self, name: str, at: datetime) -> None:
        """Run a job earlier than its own rhythm would."""
        try:
            job = self._scheduler.get_job(name)
            if job is not None and job.next_run_time > at:
                self._scheduler.modify_job(name, next_run_time=at)
        except JobLookupError:  # the scheduler is being shut down
            return

    def _heed(self, event: JobExecutionEvent) -> None:
        late = (datetime.now(UTC) - event.scheduled_run_time).total_seconds()
        self._late = max(self._late, late)
        if event.exception is not None:
            log.error("job_failed", job=event.job_id, exc_info=event.exception)

    def _beat(self) -> None:
        """Say that this process is alive, and by how much its latest tick was late."""
        late, self._late = round(self._late, 3), 0.0
        at = self.work.now()
        with self.work.runtime.database.begin() as session:
            if not insert_once(session, HeartbeatRow, process=self.name, at=at, late_seconds=late):
                beat = session.get_one(HeartbeatRow, self.name)
                beat.at, beat.late_seconds = at, late
        log.debug("tick", late_seconds=late)

    def heed_nudges(self) -> None:
        """Wake the nudged jobs whenever somebody has committed, until told to stop; a lost connection only costs punctuality."""
        while not self._stop.is_set():
            try:
                nudges = Nudges(self.work.runtime.database)
            except SQLAlchemyError as fault:
                log.warning("no_nudges", said=type(fault).__name__)
                self._stop.wait(1)
                continue
            self._heed_until_broken(nudges)

    def _heed_until_broken(self, nudges: Nudges) -> None:
        try:
            while not self._stop.is_set():
                if nudges.wait(1.0):
                    for job in JOBS:
                        if job.is_nudged:
                            self._wake(job.name, datetime.now(UTC))
        except Exception as fault:  # noqa: BLE001 - a driver may raise anything here, and the jobs look by themselves anyway
            log.warning("nudges_broken", said=type(fault).__name__)
            self._stop.wait(1)
        finally:
            nudges.close()

    def stop(self) -> None:
        """Stop after the ticks that run now."""
        self._stop.set()
        self._scheduler.shutdown(wait=True)
        self.work.pool.shutdown()


def run(settings: Settings | None = None) -> None:
    """Run a clock process until it is told to stop."""
    settings = (settings or read_settings()).require(*NEEDED_ON_THE_LINE)
    configure_logs(settings.log_level, settings.log_format)
    # The scheduler warns of each tick that it skips because the one before still runs; the next one is a second away.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    process = ClockProcess(make_runtime(settings), TwilioTelephony(settings))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process._stop.set())  # noqa: SLF001 - its own process
    process.start()
    process.heed_nudges()
    process.stop()
