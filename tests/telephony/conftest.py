from collections.abc import Iterator

import pytest

from foundation.clock import FrozenClock
from foundation.db import Database
from foundation.phone import PhoneNumber
from telephony.outbox import Sender
from telephony.recorder import Recorder
from tests.telephony.mailbag import MONDAY, SERVICE, STATUS


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database, once on SQLite and once on PostgreSQL."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(MONDAY)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def sender(recorder: Recorder) -> Sender:
    return Sender(recorder, PhoneNumber(SERVICE), STATUS)
