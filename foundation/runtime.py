"""What an edge holds: the settings, the clock and the database, made once per process."""

from dataclasses import dataclass

from foundation.clock import Clock, SystemClock
from foundation.db import Database
from foundation.settings import Settings


@dataclass(frozen=True, slots=True)
class Runtime:
    """The three things that an edge is made with."""

    settings: Settings
    clock: Clock
    database: Database


def make_runtime(settings: Settings, clock: Clock | None = None) -> Runtime:
    """Make the runtime of a process: the machine's clock unless another is handed over."""
    return Runtime(settings, clock or SystemClock(), Database(settings.database_url))
