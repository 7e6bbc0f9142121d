"""How long it takes from nothing: `switchboard --help`, and gunicorn's start to the first webhook that is answered.

Aims: help below 0.5 s; the first answered webhook within 1.5 s. Each figure is the median of several starts.
"""

import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.carrier_requests import PATH, headers, inbound_form
from benchmarks.serving import PROGRAMS, environment, first_answer, free_port, started
from switchboard.schema import upgrade

STARTS = 5
HELP_AIM_SECONDS = 0.5
FIRST_ANSWER_AIM_SECONDS = 1.5


def main() -> None:
    shown("switchboard --help", HELP_AIM_SECONDS, [help_seconds() for _ in range(STARTS)])
    with tempfile.TemporaryDirectory() as folder:
        database_url = f"sqlite:///{Path(folder) / 'measured.db'}"
        upgrade(database_url)
        seconds = [first_answer_seconds(database_url, number) for number in range(STARTS)]
    shown("gunicorn to the first answered webhook", FIRST_ANSWER_AIM_SECONDS, seconds)


def help_seconds() -> float:
    began = time.perf_counter()
    subprocess.run([str(PROGRAMS / "switchboard"), "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def first_answer_seconds(database_url: str, number: int) -> float:
    port = free_port()
    form = inbound_form(number)
    command = [str(PROGRAMS / "gunicorn"), "--threads=8", f"--bind=127.0.0.1:{port}", "--log-level=error"]
    began = time.perf_counter()
    with started([*command, "switchboard.factory:create_app()"], environment(database_url, port)):
        status = first_answer(port, PATH, urlencode(form).encode(), headers(form, port))
        took = time.perf_counter() - began
    assert status == 200, f"the webhook was answered with {status}"
    return took


def shown(what: str, aim: float, seconds: list[float]) -> None:
    verdict = "met" if statistics.median(seconds) <= aim else "MISSED"
    print(f"{what}: median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s; aim {aim} s {verdict}")


if __name__ == "__main__":
    main()
