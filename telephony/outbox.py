"""What leaves for the carrier besides rings: put into the transaction that decided it, sent outside of any, at least once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.db import Database, insert_all_once, insert_once, nudge, rows_changed
from foundation.ids import new_token
from foundation.log import logger
from foundation.phone import PhoneNumber
from telephony.port import OutcomeUnknown, Telephony, TelephonyRefused, Text
from telephony.tables import OutboxRow

BATCH = 50
"""Messages that one pump sends before it comes up for air; each is claimed just before it is sent."""

UNKNOWN_AFTER = timedelta(seconds=20)
"""A claim this old belongs to a process that died: its request had at most 7 s to be answered."""

LONGEST_PAUSE = timedelta(seconds=60)
"""Pauses between tries double from 1 s up to this."""

WORTH_SENDING = timedelta(hours=1)
"""How long a message without a validity of its own is tried: after that the news in it is stale."""

PAGE_VALIDITY = 300
"""Seconds for which a page may wait at the carrier: an older one would wake somebody for nothing."""

FINAL = frozenset({"sent", "delivered", "undelivered", "failed"})

log = logger("outbox")


@dataclass(frozen=True, slots=True)
class Message:
    """A text to a person. `key` names the reason: the same key is put only once, whoever tries."""

    key: str
    to: PhoneNumber
    body: str
    context: dict[str, Any] = field(default_factory=dict)
    validity_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to be tidied up at the carrier: `cancel_call` or `delete_queue`, by the carrier's id."""

    kind: str
    sid: str


@dataclass(frozen=True, slots=True)
class Sender:
    """What the pump needs besides the database: the carrier, our number and where news of a text goes."""

    telephony: Telephony
    from_: PhoneNumber
    status_url: str
    """Address of the status webhook; the row's token is put behind it."""


def put(session: Session, at: datetime, message: Message | Wish) -> bool:
    """Write one message in the caller's transaction; returns False if this reason was told already."""
    nudge(session)
    return insert_once(session, OutboxRow, **_row(at, message))


def put_all(session: Session, at: datetime, messages: Iterable[Message]) -> None:
    """Write many texts in one statement, in the caller's transaction; reasons that were told already are passed over."""
    nudge(session)
    insert_all_once(session, OutboxRow, [_row(at, message) for message in messages])


def withdraw(session: Session, keys: str) -> int:
    """Take back the texts whose key begins with `keys` and that nobody has begun to send; returns how many those were."""
    waiting = OutboxRow.status == "queued", OutboxRow.dedupe_key.startswith(keys, autoescape=True)
    return rows_changed(session.execute(delete(OutboxRow).where(*waiting)))


def _row(at: datetime, message: Message | Wish) -> dict[str, Any]:
    fresh = {"status": "queued", "attempt": 0, "written_at": at, "due_at": at, "token": new_token()}
    if isinstance(message, Wish):
        key = f"{message.kind}:{message.sid}"
        return {"kind": message.kind, "dedupe_key": key[:200], "target_sid": message.sid, "context": {}} | fresh
    words = {"to_phone": message.to, "body": message.body[:1600], "validity_seconds": message.validity_seconds}
    return {"kind": "text", "dedupe_key": message.key[:200], "context": message.context} | words | fresh


def pump(database: Database, sender: Sender, clock: Clock) -> int:
    """Send what is due, up to a batch; returns how many were tried. Two pumps never take the same message."""
    for tried in range(BATCH):
        row = _claim(database, clock.now())
        if row is None:
            return tried
        _send(database, sender, row, clock)
    return BATCH


def _claim(database: Database, now: datetime) -> OutboxRow | None:
    """Claim the message that is due the longest. One alone: a claim that waits behind slow requests would look abandoned."""
    with database.read() as looking:
        if looking.scalar(select(OutboxRow.id).where(*_due(now)).limit(1)) is None:
            return None
    with database.begin() as session:
        due = select(OutboxRow).where(*_due(now)).order_by(OutboxRow.due_at, OutboxRow.id).limit(1)
        row = session.scalar(due.with_for_update(skip_locked=True))
        if row is not None:
            row.status, row.claimed_at, row.attempt = "sending", now, row.attempt + 1
    return row


def _due(now: datetime) -> tuple[Any, ...]:
    return OutboxRow.status == "queued", OutboxRow.due_at <= now


def _send(database: Database, sender: Sender, row: OutboxRow, clock: Clock) -> None:
    now = clock.now()
    if now >= _stale_at(row):
        log.error("message_stale", kind=row.kind, outbox=row.id, attempts=row.attempt - 1)
        _record(database, row, status="failed")
        return
    try:
        sid = _ask(sender, row, now)
    except TelephonyRefused as refusal:
        _record(database, row, **_after_refusal(row, refusal, clock.now()))
    except OutcomeUnknown as fault:
        log.warning("outcome_unknown", kind=row.kind, outbox=row.id, said=str(fault))
        _record(database, row, status="unknown")
    else:
        _record(database, row, status="sent", sent_at=clock.now(), message_sid=sid)


def _stale_at(row: OutboxRow) -> datetime:
    worth = timedelta(seconds=row.validity_seconds) if row.validity_seconds else WORTH_SENDING
    return row.written_at + worth


def _ask(sender: Sender, row: OutboxRow, now: datetime) -> str | None:
    if row.kind == "cancel_call":
        sender.telephony.cancel_call(row.target_sid or "")
        return None
    if row.kind == "delete_queue":
        sender.telephony.delete_queue(row.target_sid or "")
        return None
    return sender.telephony.text(_text(sender, row, now))


def _text(sender: Sender, row: OutboxRow, now: datetime) -> Text:
    assert row.to_phone is not None  # only texts come here, and they are written with a number
    left = max(1, int((_stale_at(row) - now).total_seconds())) if row.validity_seconds else None
    return Text(row.to_phone, sender.from_, row.body or "", f"{sender.status_url}/{row.token}", left)


def _after_refusal(row: OutboxRow, refusal: TelephonyRefused, now: datetime) -> dict[str, Any]:
    if refusal.permanent:
        log.error("message_failed", kind=row.kind, outbox=row.id, code=refusal.code, attempts=row.attempt)
        return {"status": "failed", "error_code": refusal.code}
    pause = min(timedelta(seconds=2 ** min(row.attempt - 1, 10)), LONGEST_PAUSE)
    return {"status": "queued", "error_code": refusal.code, "due_at": now + pause}


def _record(database: Database, row: OutboxRow, **values: Any) -> None:  # noqa: ANN401 - column values
    still_ours = (OutboxRow.id == row.id, OutboxRow.status == "sending", OutboxRow.attempt == row.attempt)
    with database.begin() as session:
        session.execute(update(OutboxRow).where(*still_ours).values(**values))


def settle_unknown(database: Database, sender: Sender, now: datetime) -> int:
    """Find out what became of requests whose answer never came: a text that is on the carrier's list was sent, else it is due again."""
    lost = OutboxRow.status.in_(("unknown", "sending")), OutboxRow.claimed_at <= now - UNKNOWN_AFTER
    with database.read() as looking:
        rows = list(looking.scalars(select(OutboxRow).where(*lost).limit(BATCH)))
    for row in rows:
        _settle(database, sender, row, now)
    return len(rows)


def _settle(database: Database, sender: Sender, row: OutboxRow, now: datetime) -> None:
    try:
        sid = sender.telephony.text_to(row.to_phone, row.body or "", row.claimed_at or now) if row.to_phone else None
    except (TelephonyRefused, OutcomeUnknown) as fault:
        log.warning("cannot_settle", outbox=row.id, said=str(fault))
        return
    found: dict[str, Any] = (
        {"status": "sent", "sent_at": now, "message_sid": sid} if sid else {"status": "queued", "due_at": now}
    )
    still_lost = OutboxRow.id == row.id, OutboxRow.status == row.status, OutboxRow.attempt == row.attempt
    with database.begin() as session:
        session.execute(update(OutboxRow).where(*still_lost).values(**found))


STATES = {"queued": 0, "sending": 0, "unknown": 0, "sent": 1, "delivered": 2, "undelivered": 2, "failed": 2}
"""How far each state is: news of a text only moves it on, never back, however late or often it comes."""


def told(session: Session, token: str, message_sid: str, status: str, error_code: int | None) -> OutboxRow | None:
    """Take the carrier's news of a text; returns the row if this news was new and final."""
    row = session.scalar(select(OutboxRow).where(OutboxRow.token == token).with_for_update())
    if row is None or STATES.get(status, 0) <= STATES[row.status]:
        return None
    row.status, row.message_sid, row.error_code = status, message_sid or row.message_sid, error_code
    session.flush()
    return row if STATES[status] > 1 else None
