from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Yard, sqlite_copy
from tests.webhooks.door import Door, open_house


@pytest.fixture
def door(database_url: str, tmp_path: Path) -> Iterator[Door]:
    """The application behind its door, once on SQLite and once on PostgreSQL, with the standing cast in it."""
    built = open_house(database_url, tmp_path)
    yield built
    built.close()


@pytest.fixture
def sqlite_door(sqlite_database_url: str, tmp_path: Path) -> Iterator[Door]:
    """The same, on SQLite alone, for what does not depend on the database."""
    built = open_house(sqlite_database_url, tmp_path)
    yield built
    built.close()


@pytest.fixture
def twin(yard: Yard, tmp_path: Path) -> Iterator[Door]:
    """A second house of the same kind, to compare with: what happens in one must be what happens in the other."""
    folder = tmp_path / "twin"
    folder.mkdir()
    with sqlite_copy(yard, folder) as url:
        built = open_house(url, folder)
        yield built
        built.close()
