"""Messages for the tests of the outbox, and a look into its table."""

from datetime import UTC, datetime

from sqlalchemy import select

from foundation.db import Database
from foundation.phone import PhoneNumber
from telephony.outbox import Message, Wish, put
from telephony.tables import OutboxRow

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SERVICE = "+12025550100"
SAM = PhoneNumber("+12025550141")
KIM = PhoneNumber("+12025550142")
STATUS = "https://line.example/webhooks/sms/status"


def page(
    key: str = "page:1:sam", to: PhoneNumber = SAM, body: str = "CRITICAL 104283", validity: int | None = 300
) -> Message:
    return Message(key, to, body, {"case": 1}, validity)


def put_in(database: Database, *messages: Message | Wish, at: datetime = MONDAY) -> list[bool]:
    """Put messages in a transaction of their own; returns for each whether it was new."""
    with database.begin() as session:
        return [put(session, at, message) for message in messages]


def rows(database: Database) -> list[OutboxRow]:
    with database.read() as session:
        return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def row(database: Database) -> OutboxRow:
    (only,) = rows(database)
    return only
