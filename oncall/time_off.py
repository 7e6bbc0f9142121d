"""What comes of absences that are to be put on a roster: which are new, which are there already, which are refused and why.

One person's time off never overlaps on a roster: two entries for one absence would make it last when only one of them is
taken back. So an absence that meets another halfway is refused, and one that is there to the second is left as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from foundation.windows import Interval, wall_clock
from oncall.coverage import gaps
from oncall.duty import written_wall
from oncall.layers import Override, Roster, TimeOff, instant
from oncall.time_off_import import Absence
from oncall.timetable import bare


@dataclass(frozen=True, slots=True)
class Refusal:
    """An absence that cannot be put on the roster, and why."""

    absence: Absence
    says: str


@dataclass(frozen=True, slots=True)
class TimeOffPlan:
    """What putting absences on one roster would do; `warnings` do not stand in its way."""

    roster: str
    new: tuple[Absence, ...]
    entries: tuple[TimeOff, ...]
    """The new absences as they are written on the roster, in the same order."""
    already: tuple[Absence, ...]
    refused: tuple[Refusal, ...]
    warnings: tuple[str, ...]


def plan_time_off(roster: Roster, technician: str, absences: Iterable[Absence]) -> TimeOffPlan:
    """Decide what becomes of each absence, the earliest first."""
    kept = [_placed(entry, roster.zone) for entry in roster.time_off if entry.technician == technician]
    new, already, refused = list[Absence](), list[Absence](), list[Refusal]()
    for absence in sorted(absences, key=lambda one: one.interval):
        if any(absence.interval == interval for interval, _ in kept):
            already.append(absence)
            continue
        meets = next((says for interval, says in kept if _overlap(interval, absence.interval)), None)
        if meets is None:
            new.append(absence)
            kept.append((absence.interval, f"{absence.summary!r} of the same calendar"))
        else:
            refused.append(Refusal(absence, f"overlaps {meets}; take one of the two back, or change it"))
    entries = tuple(_entry(technician, absence, roster.zone) for absence in new)
    return TimeOffPlan(roster.key, tuple(new), entries, tuple(already), tuple(refused), _warnings(roster, new, entries))


def _placed(entry: TimeOff, zone: ZoneInfo) -> tuple[Interval, str]:
    interval = Interval(instant(entry.start, zone), instant(entry.end, zone, end=True))
    return interval, f"the time off on record from {entry.start} to {entry.end}"


def _overlap(one: Interval, other: Interval) -> bool:
    return one.start < other.end and other.start < one.end


def _entry(technician: str, absence: Absence, zone: ZoneInfo) -> TimeOff:
    start, end = written_moment(absence.start, zone), written_moment(absence.end, zone, is_end=True)
    return TimeOff(technician, start, end)


def written_moment(at: datetime, zone: ZoneInfo, *, is_end: bool = False) -> str:
    """Write an instant as a roster does: its wall clock where that reads back as the same instant, else with the offset."""
    local = at.astimezone(zone)
    wall = wall_clock(at, zone).isoformat(timespec="minutes" if not at.second else "seconds")
    if instant(wall, zone, end=is_end) == at:
        return wall
    return local.isoformat(timespec="seconds") if _is_whole_minutes(local) else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _is_whole_minutes(local: datetime) -> bool:
    """Whether the offset has no seconds, as those of long ago do: a written offset cannot say them."""
    offset = local.utcoffset()
    return offset is not None and offset.seconds % 60 == 0


def _warnings(roster: Roster, new: Sequence[Absence], entries: tuple[TimeOff, ...]) -> tuple[str, ...]:
    """Say what a manager should know: overrides that win over the absence, and time that it leaves bare."""
    if not new:
        return ()
    technician = entries[0].technician
    overridden = [
        override for override in roster.overrides if override.technician == technician and override.kind != "remove"
    ]
    return (*_overridden(roster, new, overridden), *_bare(roster, new, entries))


def _overridden(roster: Roster, new: Sequence[Absence], overrides: Iterable[Override]) -> Iterable[str]:
    for override in overrides:
        when = Interval(instant(override.start, roster.zone), instant(override.end, roster.zone, end=True))
        if any(_overlap(when, absence.interval) for absence in new):
            where = f"from {override.start} to {override.end}"
            yield f"{override.technician} stays on duty {where}: an override puts them there, and it wins over time off"


def _bare(roster: Roster, new: Sequence[Absence], entries: tuple[TimeOff, ...]) -> Iterable[str]:
    changed = replace(roster, time_off=(*roster.time_off, *entries))
    for absence in new:
        for gap in bare(gaps(changed, *absence.interval), gaps(roster, *absence.interval)):
            yield f"nobody would be on duty from {_said(gap.start, roster)} to {_said(gap.end, roster)} ({roster.time_zone})"


def _said(at: datetime, roster: Roster) -> str:
    return written_wall(wall_clock(at, roster.zone))
