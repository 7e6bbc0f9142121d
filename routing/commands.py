"""What technicians may write to the service number: words read into commands, never into guesses.

The carrier keeps some words for itself (STOP, CANCEL, END, YES, START, HELP, INFO and their kin); none of them is a
command. A text that is not wholly a command is none, so that no autoresponder moves anybody's duty.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from foundation.windows import first_instant

MOST_IN_A_ROW = 5
"""More automatic replies in a row than this would be a talk between two machines (the carrier's advice)."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who is on duty, on one roster or on all."""

    roster: str | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """When the sender is on duty next."""


@dataclass(frozen=True, slots=True)
class Take:
    """The sender takes what a cover request asks for; without a number the only one that waits for them."""

    number: int | None = None


@dataclass(frozen=True, slots=True)
class No:
    """The sender says no to a cover request."""

    number: int | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """The sender asks anybody to take their present or next shift."""

    roster: str | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """The sender withdraws a cover request of theirs."""

    number: int


@dataclass(frozen=True, slots=True)
class TakeOver:
    """The sender is on duty from now on, until a wall time of the roster or until the present shift ends."""

    roster: str | None = None
    until: time | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """I can be reached: the answer to a readiness check."""


@dataclass(frozen=True, slots=True)
class Code:
    """The code that proves that a number is the sender's."""

    code: str


@dataclass(frozen=True, slots=True)
class Commands:
    """Which commands there are."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No command."""


Command = Who | Next | Take | No | Cover | Drop | TakeOver | Ready | Code | Commands | Unreadable
Reader = Callable[[re.Match[str]], Command]

ROSTER = r"(?: (?P<roster>[a-z0-9][\w.-]*))?"
NUMBER = r"#?(?P<number>\d{1,9})"
CLOCK = r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))? ?(?P<half>[ap]\.?m\.?)?"


def _until(found: re.Match[str]) -> time | None:
    """Read `18:30`, `6pm` or `6`; ValueError for a time that no clock shows."""
    if found["hour"] is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - hours of a twelve-hour clock
            raise ValueError("no hour of a twelve-hour clock")
        hour = hour % 12 + (12 if found["half"].startswith("p") else 0)
    return time(hour % 24 if hour == 24 and minute == 0 else hour, minute)  # noqa: PLR2004 - 24:00 is midnight


def _number(found: re.Match[str]) -> int | None:
    return int(found["number"]) if found["number"] else None


READERS: Mapping[str, Reader] = {
    r"ready|here": lambda _: Ready(),
    r"(?P<code>[0-9]{6})": lambda found: Code(found["code"]),
    rf"who(?: is on)?{ROSTER}": lambda found: Who(found["roster"]),
    r"next": lambda _: Next(),
    rf"(?:take|accept)(?: {NUMBER})?": lambda found: Take(_number(found)),
    rf"(?:no|pass|decline)(?: {NUMBER})?": lambda found: No(_number(found)),
    rf"cover{ROSTER}": lambda found: Cover(found["roster"]),
    rf"drop {NUMBER}": lambda found: Drop(int(found["number"])),
    rf"take ?over(?!\w)(?: (?!until\b)(?P<roster>[a-z0-9][\w.-]*))?(?: until {CLOCK})?": lambda found: TakeOver(
        found["roster"], _until(found)
    ),
    r"\?|commands|menu": lambda _: Commands(),
}
"""Each command as it is written, in small letters, one blank between words."""


def read_command(text: str) -> Command:
    """Read a whole text as a command; capitals, blanks and a mark at the end do not matter."""
    said = normal(text)
    for pattern, reader in READERS.items():
        found = re.fullmatch(pattern, said)
        if found is not None:
            try:
                return reader(found)
            except ValueError:
                return Unreadable()
    return Unreadable()


def normal(text: str) -> str:
    """Write a text as commands are compared: small letters, single blanks, no mark at the end unless it is alone."""
    said = " ".join(text.casefold().split())
    return said if said == "?" else said.rstrip(".!,;? ")


def next_instant_of(wall: time, zone: ZoneInfo, after: datetime) -> datetime:
    """Return the next instant at which the zone's clock shows a wall time."""
    today = after.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(3))
    return next(at for day in days if (at := first_instant(datetime.combine(day, wall), zone)) > after)


def is_enough(text: str, answered: Sequence[str]) -> bool:
    """Whether another reply would be one too many; `answered` are the texts replied to lately, the newest first.

    A row is broken by a command that differs: a person at work sends one and then another, a machine repeats itself.
    """
    said = normal(text)
    if isinstance(read_command(text), Unreadable):
        row = takewhile(lambda earlier: isinstance(read_command(earlier), Unreadable), answered)
    else:
        row = takewhile(lambda earlier: normal(earlier) == said, answered)
    return sum(1 for _ in row) >= MOST_IN_A_ROW
