"""Past hunts and known holidays out of the database, as the frozen facts that reports and replays read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.windows import Closure, parse_closures
from intake.tables import CaseRow
from oncall.reports import Rang
from oncall.tables import RosterRow
from routing.hunt import Mode
from routing.replay import NamedStep, PastCall
from routing.store import CRITICAL_POLICY, SHIPPED_STEPS
from routing.tables import CalendarRow, EscalationPolicyRow, HuntRow, LegRow


def rang_between(session: Session, start: datetime, end: datetime) -> tuple[Rang, ...]:
    """Load every ring of a technician's handset in [start, end); taken is the leg that won its hunt and was joined."""
    legs = (
        select(LegRow.technician, LegRow.placed_at, LegRow.id == HuntRow.winner_leg_id, HuntRow.bridged_at)
        .join(HuntRow, LegRow.hunt_id == HuntRow.id)
        .where(LegRow.placed_at >= start, LegRow.placed_at < end)
        .order_by(LegRow.placed_at, LegRow.id)
    )
    return tuple(
        Rang(technician, at, bool(is_winner) and bridged_at is not None)
        for technician, at, is_winner, bridged_at in session.execute(legs)
        if at is not None
    )


def calls_between(session: Session, start: datetime, end: datetime) -> tuple[PastCall, ...]:
    """Load every hunt that began in [start, end), the oldest first."""
    in_range = HuntRow.started_at >= start, HuntRow.started_at < end
    hunts = session.execute(
        select(HuntRow, CaseRow.number)
        .join(CaseRow, HuntRow.case_id == CaseRow.id)
        .where(*in_range)
        .order_by(HuntRow.id)
    )
    rung: dict[int, list[LegRow]] = {}
    placed = select(LegRow).join(HuntRow, LegRow.hunt_id == HuntRow.id).where(*in_range, LegRow.placed_at.is_not(None))
    for leg in session.scalars(placed.order_by(LegRow.placed_at, LegRow.id)):
        rung.setdefault(leg.hunt_id, []).append(leg)
    return tuple(_past(hunt, number, rung.get(hunt.id, [])) for hunt, number in hunts)


def _past(hunt: HuntRow, number: str | None, legs: Iterable[LegRow]) -> PastCall:
    listed = list(legs)
    winner = next((leg.technician for leg in listed if leg.id == hunt.winner_leg_id), None)
    rung = tuple((leg.wave, leg.technician) for leg in listed)
    return PastCall(hunt.started_at, number, rung, None if hunt.bridged_at is None else winner)


def critical_policy(session: Session) -> tuple[NamedStep, ...]:
    """Load the steps by which a critical call rings people, as written; the shipped ones where none are."""
    row = session.get(EscalationPolicyRow, CRITICAL_POLICY)
    steps: list[dict[str, Any]] = SHIPPED_STEPS if row is None else row.steps
    return tuple(NamedStep(tuple(step["ring"]), Mode(step.get("mode", "in_order"))) for step in steps)


def known_holidays(session: Session) -> tuple[Closure, ...]:
    """Load the holidays of every calendar and every roster, each date once: the days that this organisation calls so."""
    written = [*session.scalars(select(CalendarRow.holidays)), *session.scalars(select(RosterRow.holidays))]
    return tuple(dict.fromkeys(closure for dates in written for closure in parse_closures(dates)))
