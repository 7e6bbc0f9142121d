"""Tables of what came in: accounts, contracts, contacts, cases with their events, calls with theirs, recordings."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base, PhoneType, UtcDateTime
from foundation.phone import PhoneNumber


class AccountRow(Base):
    """A customer: one organisation with its number to key in and its own time zone."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(64))
    language: Mapped[str | None] = mapped_column(String(10))
    pin: Mapped[str | None] = mapped_column(String(20))
    pin_required: Mapped[bool] = mapped_column(Boolean, default=False)
    csm: Mapped[str | None] = mapped_column(String(80))


class ContractRow(Base):
    """A Service Maintenance Agreement: a tier and two dates, both inclusive, local to the account."""

    __tablename__ = "contracts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    tier: Mapped[str] = mapped_column(String(20))
    starts: Mapped[date] = mapped_column(Date)
    ends: Mapped[date] = mapped_column(Date)


class ContactRow(Base):
    """A person at an account; one number may belong to contacts of several accounts."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[PhoneNumber | None] = mapped_column(PhoneType, index=True)
    email: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(10))


class CaseRow(Base):
    """A case: what is wrong, how bad, whose it is, and the instants promised."""

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_status_response_due", "status", "response_due"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str | None] = mapped_column(String(20), unique=True)
    source: Mapped[str] = mapped_column(String(20), default="phone")
    severity: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20), default="new")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"))
    tier: Mapped[str] = mapped_column(String(20))
    """Snapshot of the entitlement when the case opened: a tier, `none` or `unidentified`."""
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    clock: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    response_due: Mapped[datetime | None] = mapped_column(UtcDateTime)
    update_due: Mapped[datetime | None] = mapped_column(UtcDateTime)
    promise: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The service level as it was when the case opened: targets, calendar and zone, to explain and rebuild the due instants."""
    technician: Mapped[str | None] = mapped_column(String(80))
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    responded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    call_sid: Mapped[str | None] = mapped_column(String(64), index=True)
    caller_phone: Mapped[PhoneNumber | None] = mapped_column(PhoneType)
    callback_phone: Mapped[PhoneNumber | None] = mapped_column(PhoneType)
    problem: Mapped[str | None] = mapped_column(Text)
    courtesy: Mapped[bool] = mapped_column(Boolean, default=False)
    desk_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """Timer: when the case desk is to be told of this case; empty once it was."""


class CaseEventRow(Base):
    """One line of a case's history; appended, never changed."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str | None] = mapped_column(String(80))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class CallRow(Base):
    """A call that talks to a flow, the caller's or a technician's leg: where it stands and the last document it was given."""

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_direction_started_at", "direction", "started_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sid: Mapped[str] = mapped_column(String(64), unique=True)
    direction: Mapped[str] = mapped_column(String(10))
    from_text: Mapped[str] = mapped_column(String(64))
    from_phone: Mapped[PhoneNumber | None] = mapped_column(PhoneType)
    to_text: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end: Mapped[str | None] = mapped_column(String(30))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id", ondelete="SET NULL"), index=True)
    place: Mapped[str | None] = mapped_column(Text)
    turn: Mapped[int] = mapped_column(Integer, default=0)
    document: Mapped[str | None] = mapped_column(Text)


class CallEventRow(Base):
    """One thing heard or done on a call, in order: the material of the transcript."""

    __tablename__ = "call_events"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    call_sid: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class RecordingRow(Base):
    """A recording at the carrier and what it belongs to; its sound stays there until it is fetched."""

    __tablename__ = "recordings"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sid: Mapped[str] = mapped_column(String(64), unique=True)
    call_sid: Mapped[str] = mapped_column(String(64), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id", ondelete="SET NULL"), index=True)
    purpose: Mapped[str] = mapped_column(String(30))
    url: Mapped[str] = mapped_column(String(500))
    seconds: Mapped[int] = mapped_column(Integer, default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
