import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, inspect

from tests.databases import NAME, Yard


def test_a_test_gets_a_migrated_database_of_its_own(database_url: str) -> None:
    engine = create_engine(database_url)
    tables = inspect(engine).get_table_names()
    engine.dispose()
    assert "alembic_version" in tables


def test_an_empty_database_is_empty(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    tables = inspect(engine).get_table_names()
    engine.dispose()
    assert tables == []


def test_two_tests_never_share_a_database(sqlite_database_url: str, postgresql_database_url: str) -> None:
    assert sqlite_database_url != postgresql_database_url


def test_the_folder_of_a_killed_run_is_found() -> None:
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    with tempfile.TemporaryDirectory(prefix=f"{NAME}-{killed.pid}-") as folder:
        assert Yard(Path(folder)) in set(Yard.left_behind())


def test_the_folder_of_this_run_is_left_alone(yard: Yard) -> None:
    assert yard not in set(Yard.left_behind())
