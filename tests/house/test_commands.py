import os
import re
import shlex
import subprocess
import sys

from tests.house.tree import ROOT

PROCFILE = dict(line.split(": ", maxsplit=1) for line in (ROOT / "Procfile").read_text().splitlines() if line)


def test_the_procfile_knows_release_web_and_clock() -> None:
    assert set(PROCFILE) == {"release", "web", "clock"}


def test_the_web_process_uses_only_options_that_its_server_has() -> None:
    program, *arguments = shlex.split(PROCFILE["web"])
    described = subprocess.run(
        [sys.executable, "-m", program, "--help"], capture_output=True, text=True, check=True, env={**os.environ}
    ).stdout
    stated = [argument for argument in arguments if argument.startswith("--")]
    assert [option for option in stated if option not in described] == []


def test_the_continuous_check_is_the_command_of_the_readme() -> None:
    check = ROOT / ".ci" / "run"
    assert os.access(check, os.X_OK)
    assert "make test" in check.read_text()
    assert re.search(r"^make test\b", (ROOT / "README.md").read_text(), re.MULTILINE)


def test_the_continuous_check_ends_with_the_count_of_the_tests() -> None:
    commands = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line and not line.startswith("#")]
    assert commands[-1].startswith("make test")


def test_the_tests_end_with_their_count() -> None:
    recipe = (ROOT / "Makefile").read_text().split("\ntest:", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]
    assert "pytest" in recipe.splitlines()[-1]
