from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.house import House, opened_house


@pytest.fixture
def house(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[House]:
    """The house as real processes, once on SQLite and once on PostgreSQL; a failed test shows what they said."""
    with opened_house(database_url, tmp_path) as opened:
        yield opened
        print(opened.words())
