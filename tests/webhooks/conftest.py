"""Houses behind their doors. They are built once, for their statements stay compiled, and tidied up for every test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile

import pytest

from tests.databases import Yard, postgresql_copy, settle, sqlite_copy, sqlite_url
from tests.webhooks.door import Door, make_door, move_in, tidied

KINDS = ("sqlite", "postgresql")


@contextmanager
def house(database_url: str, folder: Path) -> Iterator[Door]:
    built = make_door(database_url, folder)
    yield built
    built.close()


@pytest.fixture(scope="session")
def peopled_file(yard: Yard, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the standing cast, to be copied."""
    folder = tmp_path_factory.mktemp("peopled")
    with sqlite_copy(yard, folder) as url:
        move_in(url)
    settle(folder / "switchboard.db")
    return folder / "switchboard.db"


@pytest.fixture
def peopled_url(peopled_file: Path, tmp_path: Path) -> str:
    """The address of a SQLite file of this test's own with the standing cast in it."""
    copyfile(peopled_file, tmp_path / "peopled.db")
    return sqlite_url(tmp_path / "peopled.db")


@pytest.fixture(scope="session")
def sqlite_house(peopled_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("sqlite")
    copyfile(peopled_file, folder / "house.db")
    with house(sqlite_url(folder / "house.db"), folder) as built:
        yield built


@pytest.fixture(scope="session")
def twin_house(peopled_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("twin")
    copyfile(peopled_file, folder / "house.db")
    with house(sqlite_url(folder / "house.db"), folder) as built:
        yield built


@pytest.fixture(scope="session")
def postgresql_house(yard: Yard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("postgresql")
    with postgresql_copy(yard, yard.postgresql_template()) as url:
        move_in(url)
        with house(url, folder) as built:
            yield built


@pytest.fixture
def sqlite_door(sqlite_house: Door) -> Door:
    """The application behind its door on SQLite, for what does not depend on the database."""
    return tidied(sqlite_house)


@pytest.fixture
def twin(twin_house: Door) -> Door:
    """A second house to compare with: what happens in one must be what happens in the other."""
    return tidied(twin_house)


@pytest.fixture(params=KINDS)
def door(request: pytest.FixtureRequest) -> Door:
    """The application behind its door, once on SQLite and once on PostgreSQL."""
    built: Door = request.getfixturevalue(f"{request.param}_house")
    return tidied(built)
