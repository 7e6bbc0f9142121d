"""Where instants come from: code that needs the time is handed a Clock, so that tests decide what time it is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that knows the present instant, aware and in UTC."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock; the only place of the house that reads it."""

    def now(self) -> datetime:
        """Return the machine's present instant in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class FrozenClock:
    """A clock that stands still until it is moved; for tests, rehearsals and previews."""

    at: datetime

    def now(self) -> datetime:
        """Return the instant at which this clock stands."""
        return self.at

    def advance(self, seconds: float) -> None:
        """Move the clock on by `seconds`."""
        self.at += timedelta(seconds=seconds)


def iso(at: datetime) -> str:
    """Write an instant as the public JSON does: UTC, whole seconds, a final Z."""
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def iso_or_none(at: datetime | None) -> str | None:
    """Write an instant as `iso` does; nothing stays nothing."""
    return None if at is None else iso(at)
