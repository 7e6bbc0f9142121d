"""What every test may ask for: a migrated database of its own, on SQLite, on PostgreSQL, or once on each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Yard, postgresql_copy, sqlite_copy, sqlite_url

KINDS = ("sqlite", "postgresql")

YARD = pytest.StashKey[Yard]()


def pytest_configure(config: pytest.Config) -> None:
    """Open the folder that all processes of this run share, or enter it; tidy up after runs that were killed."""
    given = getattr(config, "workerinput", {}).get("yard")
    if not given:
        for yard in Yard.left_behind():
            yard.close()
    config.stash[YARD] = Yard(Path(given)) if given else Yard.opened()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a process that runs part of the tests where the shared folder is."""
    node.workerinput["yard"] = str(node.config.stash[YARD].folder)  # type: ignore[attr-defined]  # pytest-xdist has no types


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[YARD].close()


@pytest.fixture(scope="session")
def yard(pytestconfig: pytest.Config) -> Yard:
    """The folder shared by all processes of this run."""
    return pytestconfig.stash[YARD]


@pytest.fixture
def sqlite_database_url(yard: Yard, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated SQLite file of this test's own."""
    with sqlite_copy(yard, tmp_path) as url:
        yield url


@pytest.fixture
def postgresql_database_url(yard: Yard) -> Iterator[str]:
    """The address of a migrated PostgreSQL database of this test's own."""
    with postgresql_copy(yard, yard.postgresql_template()) as url:
        yield url


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database of this test's own; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_database_url")
    return url


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest, yard: Yard, tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it; the test runs once on each kind."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "empty.db")
        return
    with postgresql_copy(yard, "template0") as url:
        yield url
