"""Two clock processes that look after duty, by a clock that stands in a file, each started again as soon as it dies.

`python -m tests.faults.handover_clock URL FOLDER` takes long to start and only watches: its two children do the work, and
are the ones to kill. A child is forked in milliseconds, so that it can be killed at hundreds of instants within one test.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

from foundation.db import Database
from foundation.log import configure_logs
from foundation.runtime import Runtime
from foundation.settings import Settings
from switchboard.clockwork import JOBS, Clockwork
from telephony.recorder import Recorder
from tests.faults.warning_clock import ClockInFile

DUTY_JOBS = ("hand over", "look ahead", "heed silence", "follow up cover requests")
"""What the clock process does by itself about duty: all of it may run in two processes at once, and be cut short anywhere."""

CHILDREN = (1, 2)
LONGEST_REST_SECONDS = 0.25
BEGUN, DONE = b"+", b"-"


def clock_file(folder: Path) -> Path:
    """Where the present instant is written."""
    return folder / "now"


def pid_file(folder: Path, child: int) -> Path:
    """Where a child writes its number as soon as it lives."""
    return folder / f"child-{child}.pid"


def rounds_file(folder: Path) -> Path:
    """Where both children note each round of jobs that they begin and that they get done."""
    return folder / "rounds"


def rounds_cut_short(folder: Path) -> int:
    """Count the rounds that were begun and never done."""
    noted = rounds_file(folder).read_bytes()
    return noted.count(BEGUN) - noted.count(DONE)


def round_of_jobs(work: Clockwork, child: int) -> None:
    """Do every job once; the children go through them in opposite order, so that they meet everywhere."""
    acts = [job.act for job in JOBS if job.name in DUTY_JOBS]
    assert len(acts) == len(DUTY_JOBS)
    for act in acts if child == CHILDREN[0] else reversed(acts):
        act(work)


def live(work: Clockwork, folder: Path, child: int) -> None:
    """Do round after round: at once when the clock has moved, else after a rest."""
    draft = pid_file(folder, child).with_suffix(".draft")
    draft.write_text(str(os.getpid()))
    draft.replace(pid_file(folder, child))
    with rounds_file(folder).open("ab", buffering=0) as rounds:
        while True:
            at = work.now()
            rounds.write(BEGUN)
            round_of_jobs(work, child)
            rounds.write(DONE)
            limit = monotonic() + LONGEST_REST_SECONDS
            while work.now() == at and monotonic() < limit:
                sleep(0.002)


def born(work: Clockwork, folder: Path, child: int) -> int:
    """Fork a child; it never comes back from here."""
    pid = os.fork()
    if pid == 0:
        live(work, folder, child)
    return pid


def main(url: str, place: str) -> None:
    configure_logs("INFO", "json")
    folder, database = Path(place), Database(url)
    work = Clockwork(
        Runtime(Settings(database_url=url), ClockInFile(clock_file(folder)), database),
        Recorder(),
        ThreadPoolExecutor(1),
    )
    round_of_jobs(work, CHILDREN[0])  # the first round is slow: with it behind them, children are quick from birth
    database.close()  # no connection may be open when a child is forked
    living = {born(work, folder, child): child for child in CHILDREN}
    while True:
        pid, _ = os.wait()
        child = living.pop(pid)
        living[born(work, folder, child)] = child


if __name__ == "__main__":
    main(*sys.argv[1:])
