"""Reports as the command line prints them: gathered from the records, written as JSON and as rows for people."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from foundation.clock import iso
from foundation.windows import Closure, Interval
from oncall.fairness import Fairness, Spread
from oncall.layers import Roster
from oncall.report_store import people_zones
from oncall.reports import Circumstances, DutyTime, PersonDuty, RosterDuty
from oncall.store import load_rosters
from routing.replay import PersonReplay, Replay, ReplayedCall, replay, steps_with
from routing.report_service import calls_between, critical_policy, known_holidays, rang_between
from switchboard.world_shape import Document

HOUR = timedelta(hours=1)

DUTY_HEADINGS = ("technician", "hours", "nights", "weekends", "holidays", "shifts", "rang", "took")
REPLAY_HEADINGS = (
    "technician",
    "rung then",
    "took then",
    "first then",
    "first now",
    "behind now",
    "nights then",
    "nights now",
)


def circumstances(session: Session, window: Interval, holidays: tuple[Closure, ...] | None) -> Circumstances:
    """Gather what reports need besides the rosters; without `holidays` those of every calendar and roster on record."""
    days = known_holidays(session) if holidays is None else holidays
    return Circumstances(people_zones(session), days, rang_between(session, *window))


def hours_document(window: Interval, rosters: Iterable[RosterDuty], people: Iterable[PersonDuty]) -> Document:
    """Write hours as JSON: each roster by itself, and people over all of them."""
    return _range(window) | {
        "rosters": [_roster_document(duty) for duty in rosters],
        "people": [person_document(person) for person in people],
    }


def _range(window: Interval) -> Document:
    return {"from": iso(window.start), "to": iso(window.end)}


def _roster_document(duty: RosterDuty) -> Document:
    people = [person_document(person) for person in duty.people]
    return {"roster": duty.roster, "gap_hours": _hours(duty.bare), "people": people}


def person_document(person: PersonDuty) -> Document:
    """Write one person's duty as JSON, in hours."""
    counts = {"shifts": person.shifts, "rang": person.rang, "taken": person.taken}
    return {"technician": person.technician, **_times(person.time), **counts}


def _times(time: DutyTime) -> Document:
    return {
        "hours": _hours(time.total),
        "nights": _hours(time.nights),
        "weekends": _hours(time.weekends),
        "holidays": _hours(time.holidays),
    }


def _hours(length: timedelta) -> float:
    return round(length / HOUR, 2)


def duty_rows(people: Iterable[PersonDuty]) -> Iterator[tuple[str, ...]]:
    """Write people's duty as rows under DUTY_HEADINGS."""
    for person in people:
        hours = (f"{value:.1f}" for value in _times(person.time).values())
        yield (person.technician, *hours, str(person.shifts), str(person.rang), str(person.taken))


# Fairness -------------------------------------------------------------------------------------------------------------


def fairness_document(window: Interval, fair: Fairness) -> Document:
    """Write the spread of every measure as JSON; `excess` is the part that would have to change hands, 0 to 1, or null."""
    measures = {spread.measure: _spread_document(spread) for spread in fair.spreads}
    return _range(window) | {"roster": fair.duty.roster, "measures": measures}


def _spread_document(spread: Spread) -> Document:
    people = [
        {"technician": s.technician, "actual": round(s.actual, 2), "fair": round(s.fair, 2), "above": round(s.above, 2)}
        for s in spread.shares
    ]
    return {"excess": None if spread.excess is None else round(spread.excess, 4), "people": people}


# Replay ---------------------------------------------------------------------------------------------------------------


def replayed(session: Session, proposed: Roster, window: Interval) -> Replay:
    """Play the calls of a window again, as if the proposed roster had been in the place of the stored one of its key."""
    rosters = {roster.key: roster for roster in load_rosters(session)} | {proposed.key: proposed}
    steps = steps_with(critical_policy(session), proposed.key)
    return replay(calls_between(session, *window), steps, rosters, people_zones(session), proposed.zone)


def replay_document(window: Interval, roster: str, result: Replay) -> Document:
    """Write a replay as JSON."""
    return _range(window) | {
        "roster": roster,
        "calls": [_call_document(call) for call in result.calls],
        "people": [asdict(person) for person in result.people],
        "unanswered": len(result.unanswered),
    }


def _call_document(replayed_call: ReplayedCall) -> Document:
    call = replayed_call.call
    return {
        "at": iso(call.at),
        "case": call.case,
        "rung_then": list(dict.fromkeys(name for _, name in call.rung)),
        "taken_then": call.taken_by,
        "first_now": list(replayed_call.first),
        "behind_now": list(replayed_call.behind),
    }


def replay_rows(people: Iterable[PersonReplay]) -> Iterator[tuple[str, ...]]:
    """Write people's calls as rows under REPLAY_HEADINGS."""
    for person in people:
        yield tuple(str(value) for value in asdict(person).values())


def replay_call_rows(calls: Iterable[ReplayedCall], zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    """Write the calls as rows: when, which case, who was rung, who took it, who would be rung first and who behind."""
    for one in calls:
        then = dict.fromkeys(name for _, name in one.call.rung)
        who = (", ".join(then), one.call.taken_by or "", ", ".join(one.first) or "NOBODY", ", ".join(one.behind))
        yield (_local(one.call.at, zone), one.call.case or "", *who)


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M %Z}"
