"""The duty managers, as texts about rosters reach them."""

from datetime import datetime

from sqlalchemy.orm import Session

from oncall.resolver import on_duty
from oncall.store import Technician, load_roster, load_technicians
from oncall.swaps import participants

MANAGERS = "managers"
"""The roster of the duty managers (docs/glossary.md)."""


def duty_managers(session: Session, at: datetime) -> list[Technician]:
    """Find the managers on duty; where nobody is, everybody in the order of their roster: somebody shall hear."""
    roster = load_roster(session, MANAGERS)
    if roster is None:
        return []
    people = load_technicians(session)
    keys = [duty.technician for duty in on_duty(roster, at)] or participants(roster)
    return [people[key] for key in keys if key in people]
