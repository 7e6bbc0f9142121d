"""Whom a layer puts on duty by itself: its shifts, cut to the hours in which it counts, less time off.

One `LayerVersion` is one version of a layer with its times resolved. Its answers are stretches of one person each,
before any override and before layers are ranked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from foundation.windows import Always, Coverage, Interval, merged, open_intervals
from oncall.duty import OnDuty, Stretch, Turn
from oncall.layers import EMPTY_SLOT, Layer
from oncall.rotation import Rotation, Shift
from oncall.timetable import Timetable, bare, common
from oncall.turns import CoveredTurns

Absences = Mapping[str, Timetable[Interval]]
"""Time off by technician, merged."""


@dataclass(frozen=True, slots=True)
class Question:
    """The time that is asked about, and the roster's coverage in it."""

    start: datetime
    end: datetime
    roster_open: Sequence[Interval]
    _hours: dict[tuple[Coverage, ZoneInfo], list[Interval]] = field(default_factory=dict, repr=False, compare=False)

    def hours(self, coverage: Coverage, zone: ZoneInfo) -> list[Interval]:
        """Return the open time of some coverage, worked out once for all the layers that share it."""
        if (coverage, zone) not in self._hours:
            self._hours[coverage, zone] = open_intervals(coverage, zone, self.start, self.end)
        return self._hours[coverage, zone]


@dataclass(frozen=True, slots=True)
class LayerVersion:
    """A version of a layer, ready to be asked; `covered` counts its turns if they are covered ones."""

    layer: Layer
    rotation: Rotation
    in_force: Interval
    covered: CoveredTurns | None
    absences: Absences
    outranked: tuple[tuple[str, Interval], ...]
    roster_zone: ZoneInfo

    def stretches(self, question: Question, free: Sequence[Interval]) -> Iterator[Stretch]:
        """Yield who is on duty in the parts of `free`, a part of the question's open time, that this version covers."""
        if not self.layer.participants:
            return
        mine = self._cut_to_coverage(question, list(common(free, [self.in_force])))
        for shift, turn, pieces in self._turns(question, mine):
            for piece in pieces:
                yield from self._holders(shift, turn, piece)

    def _turns(self, question: Question, mine: Sequence[Interval]) -> Iterator[tuple[Shift, int, Iterable[Interval]]]:
        """Yield each shift with its turn and its pieces of `mine`.

        Covered turns go up by one with each covered shift, so for them every open hour is walked, taken or not.
        """
        if self.covered is None or not mine:
            for shift, pieces in self._by_shift(mine):
                yield shift, shift.n, pieces
            return
        whole = list(common(question.roster_open, [Interval(mine[0].start, mine[-1].end)]))
        turn, timetable = None, Timetable(mine)
        for shift, pieces in self._by_shift(self._cut_to_coverage(question, whole)):
            turn = self.covered.turn(shift.n) if turn is None else turn + 1
            yield shift, turn, common(pieces, timetable.touching(pieces[0].start, pieces[-1].end))

    def _cut_to_coverage(self, question: Question, pieces: Sequence[Interval]) -> Sequence[Interval]:
        if isinstance(self.layer.coverage, Always) or not pieces:
            return pieces
        return list(common(question.hours(self.layer.coverage, self.rotation.zone), pieces))

    def _by_shift(self, pieces: Iterable[Interval]) -> Iterator[tuple[Shift, list[Interval]]]:
        """Yield, in order, each shift that holds some of the pieces, with what it holds of them."""
        shift, held = None, list[Interval]()
        for piece in pieces:
            for holder in self._shifts(piece, shift):
                if shift is not None and holder.n != shift.n:
                    yield shift, held
                    held = []
                shift = holder
                held.append(Interval(max(piece.start, shift.start), min(piece.end, shift.end)))
        if shift is not None:
            yield shift, held

    def _shifts(self, piece: Interval, last: Shift | None) -> Iterator[Shift]:
        """Yield the shifts that touch a piece; the last one seen often still holds all of it."""
        if last is not None and piece.end <= last.end:
            return iter((last,))
        return self.rotation.shifts(piece.start, piece.end)

    def _holders(self, shift: Shift, number: int, piece: Interval) -> Iterator[Stretch]:
        """Yield the owner of the turn, or where they are away the next in order who is not."""
        people = self.layer.participants
        position = number % len(people)
        owner = people[position]
        if owner == EMPTY_SLOT:
            return
        order = people[position:] + people[:position] if owner in self.absences else (owner,)
        for part, technician, away in sorted(self._present(order, piece, ())):
            turn = Turn(self.layer, self.rotation, shift, number, owner, away, self.outranked)
            duty = OnDuty(technician, self.layer.key, shift.start, shift.end, self.roster_zone, turn)
            yield Stretch(*part, (duty,))

    def _present(
        self, order: tuple[str, ...], piece: Interval, away: tuple[str, ...]
    ) -> Iterator[tuple[Interval, str, tuple[str, ...]]]:
        """Yield the parts of a piece, each with the first of the order who is there and those passed over."""
        if not order:
            return
        technician, rest = order[0], order[1:]
        if technician == EMPTY_SLOT or technician in away:
            yield from self._present(rest, piece, away)
            return
        gone = self.absences[technician].touching(*piece) if technician in self.absences else []
        yield from ((part, technician, away) for part in bare([piece], gone))
        for part in common([piece], gone):
            yield from self._present(rest, part, (*away, technician))


def absences(periods: Iterable[tuple[str, Interval]]) -> Absences:
    """Return the time off of each technician, overlapping periods as one."""
    by_technician: dict[str, list[Interval]] = {}
    for technician, period in periods:
        by_technician.setdefault(technician, []).append(period)
    return {technician: Timetable(merged(sorted(gone))) for technician, gone in by_technician.items()}
