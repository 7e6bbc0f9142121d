"""On-call records out of the database, as the frozen values that the resolver reads."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.phone import PhoneNumber
from oncall.layers import Roster, parse_roster
from oncall.tables import LayerRow, RosterRow, TechnicianRow


@dataclass(frozen=True, slots=True)
class Technician:
    """A person who can be rung and texted."""

    key: str
    name: str
    phone: PhoneNumber
    text_phone: PhoneNumber
    texts_refused: bool


def load_roster(session: Session, key: str) -> Roster | None:
    """Load one roster, or nothing if there is none of that key."""
    row = session.scalar(select(RosterRow).where(RosterRow.key == key))
    return None if row is None else parse_roster(roster_data(row))


def load_rosters(session: Session) -> list[Roster]:
    """Load every roster, by key."""
    return [parse_roster(roster_data(row)) for row in session.scalars(select(RosterRow).order_by(RosterRow.key))]


def roster_data(row: RosterRow) -> dict[str, Any]:
    """Write a stored roster in the shape of the world file."""
    return {
        "key": row.key,
        "name": row.name,
        "time_zone": row.time_zone,
        "coverage": row.coverage,
        "holidays": row.holidays,
        "layers": [_layer_data(layer) for layer in row.layers],
        "overrides": [_given(o, "kind", "technician", "replaces", "start", "end") for o in row.overrides],
        "time_off": [_given(t, "technician", "start", "end") for t in row.time_off],
    }


def _layer_data(row: LayerRow) -> dict[str, Any]:
    names = (
        "key",
        "priority",
        "unit",
        "length",
        "start",
        "turns",
        "coverage",
        "participants",
        "effective_from",
        "time_zone",
    )
    return _given(row, *names)


def _given(row: object, *names: str) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(row, name)) is not None}


def load_technicians(session: Session) -> dict[str, Technician]:
    """Load everybody who can be rung, by key."""
    return {row.key: _technician(row) for row in session.scalars(select(TechnicianRow).order_by(TechnicianRow.id))}


def technician_by_phone(session: Session, phone: PhoneNumber) -> Technician | None:
    """Find the person whose handset this is, by the voice number or the number for texts."""
    theirs = (TechnicianRow.phone == phone) | (TechnicianRow.sms_phone == phone)
    row = session.scalar(select(TechnicianRow).where(theirs).order_by(TechnicianRow.id).limit(1))
    return None if row is None else _technician(row)


def _technician(row: TechnicianRow) -> Technician:
    return Technician(row.key, row.name, row.phone, row.sms_phone or row.phone, row.texts_refused)
