"""Past calls played again on a proposed roster: whom each would have rung, beside whom it really rang.

The escalation policy is walked as a hunt walks it, with the proposed roster in the place of the stored one. What people
would have answered nobody knows, so only two things are said: who would have been rung first, and who would have stood
behind them. Nothing is rung.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from foundation.windows import is_open
from oncall.layers import Roster
from oncall.reports import NIGHT
from oncall.resolver import on_duty
from routing.hunt import Mode


@dataclass(frozen=True, slots=True)
class NamedStep:
    """A step of an escalation policy as written: `roster:KEY` and `technician:KEY`, not yet people."""

    ring: tuple[str, ...]
    mode: Mode


@dataclass(frozen=True, slots=True)
class PastCall:
    """A hunt that was: when, for which case, who was rung in which wave, and who took it and talked."""

    at: datetime
    case: str | None
    rung: tuple[tuple[int, str], ...]
    taken_by: str | None

    @property
    def first(self) -> tuple[str, ...]:
        """Who was rung first: everybody of the first wave."""
        return tuple(dict.fromkeys(name for wave, name in self.rung if wave == min(self.rung)[0]))


@dataclass(frozen=True, slots=True)
class ReplayedCall:
    """A past call and the waves in which the proposed roster would ring people; none means that it finds nobody."""

    call: PastCall
    waves: tuple[tuple[str, ...], ...]

    @property
    def first(self) -> tuple[str, ...]:
        """Who would be rung first."""
        return self.waves[0] if self.waves else ()

    @property
    def behind(self) -> tuple[str, ...]:
        """Who would be rung if those do not accept, in order."""
        return tuple(name for wave in self.waves[1:] for name in wave)


@dataclass(frozen=True, slots=True)
class PersonReplay:
    """One person's calls, then and on the proposed roster. `nights` count those rung first between 22:00 and 06:00, own time."""

    technician: str
    rung_then: int
    taken_then: int
    first_then: int
    first_now: int
    behind_now: int
    nights_then: int
    nights_now: int


@dataclass(frozen=True, slots=True)
class Replay:
    """Every call in order, everybody concerned by key, and the calls for which nobody would be found."""

    calls: tuple[ReplayedCall, ...]
    people: tuple[PersonReplay, ...]

    @property
    def unanswered(self) -> tuple[ReplayedCall, ...]:
        """Calls that would ring nobody at all."""
        return tuple(replayed for replayed in self.calls if not replayed.waves)


def replay(
    calls: Iterable[PastCall],
    steps: Sequence[NamedStep],
    rosters: Mapping[str, Roster],
    zones: Mapping[str, ZoneInfo],
    fallback_zone: ZoneInfo,
) -> Replay:
    """Play calls again. `rosters` hold the proposed one; nights are told by `zones`, else by the fallback."""
    played = tuple(ReplayedCall(call, waves(steps, rosters, call.at)) for call in calls)
    names = sorted({name for one in played for name in (*one.first, *one.behind, *(n for _, n in one.call.rung))})
    return Replay(played, tuple(_person(name, played, zones.get(name, fallback_zone)) for name in names))


def waves(steps: Iterable[NamedStep], rosters: Mapping[str, Roster], at: datetime) -> tuple[tuple[str, ...], ...]:
    """Lay one round of a policy out in waves, as a hunt's plan does: nobody twice, in order means one at a time."""
    found: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for step in steps:
        fresh = [name for name in _people(step.ring, rosters, at) if name not in seen]
        seen.update(fresh)
        found += [(name,) for name in fresh] if step.mode is Mode.IN_ORDER else [tuple(fresh)] if fresh else []
    return tuple(found)


def steps_with(steps: Sequence[NamedStep], roster: str) -> tuple[NamedStep, ...]:
    """Return the steps if they ring this roster; else the roster alone, one after another."""
    named = f"roster:{roster}"
    return tuple(steps) if any(named in step.ring for step in steps) else (NamedStep((named,), Mode.IN_ORDER),)


def _people(refs: Iterable[str], rosters: Mapping[str, Roster], at: datetime) -> list[str]:
    found: list[str] = []
    for ref in refs:
        kind, _, key = ref.partition(":")
        if kind == "technician":
            found.append(key)
        elif key in rosters:
            found += [duty.technician for duty in on_duty(rosters[key], at)]
    return list(dict.fromkeys(found))


def _person(name: str, calls: Sequence[ReplayedCall], zone: ZoneInfo) -> PersonReplay:
    first_then = [one for one in calls if name in one.call.first]
    first_now = [one for one in calls if name in one.first]
    return PersonReplay(
        technician=name,
        rung_then=sum(any(rung == name for _, rung in one.call.rung) for one in calls),
        taken_then=sum(one.call.taken_by == name for one in calls),
        first_then=len(first_then),
        first_now=len(first_now),
        behind_now=sum(name in one.behind for one in calls),
        nights_then=sum(is_open(NIGHT, zone, one.call.at) for one in first_then),
        nights_now=sum(is_open(NIGHT, zone, one.call.at) for one in first_now),
    )
