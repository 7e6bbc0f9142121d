"""Readiness as pure rules: can somebody be reached, how well were they reached before, and when is a drill due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

REMIND_HOURS = (168, 24)
"""Shipped: a week and a day before a shift begins."""

DRILL_BEFORE = timedelta(minutes=60)
"""How long before a shift its person is asked whether they can be reached."""

DRILL_DEADLINE = timedelta(minutes=30)
"""Without an answer this long before the shift, the shift is offered to the backup and the manager is told."""

SCORED_DAYS = 90
"""How far back rings and texts count for the score."""

FEWEST = 3
"""With fewer rings and texts than this there is no score: one missed call is no habit."""

RING_SHARE = 0.7
"""Weight of rings in the score; the rest is texts. A page that wakes is a ring: a delivered text is not a read one."""


class DrillChannel(StrEnum):
    """How a technician wants to be asked before a shift."""

    TEXT = "text"
    CALL = "call"
    NONE = "none"


class CanBeReached(StrEnum):
    """Whether this person can be reached."""

    YES = "yes"
    DOUBTFUL = "doubtful"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Contactability:
    """What is known of a person's handset. `last_drill` is the state of the newest drill that has an outcome."""

    phone_verified: bool
    texts_verified: bool
    texts_refused: bool
    last_drill: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """How rings and texts to one person ended in the days that are scored."""

    rings: int
    rings_answered: int
    texts: int
    texts_delivered: int

    @property
    def score(self) -> int | None:
        """From 0 to 100: the weighted shares of rings answered by a person and of texts delivered; nothing with too few."""
        if self.rings + self.texts < FEWEST:
            return None
        if not self.rings:
            return round(100 * self.texts_delivered / self.texts)
        ringing = self.rings_answered / self.rings
        if not self.texts:
            return round(100 * ringing)
        return round(100 * (RING_SHARE * ringing + (1 - RING_SHARE) * self.texts_delivered / self.texts))


def can_be_reached(known: Contactability) -> tuple[CanBeReached, str]:
    """Judge whether a person can be reached, with the reason in a few words."""
    if known.last_drill in ("silent", "offered"):
        return CanBeReached.NO, "did not answer the last drill"
    if known.texts_refused and not known.phone_verified:
        return CanBeReached.NO, "refuses texts, and the number was never verified"
    if known.texts_refused:
        return CanBeReached.DOUBTFUL, "refuses texts: only rings reach this person"
    if known.last_drill == "ready":
        return CanBeReached.YES, "answered the last drill"
    if known.phone_verified or known.texts_verified:
        return CanBeReached.YES, "number verified"
    return CanBeReached.DOUBTFUL, "number never verified"


def drill_words(roster_name: str, begins: str) -> str:
    """Text that asks before a shift."""
    return f"Your duty for {roster_name} begins {begins}. Can you be reached? Reply READY."


def reminder_words(roster_name: str, begins: str, ends: str) -> str:
    """Text that reminds of a shift."""
    return f"Reminder: you are on duty for {roster_name} from {begins} to {ends}."


def silent_words(name: str, roster_name: str, begins: str, offered_to: Sequence[str]) -> str:
    """Text that tells the duty manager of a drill without an answer."""
    offered = (
        f"The shift was offered to {' and '.join(offered_to)}."
        if offered_to
        else "Nobody else can take it: please see to it."
    )
    return f"{name} did not answer the readiness check for {roster_name}, which begins {begins}. {offered}"


def next_drill_step(shift_start: datetime, at: datetime) -> datetime:
    """When a drill that was asked wants to be looked at: half an hour before the shift, at once if that has gone by."""
    return max(shift_start - DRILL_DEADLINE, at)
