"""A carrier in real time: one thread that runs what is due, one lock that everybody else takes first."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from simulator.carrier import Carrier

log = logging.getLogger(__name__)

LONGEST_NAP_SECONDS = 1.0
"""How long the thread sleeps at most, so that a change of the machine's clock is noticed."""


class WallClock:
    """The machine's clock, or one that started with it and runs `speed` times as fast."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._started = datetime.now(UTC)

    def now(self) -> datetime:
        real = datetime.now(UTC)
        return real if self.speed == 1 else self._started + (real - self._started) * self.speed


class Engine:
    """Drives a carrier. Whoever touches the carrier from another thread does it inside `holding()`."""

    def __init__(self, clock: WallClock) -> None:
        self.clock = clock
        self._condition = threading.Condition(threading.RLock())
        self._carrier: Carrier | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="carrier", daemon=True)

    def start(self, carrier: Carrier) -> None:
        """Begin to run a carrier."""
        self._carrier = carrier
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what is not due yet never happens."""
        with self._condition:
            self._stopped = True
            self._condition.notify_all()
        self._thread.join(timeout=5)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Hold the carrier still, and have it look for work afterwards."""
        with self._condition:
            yield
            self._condition.notify_all()

    def deliver(self, action: Callable[[], None]) -> None:
        """Carry out an action that another thread brings."""
        with self.holding():
            action()

    def _run(self) -> None:
        with self._condition:
            while not self._stopped:
                self._run_due()
                self._condition.wait(self._seconds_to_next())

    def _run_due(self) -> None:
        assert self._carrier is not None
        try:
            self._carrier.run_due()
        except Exception:  # one call's fault must not silence all phones; it is logged with its traceback
            log.exception("an action of the carrier failed")

    def _seconds_to_next(self) -> float:
        assert self._carrier is not None
        due = self._carrier.next_due()
        if due is None:
            return LONGEST_NAP_SECONDS
        seconds = (due - self.clock.now()).total_seconds() / self.clock.speed
        return min(LONGEST_NAP_SECONDS, max(0.0, seconds))
