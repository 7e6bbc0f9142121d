"""What is on record of how people can be reached: verifications, drills, rings and texts."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oncall.readiness import Contactability
from oncall.tables import DrillRow, TechnicianRow, VerificationRow

DECIDED = ("ready", "silent", "offered")


def contactability(session: Session) -> dict[str, Contactability]:
    """Load what is known of everybody's handset, by key."""
    drills = {d.technician: d.state for d in _decided(session)}
    return {row.key: _known(row, drills.get(row.key)) for row in session.scalars(select(TechnicianRow))}


def _decided(session: Session) -> list[DrillRow]:
    return list(session.scalars(select(DrillRow).where(DrillRow.state.in_(DECIDED)).order_by(DrillRow.id)))


def _known(row: TechnicianRow, last_drill: str | None) -> Contactability:
    verified = row.phone_verified_at is not None, row.texts_verified_at is not None
    return Contactability(*verified, texts_refused=row.texts_refused, last_drill=last_drill)


def open_drill(session: Session, technician: str) -> DrillRow | None:
    """Load the newest drill that waits for this person's answer."""
    waiting = DrillRow.technician == technician, DrillRow.state.in_(("asked", "silent", "offered"))
    return session.scalar(select(DrillRow).where(*waiting).order_by(DrillRow.id.desc()).limit(1).with_for_update())


def open_verification(session: Session, technician: str, channel: str, at: datetime) -> VerificationRow | None:
    """Load the newest code that was sent to this person and still holds."""
    holds = (
        VerificationRow.technician == technician,
        VerificationRow.channel == channel,
        VerificationRow.verified_at.is_(None),
        VerificationRow.expires_at > at,
    )
    return session.scalar(
        select(VerificationRow).where(*holds).order_by(VerificationRow.id.desc()).limit(1).with_for_update()
    )
