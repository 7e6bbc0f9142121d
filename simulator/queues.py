"""Queues of callers, by name: first come, first served; they stay until somebody deletes them."""

from dataclasses import dataclass, field
from datetime import datetime

from simulator.calls import Call

MOST_WAITING = 100
"""Length of a queue that nobody gave a length to; the carrier's default."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A caller in a queue, since when."""

    call: Call
    joined: datetime

    def seconds(self, now: datetime) -> int:
        """Return how long this caller has been waiting, in whole seconds."""
        return int((now - self.joined).total_seconds())


@dataclass(slots=True, eq=False)
class Queue:
    """Callers waiting under one name, and calls that wait for the next of them."""

    sid: str
    name: str
    created: datetime
    updated: datetime
    max_size: int = MOST_WAITING
    members: list[Membership] = field(default_factory=list)
    waiting_for_somebody: list[Call] = field(default_factory=list)
    is_deleted: bool = False

    def membership_of(self, call: Call) -> Membership | None:
        """Return a call's place, None when it is not in this queue."""
        return next((member for member in self.members if member.call is call), None)

    def position_of(self, call: Call) -> int:
        """Return a call's position, counted from 1; 0 when it is not in this queue."""
        return next((n for n, member in enumerate(self.members, 1) if member.call is call), 0)

    def average_seconds(self, now: datetime) -> int:
        """Return how long those present have been waiting, on average."""
        waits = [member.seconds(now) for member in self.members]
        return sum(waits) // len(waits) if waits else 0
