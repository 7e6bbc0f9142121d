"""How evenly duty is spread: each person's fair share, and how much of the load lies with whom it should not.

The fair share: whenever a layer's shift is held, everybody in that layer's order who is not away at that time owes an
equal part of it, measured on their own clock; whoever is in the order twice owes twice. An addition is owed by whoever
was added. So somebody who joined in the middle, or was on holiday, owes less, and a second layer does not blur the first.

The figure: `excess` is the part of all the load, 0 to 1, that people hold above their fair share. 0 is even; 0.25 says
that a quarter of it would have to change hands. Where everybody owes the same it is Hoover's index.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from foundation.windows import Interval
from oncall.layers import EMPTY_SLOT, Roster
from oncall.reports import Circumstances, DutyTime, PersonDuty, RosterDuty, Spell, duty_time, roster_duty, spells
from oncall.resolver import compiled
from oncall.shifts import Absences
from oncall.timetable import cut

HOUR = timedelta(hours=1)

MEASURES = ("hours", "nights", "weekends", "holidays", "calls")
"""What is compared: hours on duty, hours of it in nights, weekends and holidays, and calls taken."""


@dataclass(frozen=True, slots=True)
class Share:
    """One person's part of one measure: what they bore and what they owed, in hours or in calls."""

    technician: str
    actual: float
    fair: float

    @property
    def above(self) -> float:
        """How much more than the fair share it was; negative for less."""
        return self.actual - self.fair


@dataclass(frozen=True, slots=True)
class Spread:
    """How one measure is spread over the people of a roster; `excess` is None where there was nothing to spread."""

    measure: str
    shares: tuple[Share, ...]
    excess: float | None

    @property
    def farthest(self) -> Share | None:
        """The share that lies farthest from what is fair."""
        return max(self.shares, key=lambda share: abs(share.above), default=None)


@dataclass(frozen=True, slots=True)
class Fairness:
    """The spread of every measure, beside the duty it was made from."""

    duty: RosterDuty
    spreads: tuple[Spread, ...]

    def of(self, measure: str) -> Spread:
        """Return the spread of one measure."""
        return next(spread for spread in self.spreads if spread.measure == measure)


def fairness(roster: Roster, start: datetime, end: datetime, given: Circumstances) -> Fairness:
    """Compare what people of a roster bore in [start, end) with what they owed."""
    duty = roster_duty(roster, start, end, given)
    owed = _owed(roster, spells(roster, start, end), given)
    return Fairness(duty, tuple(_spread(measure, duty, owed) for measure in MEASURES))


def excess(shares: tuple[Share, ...]) -> float | None:
    """Return the part of the load that lies above fair shares, 0 to 1; None if there is no load."""
    whole = sum(share.actual for share in shares)
    return max(0.0, sum(max(0.0, share.above) for share in shares) / whole) if whole > 0 else None


def _spread(measure: str, duty: RosterDuty, owed: Mapping[str, DutyTime]) -> Spread:
    names = sorted({person.technician for person in duty.people} | set(owed))
    actual = {person.technician: _actual(measure, person) for person in duty.people}
    fair = _fair_calls(duty, owed) if measure == "calls" else {n: _hours(measure, time) for n, time in owed.items()}
    shares = tuple(Share(name, actual.get(name, 0.0), fair.get(name, 0.0)) for name in names)
    return Spread(measure, shares, excess(shares))


def _actual(measure: str, person: PersonDuty) -> float:
    return float(person.taken) if measure == "calls" else _hours(measure, person.time)


def _hours(measure: str, time: DutyTime) -> float:
    length: timedelta = time.total if measure == "hours" else getattr(time, measure)
    return length / HOUR


def _fair_calls(duty: RosterDuty, owed: Mapping[str, DutyTime]) -> dict[str, float]:
    """Split the calls taken as the hours should have been: nobody knows beforehand in which hour one comes."""
    calls = sum(person.taken for person in duty.people)
    hours = sum((time.total for time in owed.values()), timedelta())
    return {name: calls * (time.total / hours) if hours else 0.0 for name, time in owed.items()}


def _owed(roster: Roster, held: list[Spell], given: Circumstances) -> dict[str, DutyTime]:
    """Return what each person owes. Pieces are measured together where one layer asks equally many of them."""
    debts: dict[tuple[str, str | None, int], list[Interval]] = {}
    away = _absences(roster)
    for spell in held:
        for piece in _pieces(spell, away):
            order = _order(spell, piece, away)
            for name in order:
                debts.setdefault((name, spell.duty.layer, len(order)), []).append(piece)
    owed: dict[str, DutyTime] = {}
    for (name, _, people), pieces in debts.items():
        zone = given.zones.get(name, roster.zone)
        owed[name] = owed.get(name, DutyTime()) + _measured(sorted(pieces), zone, given) / people
    return owed


def _measured(pieces: list[Interval], zone: ZoneInfo, given: Circumstances) -> DutyTime:
    """Measure pieces that may stand there twice: somebody is in the order twice, or two were added for one time."""
    rounds: list[list[Interval]] = []
    for piece in pieces:
        fit = next((one for one in rounds if one[-1].end <= piece.start), None)
        if fit is None:
            rounds.append([piece])
        else:
            fit.append(piece)
    return sum((duty_time(one, zone, given.holidays) for one in rounds), DutyTime())


def _pieces(spell: Spell, away: Absences) -> list[Interval]:
    """Cut a spell wherever somebody of its layer leaves or comes back."""
    gone = [period for name in _people(spell) if name in away for period in away[name].touching(spell.start, spell.end)]
    return list(cut(spell.start, spell.end, gone))


def _order(spell: Spell, piece: Interval, away: Absences) -> list[str]:
    """Return who owes a piece: those of the layer's order who are there, else whoever held it."""
    there = [name for name in _people(spell) if name not in away or not away[name].touching(*piece)]
    return there or [spell.technician]


def _people(spell: Spell) -> tuple[str, ...]:
    turn = spell.duty.turn
    return () if turn is None else tuple(name for name in turn.layer.participants if name != EMPTY_SLOT)


def _absences(roster: Roster) -> Absences:
    """Return the time off of the roster, as its layers read it."""
    versions = [version for level in compiled(roster).levels for version in level]
    return versions[0].absences if versions else {}
