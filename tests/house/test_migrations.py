from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool

from switchboard.metadata import METADATA
from switchboard.schema import downgrade, is_current, upgrade


def tables(database_url: str) -> set[str]:
    engine = create_engine(database_url, poolclass=NullPool)
    return set(inspect(engine).get_table_names())


def test_the_schema_comes_up_from_nothing(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    assert tables(empty_database_url) == set(METADATA.tables) | {"alembic_version"}


def test_the_schema_goes_down_to_nothing_and_up_again(database_url: str) -> None:
    downgrade(database_url)
    assert tables(database_url) == {"alembic_version"}
    upgrade(database_url)
    assert tables(database_url) == set(METADATA.tables) | {"alembic_version"}


def test_the_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_bringing_up_a_schema_that_is_up_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
    assert is_current(database_url)


def test_an_empty_database_is_not_current(empty_database_url: str) -> None:
    assert not is_current(empty_database_url)
