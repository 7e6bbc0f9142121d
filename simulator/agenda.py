"""What is due when: one heap of actions for the whole carrier, run in order, never asleep by itself."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

MOST_ACTIONS_AT_ONCE = 100_000
"""More than this in one run means two parties answer each other without time passing."""


class Clock(Protocol):
    """Whoever knows the time; tests hand over one that stands still."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""


class NoProgressError(RuntimeError):
    """So much happened at one instant that it can only be a loop."""


@dataclass(order=True, slots=True)
class Appointment:
    """An action with its instant; cancelled ones stay in the heap and are passed over."""

    due: datetime
    order: int
    action: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Make sure that the action is never run; harmless when it has been."""
        self.cancelled = True


class Agenda:
    """Actions in order of `(due, order of entry)`."""

    def __init__(self, clock: Clock) -> None:
        """Take the clock whose instants all actions are measured by."""
        self._clock = clock
        self._heap: list[Appointment] = []
        self._order = itertools.count()
        self._running = False

    def now(self) -> datetime:
        """Return the clock's instant."""
        return self._clock.now()

    def at(self, due: datetime, action: Callable[[], None]) -> Appointment:
        """Enter an action for an instant; one in the past is due at once."""
        appointment = Appointment(due, next(self._order), action)
        heapq.heappush(self._heap, appointment)
        return appointment

    def after(self, seconds: float, action: Callable[[], None]) -> Appointment:
        """Enter an action for so many seconds from now."""
        return self.at(self.now() + timedelta(seconds=seconds), action)

    def soon(self, action: Callable[[], None]) -> Appointment:
        """Enter an action for now, behind everything that is already due now."""
        return self.at(self.now(), action)

    def next_due(self) -> datetime | None:
        """Return the instant of the next action, None when nothing is planned."""
        while self._heap and self._heap[0].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0].due if self._heap else None

    def run_due(self) -> int:
        """Run all that is due, also what becomes due meanwhile; return how many actions ran.

        A run inside a run does nothing: the outer one gets to the new actions.
        """
        if self._running:
            return 0
        self._running = True
        try:
            return self._run()
        finally:
            self._running = False

    def _run(self) -> int:
        for ran in range(MOST_ACTIONS_AT_ONCE):
            due = self.next_due()
            if due is None or due > self.now():
                return ran
            heapq.heappop(self._heap).action()
        message = f"more than {MOST_ACTIONS_AT_ONCE} actions at {self.now()}"
        raise NoProgressError(message)
