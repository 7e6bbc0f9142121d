"""A clock process that does nothing but warn, by a clock that stands in a file: `python -m tests.faults.warning_clock URL FILE`."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import sleep

from foundation.db import Database
from foundation.runtime import Runtime
from foundation.settings import Settings
from switchboard.clockwork import Clockwork, warn
from telephony.recorder import Recorder

REST_SECONDS = 0.02


@dataclass(slots=True)
class ClockInFile:
    """Shows the instant that was last written to a file."""

    file: Path

    def now(self) -> datetime:
        return datetime.fromisoformat(self.file.read_text())

    def show(self, at: datetime) -> None:
        """Set the clock; whoever reads sees the old instant or the new one, never half of it."""
        draft = self.file.with_suffix(".draft")
        draft.write_text(at.isoformat())
        draft.replace(self.file)


def main(url: str, file: str) -> None:
    runtime = Runtime(Settings(database_url=url), ClockInFile(Path(file)), Database(url))
    work = Clockwork(runtime, Recorder(), ThreadPoolExecutor(1))
    while True:
        warn(work)
        sleep(REST_SECONDS)


if __name__ == "__main__":
    main(*sys.argv[1:])
