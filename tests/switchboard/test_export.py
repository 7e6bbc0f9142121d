"""What is exported can be applied again: to the same database without effect, to another one with the same result."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy.orm import Session

from foundation.db import Database
from switchboard.apply import apply_world
from switchboard.export import world_document, world_json, world_toml
from switchboard.metadata import METADATA
from switchboard.stored_world import load_world
from switchboard.world import read_texts
from switchboard.world_shape import Document
from tests.switchboard.conftest import Run
from tests.switchboard.worlds import worlds


def applied(session: Session, text: str) -> tuple[int, Document]:
    """Apply a file; return how many records it created or changed, and the world afterwards."""
    world, faults = read_texts([("w.toml", text)])
    outcome = apply_world(session, world, faults)
    return len(outcome.changes), world_document(load_world(session))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    opened = Database(request.getfixturevalue(f"{request.param}_database_url"))
    yield opened
    opened.close()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds())
def test_an_export_can_be_applied_again(database: Database, document: Document) -> None:
    with Session(database.engine) as session:  # never committed: each example begins with an empty database
        _, first = applied(session, world_toml(document))
        as_toml, as_json = world_toml(first), world_json(first)
        assert [applied(session, text) for text in (as_toml, as_json)] == [(0, first), (0, first)]
        for table in reversed(METADATA.sorted_tables):
            session.execute(table.delete())
        session.expire_all()
        _, again = applied(session, as_toml)
    assert again == first


def test_an_empty_database_exports_an_empty_file(run: Run) -> None:
    assert run("export").stdout == ""
    assert run("export", "--json").stdout == "{}\n"


def test_the_export_is_written_as_people_write_it(run_cast: Run) -> None:
    lines = run_cast("export").stdout.splitlines()
    at = lines.index('key = "northside"')
    assert lines[at - 1 : at + 9] == [
        "[[accounts]]",
        'key = "northside"',
        'number = "204517"',
        'name = "Northside Clinic"',
        'time_zone = "America/New_York"',
        "pin_required = false",
        "contracts = [",
        '  { tier = "premium", starts = "2024-01-01", ends = "2035-12-31" },',
        "]",
        "contacts = [",
    ]
