"""Tables of what leaves and what arrives as text: the outbox, and inbound messages by the carrier's own id."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base, PhoneType, UtcDateTime
from foundation.phone import PhoneNumber


class OutboxRow(Base):
    """One thing to be asked of the carrier: a text, a cancelled call, a deleted queue; written in the transaction that decided it."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_status_due_at", "status", "due_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    """text, cancel_call, delete_queue."""
    to_phone: Mapped[PhoneNumber | None] = mapped_column(PhoneType, index=True)
    body: Mapped[str | None] = mapped_column(Text)
    target_sid: Mapped[str | None] = mapped_column(String(64))
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    validity_seconds: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(20), default="queued")
    """queued, sending, unknown, sent, delivered, undelivered, failed."""
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message_sid: Mapped[str | None] = mapped_column(String(64), index=True)
    error_code: Mapped[int | None] = mapped_column(Integer)


class InboundTextRow(Base):
    """A text that somebody sent to the service number, and what was answered."""

    __tablename__ = "inbound_texts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    message_sid: Mapped[str] = mapped_column(String(64), unique=True)
    from_text: Mapped[str] = mapped_column(String(64))
    from_phone: Mapped[PhoneNumber | None] = mapped_column(PhoneType, index=True)
    to_text: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    document: Mapped[str | None] = mapped_column(Text)
