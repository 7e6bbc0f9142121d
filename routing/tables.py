"""Tables of how they meet: policies, service levels, hunts and their legs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base, PhoneType, UtcDateTime
from foundation.phone import PhoneNumber


class PolicyRow(Base):
    """One of the organisation's switches, such as `uncovered_critical`."""

    __tablename__ = "policies"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class EscalationPolicyRow(Base):
    """Who is rung in which order: steps as written in the world file."""

    __tablename__ = "escalation_policies"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    steps: Mapped[list[Any]] = mapped_column(JSON)
    rounds: Mapped[int] = mapped_column(Integer)


class CalendarRow(Base):
    """Opening hours of a service level; zone `account` means the customer's own."""

    __tablename__ = "calendars"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    zone: Mapped[str] = mapped_column(String(64))
    mode: Mapped[str] = mapped_column(String(10))
    windows: Mapped[list[Any]] = mapped_column(JSON, default=list)
    holidays: Mapped[list[Any]] = mapped_column(JSON, default=list)


class ServiceLevelRow(Base):
    """What a tier promises for a severity: first response and update targets, on a calendar."""

    __tablename__ = "service_levels"

    tier: Mapped[str] = mapped_column(String(20), primary_key=True)
    severity: Mapped[str] = mapped_column(String(20), primary_key=True)
    response: Mapped[str] = mapped_column(String(20))
    update: Mapped[str] = mapped_column(String(20))
    calendar: Mapped[str] = mapped_column(String(80))


class HuntRow(Base):
    """The search for a person for one critical case; `next_at` is its timer."""

    __tablename__ = "hunts"
    __table_args__ = (Index("ix_hunts_next_at", "next_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    call_sid: Mapped[str | None] = mapped_column(String(64), index=True)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ceiling_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(20))
    """hunting, won, left, abandoned, voicemail, done."""
    wave: Mapped[int] = mapped_column(Integer, default=-1)
    chase_pass: Mapped[int] = mapped_column(Integer, default=0)
    chase_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    winner_leg_id: Mapped[int | None] = mapped_column(Integer)
    won_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_how: Mapped[str | None] = mapped_column(String(20))
    """ceiling, voicemail, call_back, fixed, hung_up, never_held."""
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    queue_sid: Mapped[str | None] = mapped_column(String(64))
    bridged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LegRow(Base):
    """One ring of one technician's handset; the row is written before the carrier is asked, so it is never rung twice for a step."""

    __tablename__ = "legs"
    __table_args__ = (
        UniqueConstraint("hunt_id", "wave", "phone"),
        Index("ix_legs_status_place_at", "status", "place_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    hunt_id: Mapped[int] = mapped_column(ForeignKey("hunts.id"), index=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    technician: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[PhoneNumber] = mapped_column(PhoneType, index=True)
    wave: Mapped[int] = mapped_column(Integer)
    ring_seconds: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(20))
    """planned, placing, unknown, ringing, screening, accepted, bridged, declined, no_answer, busy, failed, cancelled, lost."""
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    call_sid: Mapped[str | None] = mapped_column(String(64), unique=True)
    sequence: Mapped[int] = mapped_column(Integer, default=-1)
    place_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    placed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ring_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    why: Mapped[str | None] = mapped_column(Text)


class HuntEventRow(Base):
    """One line of a hunt's history; appended, never changed."""

    __tablename__ = "hunt_events"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    hunt_id: Mapped[int] = mapped_column(ForeignKey("hunts.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class CaseClockRow(Base):
    """One clock of a case. `due_at` can be rebuilt from the case's events; `next_notice_at` is its timer."""

    __tablename__ = "case_clocks"
    __table_args__ = (UniqueConstraint("case_id", "clock"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    clock: Mapped[str] = mapped_column(String(20))
    """response, update, resolution."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Where this clock counts from: the opening, or for the update clock the last public word."""
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[str] = mapped_column(String(20))
    """running, paused, satisfied, void."""
    satisfied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    breached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_notice_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class ClockNoticeRow(Base):
    """A warning or breach that was told; the same one is never told twice."""

    __tablename__ = "clock_notices"
    __table_args__ = (UniqueConstraint("case_clock_id", "event", "version", "due_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    case_clock_id: Mapped[int] = mapped_column(ForeignKey("case_clocks.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(10))
    """50, 75, 90, breach."""
    version: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    told: Mapped[list[str]] = mapped_column(JSON, default=list)
