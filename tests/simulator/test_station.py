import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from twilio.rest import Client
from werkzeug.test import Client as Browser

from simulator.cli import main
from simulator.phone_book import PhoneBookError, read_phone_book
from simulator.serve import Station
from simulator.terminal import Simulator, SimulatorError
from tests.simulator.rig import ACCOUNT, DANA, SAM, SERVICE, TOKEN
from tests.simulator.sdk import InProcess
from tests.simulator.station import Notes, running

PATIENCE_SECONDS = 8.0


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Station, Notes]]:
    with running() as both:
        yield both


@pytest.fixture
def simulator(world: tuple[Station, Notes]) -> Simulator:
    return Simulator(world[0].address)


def command(simulator: Simulator, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, words, env={"SIMULATOR_URL": simulator.url})
    return done.exit_code, done.output


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def handset(simulator: Simulator, number: str) -> dict[str, object]:
    found: dict[str, object] = next(row for row in simulator.ask("state")["handsets"] if row["number"] == number)
    return found


def test_a_call_from_the_terminal_prints_what_is_heard_and_ends_with_it(
    simulator: Simulator, world: tuple[Station, Notes]
) -> None:
    code, printed = command(simulator, "call", "--from", "dana", "--keys", "1,say:down", "--seconds", "20")
    assert code == 0
    said = [line[8:] for line in printed.splitlines()]
    assert said[1:] == [
        "hears   Press 1.", "presses 1", "hears   Thanks", "event   beep", "says    down", "hears   Bye",
        "event   call ended",
    ]  # fmt: skip
    assert world[1].forms("menu")[-1]["Digits"] == "1"


def test_a_withheld_call_that_lasts_too_long_is_hung_up(simulator: Simulator, world: tuple[Station, Notes]) -> None:
    code, printed = command(simulator, "call", "--from", DANA, "--caller-id", "anonymous", "--seconds", "0.5")
    assert code == 0
    assert "hangs up" in printed
    assert world[1].forms("voice")[-1]["From"] == "anonymous"


def test_a_phone_is_rung_answered_and_hung_up_from_the_terminal(
    simulator: Simulator, world: tuple[Station, Notes]
) -> None:
    station = world[0]
    inside = Client(ACCOUNT, TOKEN, http_client=InProcess(station.server.app))
    inside.calls.create(to=SAM, from_=SERVICE, twiml="<Response><Pause length='60'/></Response>")
    until(lambda: command(simulator, "answer", "--phone", "sam")[0] == 0)
    until(lambda: handset(simulator, SAM)["call"]["status"] == "in-progress")  # type: ignore[index]  # plain JSON
    assert command(simulator, "press", "--phone", "sam", "--keys", "1")[0] == 0
    assert command(simulator, "say", "--phone", "sam", "--words", "on it")[0] == 0
    assert command(simulator, "hangup", "--phone", "sam")[0] == 0
    until(lambda: handset(simulator, SAM)["call"] is None)


def test_a_text_from_the_terminal_is_answered(simulator: Simulator) -> None:
    assert command(simulator, "text", "--from", "sam", "--body", "ACK")[0] == 0
    until(lambda: "Noted" in json.dumps(handset(simulator, SAM)["texts"]))


def test_what_cannot_be_done_is_said_with_exit_code_one(simulator: Simulator) -> None:
    assert command(simulator, "decline", "--phone", "sam") == (1, f"Error: {SAM} does not ring\n")
    code, printed = command(simulator, "press", "--phone", "nobody", "--keys", "1")
    assert (code, "neither like +12025550141 nor the name" in printed) == (1, True)
    assert command(simulator, "call", "--from", "dana", "--keys", "q")[0] == 2


def test_without_a_simulator_the_mend_is_said() -> None:
    with pytest.raises(SimulatorError, match="start one, or name it with --url or SIMULATOR_URL"):
        Simulator("http://127.0.0.1:1").ask("state")


def test_behaviour_is_set_and_listed(simulator: Simulator) -> None:
    assert command(simulator, "behaviour", "--phone", "sam", "--is", "voicemail", "--after", "5")[0] == 0
    assert "Sam Ortiz   technician  voicemail" in command(simulator, "phones")[1]
    assert command(simulator, "behaviour", "--phone", "sam", "--is", "manual")[0] == 0
    assert command(simulator, "behaviour", "--phone", "sam", "--is", "ignores", "--after", "5")[0] == 1


def test_faults_are_set_and_read(simulator: Simulator) -> None:
    simulator.do("faults", {"drop_callbacks": ["*"]})
    assert simulator.ask("faults")["injected"]["drop_callbacks"] == ["*"]
    with pytest.raises(SimulatorError, match="unknown fault"):
        simulator.do("faults", {"nonsense": 1})
    simulator.do("faults", {})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Content-Type": "text/plain"}, 403),
        ({"Host": "elsewhere.example:80"}, 403),
        ({}, 400),
    ],
)
def test_no_other_web_page_can_make_phones_ring(
    world: tuple[Station, Notes], headers: dict[str, str], status: int
) -> None:
    given = {"Host": "127.0.0.1:5080", "Content-Type": "application/json"} | headers
    answer = Browser(world[0].server.app).post("/control/dial", data="{}", headers=given)
    assert answer.status_code == status


def test_the_page_and_its_files_are_served_with_a_strict_policy(world: tuple[Station, Notes]) -> None:
    for path in ("/", "/phones.js", "/phones.css"):
        answer = Browser(world[0].server.app).get(path)
        assert answer.status_code == 200
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_process_says_where_it_is_and_leaves_cleanly(tmp_path: Path) -> None:
    book = tmp_path / "book.json"
    book.write_text(json.dumps([{"number": DANA, "name": "Dana"}]))
    words = ["serve", "--port", "0", "--account-sid", ACCOUNT, "--auth-token", TOKEN, "--service-number", SERVICE]
    words += ["--voice-url", "http://127.0.0.1:1/voice", "--phone-book", str(book)]
    process = subprocess.Popen([sys.executable, "-m", "simulator", *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ready = process.stdout.readline()
    assert ready.startswith("simulator ready at http://127.0.0.1:")
    assert Simulator(ready.split()[-1]).ask("state")["handsets"][0]["name"] == "Dana"
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    process.stdout.close()


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("{}", "expected a list"),
        ("[1]", "entry 1: expected"),
        ('[{"number": "1", "name": "x"}]', r"is not like \+12025550141"),
        (f'[{{"number": "{DANA}", "name": "x", "role": "boss"}}]', "not one of caller, technician, manager"),
    ],
)
def test_a_wrong_phone_book_names_the_entry_and_the_mend(tmp_path: Path, text: str, mend: str) -> None:
    path = tmp_path / "book.json"
    path.write_text(text)
    with pytest.raises(PhoneBookError, match=mend):
        read_phone_book(path)
