"""When a cover request is followed up: those who have not answered are asked again, then the managers hear, then it expires."""

from datetime import datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from foundation.windows import first_instant

DAY_BEGINS, DAY_ENDS = time(8), time(20)
"""Follow-ups of a request with time to spare come within these hours of the roster's day: a reminder is no reason to wake anybody."""

TIME_TO_SPARE = timedelta(hours=24)
"""A request that expires sooner than this after it was made is followed up at any hour."""


class Step(IntEnum):
    """What comes next, by the number of follow-ups that were made."""

    ASK_AGAIN = 0
    TELL_MANAGERS = 1
    EXPIRE = 2


def follow_up_at(made_at: datetime, expires_at: datetime, step: Step, zone: ZoneInfo) -> datetime:
    """Return when a step is due: after a third of the time, after two thirds, and at the end."""
    if step is Step.EXPIRE:
        return expires_at
    whole = expires_at - made_at
    due = made_at + whole * (step + 1) / 3
    return min(_by_day(due, zone), expires_at) if whole > TIME_TO_SPARE else due


def _by_day(at: datetime, zone: ZoneInfo) -> datetime:
    wall = at.astimezone(zone).replace(tzinfo=None)
    if wall.time() >= DAY_ENDS:
        return first_instant(datetime.combine(wall.date() + timedelta(days=1), DAY_BEGINS), zone)
    if wall.time() < DAY_BEGINS:
        return first_instant(datetime.combine(wall.date(), DAY_BEGINS), zone)
    return at
