"""The audit: every change that a person makes, with who, when, before, after and why; appended, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.db import Base, UtcDateTime


class AuditRow(Base):
    """One change of one record."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_kind_key", "kind", "key"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(200))
    before: Mapped[Any] = mapped_column(JSON)
    after: Mapped[Any] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(Text)


def record(
    session: Session,
    at: datetime,
    actor: str,
    subject: tuple[str, str],
    before: object,
    after: object,
    reason: str | None = None,
) -> None:
    """Append one change. `subject` is the kind of record and its key; `before` and `after` are JSON values, None for absent."""
    kind, key = subject
    session.add(AuditRow(at=at, actor=actor, kind=kind, key=key, before=before, after=after, reason=reason))


def history(session: Session, kind: str, key: str) -> list[AuditRow]:
    """Load the changes of one record, the oldest first."""
    of_it = AuditRow.kind == kind, AuditRow.key == key
    return list(session.scalars(select(AuditRow).where(*of_it).order_by(AuditRow.id)))
