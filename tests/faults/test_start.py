"""What a process loads before it works: a restart costs callers every import, so the slow ones stay where they are needed."""

import json
import subprocess
import sys

import pytest

from tests.faults.processes import ROOT

pytestmark = pytest.mark.processes


def loaded_by(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after a statement."""
    listing = f"{statement}; import json, sys; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("slow", ["twilio.rest", "requests", "alembic", "apscheduler", "holidays", "simulator"])
def test_web_starts_without(slow: str, web_modules: set[str]) -> None:
    assert slow not in web_modules


@pytest.fixture(scope="module")
def web_modules() -> set[str]:
    return loaded_by("import switchboard.factory")


@pytest.mark.parametrize("slow", ["flask", "sqlalchemy", "pydantic", "twilio", "rich"])
def test_help_is_printed_without(slow: str, help_modules: set[str]) -> None:
    assert slow not in help_modules


@pytest.fixture(scope="module")
def help_modules() -> set[str]:
    return loaded_by("from switchboard.cli import cli; cli(['--help'], standalone_mode=False)")
