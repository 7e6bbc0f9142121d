"""The command line as a whole: quick help, examples everywhere, exit codes, errors that say what to do."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from foundation.errors import Refused
from switchboard.cli import COMMANDS, cli
from switchboard.errors import SENTENCES, told
from tests.switchboard.conftest import Run

ROOT = Path(__file__).parents[2]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command that does something."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


EVERY_COMMAND = list(commands(cli))
PRINTING_DATA = [
    ("apply",), ("decide",), ("export",), ("roster", "preview"), ("roster", "who"), ("sla", "due"), ("flows", "check"),
    ("case", "list"), ("case", "show"), ("call", "list"), ("call", "show"), ("hunt", "list"), ("hunt", "show"),
]  # fmt: skip


def process(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own, in a folder that is not the repository."""
    return subprocess.run(
        [sys.executable, "-m", "switchboard", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", EVERY_COMMAND, ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(cli, [*words, "--help"])
    assert shown.exit_code == 0
    assert "Example:\n    switchboard" in shown.stdout or "Example:\n    echo" in shown.stdout


@pytest.mark.parametrize("words", PRINTING_DATA, ids=" ".join)
def test_every_command_that_prints_data_has_json(words: tuple[str, ...]) -> None:
    assert "--json" in CliRunner().invoke(cli, [*words, "--help"]).stdout


def test_help_names_every_command_without_importing_any(tmp_path: Path) -> None:
    script = (
        "import sys; from click.testing import CliRunner; from switchboard.cli import cli;"
        "shown = CliRunner().invoke(cli, ['--help']).stdout;"
        "print(shown, [name for name in sys.modules if name.startswith(('sqlalchemy', 'flask', 'twilio', 'rich'))])"
    )
    shown = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1].endswith("[]")
    assert [name for name, entry in COMMANDS.items() if not entry.is_hidden and f"  {name} " not in shown] == []


def test_help_is_quick(tmp_path: Path) -> None:
    quickest = 9.0
    for _ in range(3):
        begin = time.perf_counter()
        assert process("--help", folder=tmp_path).returncode == 0
        quickest = min(quickest, time.perf_counter() - begin)
    assert quickest < 0.5


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_list_says_what_the_command_itself_says(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert " ".join((command.help or "").split()).startswith(COMMANDS[name].says.rstrip("."))


@pytest.mark.parametrize("words", ["nosuch", "apply", "decide --tier gold", "roster preview x", "sla due", "case show"])
def test_wrong_usage_ends_with_2_and_says_so_on_standard_error(words: str, run_nowhere: Run) -> None:
    ended = run_nowhere(*words.split())
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert "Usage: " in ended.stderr


def test_exit_codes_are_those_of_the_process(tmp_path: Path) -> None:
    assert process("decide", "--tier", "gold", folder=tmp_path).returncode == 2
    assert process("flows", "draw", "nosuch", folder=tmp_path).returncode == 1


@pytest.mark.parametrize(
    "words", [("export",), ("case", "list"), ("call", "list"), ("hunt", "show", "1"), ("roster", "who", "critical")]
)
def test_without_a_database_the_way_to_one_is_told_and_none_is_made(
    words: tuple[str, ...], run_nowhere: Run, tmp_path: Path
) -> None:
    refused = run_nowhere(*words)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.endswith("none.db. Make it: switchboard migrate\n")
    assert list(tmp_path.iterdir()) == []


def test_an_unmigrated_database_is_told_to_be_migrated(empty_database_url: str) -> None:
    if empty_database_url.startswith("sqlite"):
        Path(empty_database_url.removeprefix("sqlite:///")).touch()
    refused = CliRunner().invoke(cli, ["case", "list"], env={"DATABASE_URL": empty_database_url})
    assert refused.exit_code == 1
    assert "Bring it here: switchboard migrate" in refused.stderr


def test_a_database_out_of_reach_is_told_without_its_password() -> None:
    url = "postgresql://someone:secret@127.0.0.1:1/none"
    refused = CliRunner().invoke(cli, ["export"], env={"DATABASE_URL": url})
    assert refused.exit_code == 1
    assert "cannot be used" in refused.stderr
    assert "secret" not in refused.stderr


def test_the_database_lies_below_the_current_folder_unless_named(tmp_path: Path) -> None:
    assert process("migrate", folder=tmp_path).returncode == 0
    assert (tmp_path / "var" / "switchboard.db").exists()
    listed = process("case", "list", "--json", folder=tmp_path)
    assert (listed.returncode, listed.stdout) == (0, '{\n  "cases": []\n}\n')


def test_migrating_again_changes_nothing(run: Run) -> None:
    assert run("migrate").exit_code == 0
    assert run("migrate").stdout.endswith("is at this version's schema\n")


def test_a_malformed_setting_is_named_with_a_right_one() -> None:
    refused = CliRunner().invoke(cli, ["migrate"], env={"DATABASE_URL": "mysql://x"})
    assert refused.exit_code == 1
    assert "DATABASE_URL" in refused.stderr
    assert "sqlite:///var/switchboard.db" in refused.stderr


@pytest.mark.parametrize("words", [("web", "--port", "0"), ("clock",)])
def test_web_and_clock_name_the_settings_that_they_miss(words: tuple[str, ...], tmp_path: Path) -> None:
    ended = process(*words, folder=tmp_path)
    assert ended.returncode == 1
    assert "set PUBLIC_BASE_URL, for example" in ended.stderr
    assert "set TWILIO_AUTH_TOKEN, for example" in ended.stderr


def test_a_refusal_without_a_sentence_is_told_with_its_facts() -> None:
    assert told(Refused("number_blocked", number="x")) == "number_blocked: number=x"
    assert "number_blocked" not in SENTENCES
