"""The production server of the Procfile: its workers are killed while a technician accepts, and nobody hears of it."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.house import House, opened_house
from tests.faults.processes import ROOT, Process
from tests.faults.steps import picks_up, presses_the_deciding_key, takes_it

pytestmark = pytest.mark.processes


def procfile_web() -> list[str]:
    """Return the command of the Procfile's web process, on this machine's own address."""
    line = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:"))
    return shlex.split(line.removeprefix("web:").replace("0.0.0.0", "127.0.0.1"))


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with opened_house(database_url, tmp_path, procfile_web()) as opened:
        yield opened
        sys.stderr.write(opened.words())


def workers_of(process: Process) -> list[int]:
    assert process.running is not None
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, row.split())) for row in listed.stdout.splitlines()]
    return [pid for pid, parent in pairs if parent == process.running.pid]


def have_started(house: House, workers: int) -> None:
    started = f"{workers} workers have started"
    house.network.line.until(lambda: house.web.times_said("Started worker") >= workers, 20, started)


def test_killed_web_workers_are_replaced_without_a_lost_call_or_a_second_ring(house: House) -> None:
    have_started(house, 2)
    first, second, *_ = workers_of(house.web)
    presses_the_deciding_key(house.dana)
    os.kill(first, signal.SIGKILL)
    picks_up(house.sam)
    have_started(house, 3)
    takes_it(house.sam)
    os.kill(second, signal.SIGKILL)
    house.network.carrier.pace = 8
    house.dana.is_talking_to(house.sam, within=60)
    assert len(house.created_calls()) == 1
    assert house.network.line.new_faults() == []
