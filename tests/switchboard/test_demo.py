"""The demo: its cast, its children, and that nothing of it is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.clock import FrozenClock
from foundation.errors import Refused
from foundation.settings import NEEDED_ON_THE_LINE, Settings
from switchboard.commands.demo import chosen_port
from switchboard.demo import (
    DEATHS_ALLOWED,
    Household,
    Role,
    Setting,
    environment,
    last_words,
    made_up,
    prepare,
    roles,
    rung_first,
    tour,
)
from tests.databases import free_port
from tests.switchboard.test_records import START

ROOT = Path(__file__).parents[2]


@pytest.fixture
def setting(sqlite_database_url: str, tmp_path: Path) -> Setting:
    return made_up(sqlite_database_url, 5000, 5080, tmp_path / "var")


def test_the_phone_book_has_every_number_once_with_its_role(setting: Setting) -> None:
    prepare(setting)
    book = json.loads(setting.phone_book.read_text(encoding="utf-8"))
    assert [(entry["number"][-3:], entry["role"]) for entry in book] == [
        *((number, "caller") for number in ("111", "115", "112", "113", "114")),
        *((number, "technician") for number in ("141", "142", "143", "144")),
        *((number, "manager") for number in ("151", "161")),
    ]
    notes = {entry["name"]: entry["note"] for entry in book}
    assert notes["Jo Whitfield"] == "Northside Clinic (204517); Riverbend General Hospital (318842)"
    assert notes["Lee Okafor"] == "Critical line, Case desk"


def test_preparing_twice_changes_nothing(setting: Setting) -> None:
    assert prepare(setting) == prepare(setting)


def test_the_tour_names_whoever_is_rung_first_today(setting: Setting) -> None:
    documents = prepare(setting)
    assert rung_first(setting, documents, FrozenClock(START)) == "Sam Ortiz"
    assert rung_first(setting, documents, FrozenClock(START.replace(year=2027))) == "Kim Nakamura"
    assert "  3. The handset of Sam Ortiz rings." in "\n".join(tour(setting, "Sam Ortiz"))


def test_the_children_s_settings_suffice_and_overrule_the_surroundings(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_API_BASE_URL", "https://carrier.example")
    monkeypatch.setenv("SMTP_URL", "smtp://mail.example")
    for name, value in environment(setting).items():
        monkeypatch.setenv(name, value)
    settings = Settings(_env_file=None).require(*NEEDED_ON_THE_LINE)
    assert (settings.twilio_api_base_url, settings.smtp_url) == ("http://127.0.0.1:5080", "")
    assert len(settings.auth_tokens) == 1


def test_each_run_makes_up_its_own_credentials(tmp_path: Path) -> None:
    one, other = (made_up("sqlite:///x", 1, 2, tmp_path) for _ in range(2))
    assert not {one.account_sid, one.auth_token, one.secret_key} & {
        other.account_sid,
        other.auth_token,
        other.secret_key,
    }


def test_the_simulator_is_told_every_address_of_ours(setting: Setting) -> None:
    words = next(role.arguments for role in roles(setting) if role.name == "simulator")
    assert [word for word in words if word.startswith("http")] == [
        f"http://127.0.0.1:5000/webhooks/{path}"
        for path in ("voice/inbound", "voice/fallback", "voice/status", "sms/inbound")
    ]


def test_a_port_that_is_taken_is_refused_if_asked_for_and_else_replaced() -> None:
    port = free_port()
    assert chosen_port(port, 1, "--port") == port
    assert chosen_port(None, port, "--port", taken=port) != port
    with pytest.raises(Refused, match="port_taken"):
        chosen_port(port, 1, "--port", taken=port)


def test_a_child_that_keeps_dying_ends_the_demo_with_its_last_words(setting: Setting) -> None:
    setting.folder.mkdir()
    said: list[str] = []
    household = Household(setting, said.append)
    household.roles = {"web": Role("web", ("switchboard", "nosuch"), lambda _: False)}
    household.start("web")
    with pytest.raises(Refused, match="child_died") as refused:
        household.wait_until_ready(lambda: False)
    assert len(said) == DEATHS_ALLOWED
    assert "No such command 'nosuch'" in str(refused.value.facts["words"])
    household.stop()


def test_the_last_words_of_a_log_that_is_not_there_are_none(tmp_path: Path) -> None:
    assert last_words(tmp_path / "none.log") == ""


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A running demo in a folder of its own; its output goes to the file `said`."""
    words = ["demo", "--port", str(free_port()), "--simulator-port", str(free_port())]
    with (tmp_path / "said").open("w") as said:
        running = subprocess.Popen(
            [sys.executable, "-m", "switchboard", *words],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            stdout=said,
            stderr=said,
            text=True,
        )
    yield running
    running.terminate()
    running.wait(timeout=20)


def said(running: subprocess.Popen[str], folder: Path, words: str) -> str:
    """Wait until the demo has said something; return all that it said."""
    until = time.monotonic() + 40
    while time.monotonic() < until and running.poll() is None:
        text = (folder / "said").read_text()
        if words in text:
            return text
        time.sleep(0.1)
    raise AssertionError((folder / "said").read_text())


def children(parent: int) -> dict[str, int]:
    """Return the process ids of a demo's children by their words."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in listed.splitlines()]
    return {args.split(" -m ")[1].split(" --")[0]: int(pid) for pid, ppid, args in rows if int(ppid) == parent}


@pytest.mark.processes
def test_the_demo_runs_mends_itself_and_leaves_nothing_behind(demo: subprocess.Popen[str], tmp_path: Path) -> None:
    text = said(demo, tmp_path, "From a terminal:")
    phones = next(line.split()[1] for line in text.splitlines() if line.startswith("  Phones"))
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(phones, timeout=5) as page:
        assert page.status == 200
    before = children(demo.pid)
    assert set(before) == {"switchboard web", "switchboard clock", "simulator serve"}
    os.kill(before["switchboard web"], signal.SIGKILL)
    said(demo, tmp_path, "the web process ended (code -9); starting it again")
    after = children(demo.pid)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(timeout=20) == 0
    assert (tmp_path / "said").read_text().endswith("stopped\n")
    assert [pid for pid in (*before.values(), *after.values()) if Path(f"/proc/{pid}").exists()] == []
