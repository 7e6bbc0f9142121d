import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.house import House, opened_house


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """The house as real processes, once on SQLite and once on PostgreSQL; a failed test shows what they said."""
    with opened_house(database_url, tmp_path) as opened:
        yield opened
        sys.stderr.write(opened.words())


@pytest.fixture
def postgresql_house(postgresql_database_url: str, tmp_path: Path) -> Iterator[House]:
    """The same on PostgreSQL alone, the database that several clock processes are meant for."""
    with opened_house(postgresql_database_url, tmp_path) as opened:
        yield opened
        sys.stderr.write(opened.words())
