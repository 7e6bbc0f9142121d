"""Who would be on duty instead: the resolver's own answer with somebody taken out, so that no second rule can disagree with it."""

from dataclasses import replace
from datetime import datetime, timedelta

from foundation.windows import Interval
from oncall.layers import Roster, TimeOff
from oncall.resolver import on_duty, segments


def backups(roster: Roster, person: str, at: datetime) -> tuple[str, ...]:
    """Return whom the roster would put in the place of `person` at an instant: the next in order, else a lower layer.

    People who are on duty beside them anyway come last: they are a backup too, if there is nobody else.
    """
    beside = [duty.technician for duty in on_duty(roster, at) if duty.technician != person]
    without = [duty.technician for duty in on_duty(_without(roster, person, at), at) if duty.technician != person]
    return tuple(dict.fromkeys([*(key for key in without if key not in beside), *beside]))


def _without(roster: Roster, person: str, at: datetime) -> Roster:
    """The roster as if `person` had time off around an instant and no override put them there."""
    away = TimeOff(person, _written(at - timedelta(hours=1)), _written(at + timedelta(hours=1)))
    kept = tuple(o for o in roster.overrides if o.technician != person)
    return replace(roster, overrides=kept, time_off=(*roster.time_off, away))


def _written(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()


def coming(roster: Roster, after: datetime, until: datetime) -> list[tuple[str, Interval]]:
    """Return who comes on duty in (after, until], and the unbroken time that they are on duty from then on, cut 35 days later."""
    found: list[tuple[str, Interval]] = []
    horizon = until + timedelta(days=35)
    pieces = segments(roster, after, horizon)
    before = frozenset(pieces[0].people) if pieces else frozenset()
    for number, segment in enumerate(pieces[1:], 1):
        if segment.start > until:
            break
        for person in segment.people:
            if person not in before:
                end = next((p.start for p in pieces[number:] if person not in p.people), horizon)
                found.append((person, Interval(segment.start, end)))
        before = frozenset(segment.people)
    return found
