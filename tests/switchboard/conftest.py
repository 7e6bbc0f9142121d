"""The command line as a fixture, and the standing cast in a database."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from switchboard.cli import cli

Run = Callable[..., Result]

CAST = tuple(str(Path(__file__).parents[2] / "switchboard" / "seeds" / name) for name in ("defaults.toml", "demo.toml"))


def running(url: str, folder: Path) -> Run:
    """Run commands against a database, with `folder` as the current one."""

    def run(*arguments: object, stdin: str | None = None) -> Result:
        here = Path.cwd()
        os.chdir(folder)
        try:
            return CliRunner().invoke(cli, [str(word) for word in arguments], input=stdin, env={"DATABASE_URL": url})
        finally:
            os.chdir(here)

    return run


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """The commands against a migrated, empty database of either kind."""
    return running(database_url, tmp_path)


@pytest.fixture
def run_sqlite(sqlite_database_url: str, tmp_path: Path) -> Run:
    """The same on SQLite alone, where the kind of database does not matter."""
    return running(sqlite_database_url, tmp_path)


@pytest.fixture
def run_cast(run_sqlite: Run) -> Run:
    """The same with the standing cast."""
    assert run_sqlite("apply", *CAST).exit_code == 0
    return run_sqlite


@pytest.fixture
def run_nowhere(tmp_path: Path) -> Run:
    """The commands where there is no database."""
    return running(f"sqlite:///{tmp_path / 'none.db'}", tmp_path)


def printed(result: Result) -> Any:  # noqa: ANN401 - a JSON document
    """Return the JSON that a command printed."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)
