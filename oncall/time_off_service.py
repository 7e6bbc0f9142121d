"""Absences put on rosters: all of them in one transaction or none, each roster's change on record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.errors import NotFound, Refused
from oncall.layers import Roster, parse_roster
from oncall.report_store import people_names
from oncall.store import load_rosters, roster_data
from oncall.tables import RosterRow, TimeOffRow
from oncall.time_off import TimeOffPlan, plan_time_off
from oncall.time_off_import import Absence


@dataclass(frozen=True, slots=True)
class Import:
    """Absences of one person for some rosters; `source` says in the audit where they come from."""

    technician: str
    rosters: tuple[str, ...]
    absences: tuple[Absence, ...]
    source: str


def plan_import(session: Session, wanted: Import) -> tuple[TimeOffPlan, ...]:
    """Decide what an import would do. NotFound for an unknown person or roster, Refused for a roster they are not in."""
    names = people_names(session)
    if wanted.technician not in names:
        raise NotFound("technician_unknown", key=wanted.technician, known=", ".join(names) or "none yet")
    return tuple(_plan(session, key, wanted) for key in dict.fromkeys(wanted.rosters))


def _plan(session: Session, key: str, wanted: Import) -> TimeOffPlan:
    roster = parse_roster(roster_data(_row(session, key)))
    if not _is_in(roster, wanted.technician):
        raise Refused("technician_not_on_roster", technician=wanted.technician, roster=key)
    return plan_time_off(roster, wanted.technician, wanted.absences)


def _is_in(roster: Roster, technician: str) -> bool:
    return any(technician in layer.participants for layer in roster.layers)


def _row(session: Session, key: str) -> RosterRow:
    """Load a roster and hold it: two imports for it go one after the other."""
    row = session.scalar(select(RosterRow).where(RosterRow.key == key).with_for_update())
    if row is None:
        known = ", ".join(roster.key for roster in load_rosters(session)) or "none yet"
        raise NotFound("roster_unknown", key=key, known=known)
    return row


def put_time_off(session: Session, at: datetime, wanted: Import, plans: Iterable[TimeOffPlan], actor: str) -> None:
    """Write what the plans, made in the same transaction, hold as new; a roster without anything new is left alone."""
    for plan in plans:
        if not plan.entries:
            continue
        row = _row(session, plan.roster)
        before = roster_data(row)["time_off"]
        row.time_off.extend(TimeOffRow(technician=e.technician, start=e.start, end=e.end) for e in plan.entries)
        session.flush()
        after = roster_data(row)["time_off"]
        reason = f"time off of {wanted.technician} imported from {wanted.source}"
        record(session, at, actor, ("roster", plan.roster), {"time_off": before}, {"time_off": after}, reason)
