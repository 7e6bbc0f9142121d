from datetime import UTC, datetime

from sqlalchemy import select

from foundation.db import Database
from intake.tables import CallRow, ContactRow
from switchboard.apply import apply_world
from switchboard.demo import demo_world
from switchboard.world import read_texts

AT = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)
NORTHSIDE = '[[accounts]]\nkey = "northside"\ncontacts = [{ key = "dana", name = "Dana R" }]\n'


def test_a_contact_who_stays_is_still_known_to_earlier_calls(database_url: str) -> None:
    database = Database(database_url)
    with database.begin() as session:
        apply_world(session, demo_world())
        for place, contact in enumerate(session.scalars(select(ContactRow).where(ContactRow.account_id == 1))):
            called = {"direction": "inbound", "from_text": "x", "to_text": "y", "started_at": AT}
            session.add(CallRow(sid=f"CA{place}", contact_id=contact.id, **called))
    with database.begin() as session:
        apply_world(session, read_texts([("w.toml", NORTHSIDE)])[0])
    with database.read() as session:
        names = select(CallRow.sid, ContactRow.name).outerjoin(ContactRow, CallRow.contact_id == ContactRow.id)
        found = [(sid, name) for sid, name in session.execute(names.order_by(CallRow.id))]
    database.close()
    assert found == [("CA0", "Dana R"), ("CA1", None)]
