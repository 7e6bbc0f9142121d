"""Time that a roster has to cover, and what of it is left bare."""

from datetime import datetime

from foundation.windows import Interval
from oncall.layers import Roster
from oncall.resolver import compiled
from oncall.timetable import bare


def covered(roster: Roster, start: datetime, end: datetime) -> list[Interval]:
    """Return the roster's coverage in [start, end), less its holidays: merged and in order."""
    return compiled(roster).open(start, end)


def gaps(roster: Roster, start: datetime, end: datetime) -> list[Interval]:
    """Return the time inside the roster's coverage with nobody on duty: merged and in order."""
    return list(bare(covered(roster, start, end), compiled(roster).stretches(start, end)))
