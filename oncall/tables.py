"""Tables of who is on duty: technicians, rosters with layers, overrides and time off, and the handovers told."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.db import Base, PhoneType, UtcDateTime
from foundation.phone import PhoneNumber


class TechnicianRow(Base):
    """A person who can be rung: technician, duty manager or leader alike."""

    __tablename__ = "technicians"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[PhoneNumber] = mapped_column(PhoneType, index=True)
    sms_phone: Mapped[PhoneNumber | None] = mapped_column(PhoneType)
    email: Mapped[str | None] = mapped_column(String(200))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    texts_refused: Mapped[bool] = mapped_column(Boolean, default=False)
    phone_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    texts_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remind_hours: Mapped[list[int] | None] = mapped_column(JSON)
    """How many hours before a shift to be reminded; nothing means the shipped default, an empty list means never."""
    drill: Mapped[str | None] = mapped_column(String(10))
    """How to be asked before a shift: text, call or none; nothing means the shipped default."""


class RosterRow(Base):
    """A roster: its zone, its coverage, and the rules beneath it."""

    __tablename__ = "rosters"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(64))
    coverage: Mapped[Any] = mapped_column(JSON)
    holidays: Mapped[list[Any]] = mapped_column(JSON, default=list)

    layers: Mapped[list["LayerRow"]] = relationship(
        order_by="LayerRow.position", cascade="all, delete-orphan", lazy="selectin"
    )
    overrides: Mapped[list["OverrideRow"]] = relationship(
        order_by="OverrideRow.id", cascade="all, delete-orphan", lazy="selectin"
    )
    time_off: Mapped[list["TimeOffRow"]] = relationship(
        order_by="TimeOffRow.id", cascade="all, delete-orphan", lazy="selectin"
    )


class LayerRow(Base):
    """One version of a layer: a rotation, its anchor, its people in order; times as written, in wall clock."""

    __tablename__ = "roster_layers"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    roster_id: Mapped[int] = mapped_column(ForeignKey("rosters.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(80))
    priority: Mapped[int] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(10))
    length: Mapped[int] = mapped_column(Integer)
    start: Mapped[str] = mapped_column(String(40))
    turns: Mapped[str] = mapped_column(String(10))
    coverage: Mapped[Any] = mapped_column(JSON)
    participants: Mapped[list[str]] = mapped_column(JSON)
    effective_from: Mapped[str | None] = mapped_column(String(40))
    time_zone: Mapped[str | None] = mapped_column(String(64))


class OverrideRow(Base):
    """An exception to the rotation: somebody added, removed or put in another's place for a while."""

    __tablename__ = "roster_overrides"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    roster_id: Mapped[int] = mapped_column(ForeignKey("rosters.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    technician: Mapped[str] = mapped_column(String(80))
    replaces: Mapped[str | None] = mapped_column(String(80))
    start: Mapped[str] = mapped_column(String(40))
    end: Mapped[str] = mapped_column(String(40))
    source: Mapped[str | None] = mapped_column(String(20))
    """How it came about: cover, swap, takeover; nothing for one that was written down."""
    request_id: Mapped[int | None] = mapped_column(Integer)
    created_by: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)


class TimeOffRow(Base):
    """A technician's absence from one roster."""

    __tablename__ = "roster_time_off"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    roster_id: Mapped[int] = mapped_column(ForeignKey("rosters.id", ondelete="CASCADE"), index=True)
    technician: Mapped[str] = mapped_column(String(80))
    start: Mapped[str] = mapped_column(String(40))
    end: Mapped[str] = mapped_column(String(40))


class RosterWatchRow(Base):
    """How far a roster's handovers have been told, and who was last told to be on duty; moved on by conditional UPDATE."""

    __tablename__ = "roster_watches"

    roster_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    told_until: Mapped[datetime] = mapped_column(UtcDateTime)
    people: Mapped[list[str]] = mapped_column(JSON, default=list)
    reminded_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    drilled_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    guarded_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HandoverRow(Base):
    """A handover that was told, once: when it was due, when it was told, who came and who went."""

    __tablename__ = "handovers"
    __table_args__ = (UniqueConstraint("roster_key", "at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    roster_key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    incoming: Mapped[list[str]] = mapped_column(JSON)
    outgoing: Mapped[list[str]] = mapped_column(JSON)
    why: Mapped[str | None] = mapped_column(Text)


class CoverRequestRow(Base):
    """A request that somebody else takes a shift or a part of one; with a return shift it is a swap."""

    __tablename__ = "cover_requests"
    __table_args__ = (Index("ix_cover_requests_state_next_at", "state", "next_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    roster_key: Mapped[str] = mapped_column(String(80), index=True)
    asked_by: Mapped[str] = mapped_column(String(80))
    on_behalf_by: Mapped[str | None] = mapped_column(String(200))
    start: Mapped[datetime] = mapped_column(UtcDateTime)
    end: Mapped[datetime] = mapped_column(UtcDateTime)
    return_start: Mapped[datetime | None] = mapped_column(UtcDateTime)
    return_end: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Whom it was put to; empty means anybody of the roster."""
    reason: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    """open, accepted, expired, withdrawn, refused."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminders: Mapped[int] = mapped_column(Integer, default=0)
    accepted_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_how: Mapped[str | None] = mapped_column(Text)


class CoverReplyRow(Base):
    """What one person said to a request."""

    __tablename__ = "cover_replies"
    __table_args__ = (UniqueConstraint("request_id", "technician"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("cover_requests.id", ondelete="CASCADE"))
    technician: Mapped[str] = mapped_column(String(80))
    answer: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    channel: Mapped[str] = mapped_column(String(20))


class VerificationRow(Base):
    """A code sent to a handset, to prove that it is the technician's."""

    __tablename__ = "verifications"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    technician: Mapped[str] = mapped_column(String(80), index=True)
    channel: Mapped[str] = mapped_column(String(10))
    phone: Mapped[PhoneNumber] = mapped_column(PhoneType)
    code: Mapped[str] = mapped_column(String(10))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DrillRow(Base):
    """The question before a shift whether its person can be reached, and what came of it."""

    __tablename__ = "drills"
    __table_args__ = (
        UniqueConstraint("roster_key", "technician", "shift_start"),
        Index("ix_drills_state_next_at", "state", "next_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    roster_key: Mapped[str] = mapped_column(String(80))
    technician: Mapped[str] = mapped_column(String(80))
    shift_start: Mapped[datetime] = mapped_column(UtcDateTime)
    channel: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20))
    """planned, asked, ready, silent, offered, excused."""
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deadline_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    how: Mapped[str | None] = mapped_column(String(20))
    call_sid: Mapped[str | None] = mapped_column(String(64))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FeedRow(Base):
    """An address of a calendar, of one person's shifts or of a roster; whoever has the token may read it until it is revoked."""

    __tablename__ = "calendar_feeds"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    technician: Mapped[str | None] = mapped_column(String(80), index=True)
    roster_key: Mapped[str | None] = mapped_column(String(80), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
