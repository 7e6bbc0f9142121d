"""Tables of who is on duty: technicians, rosters with layers, overrides and time off, and the handovers told."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
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
