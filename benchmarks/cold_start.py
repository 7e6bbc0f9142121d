"""How long it takes from nothing: `switchboard --help`, and gunicorn's start to the first webhook that is answered.

Aims: help below 0.5 s; the first answered webhook within 1.5 s. Each figure is the median of several starts, which
alternate with starts of the bare Flask application, so that the ratio holds on other machines.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.carrier_requests import INBOUND, headers, voice_form
from benchmarks.databases import fill
from benchmarks.serving import PROGRAMS, ROOT, environment, first_answer, free_port, started

STARTS = 5
HELP_AIM_SECONDS = 0.5
FIRST_ANSWER_AIM_SECONDS = 1.5
BARE, OURS = "benchmarks.bare_flask:create_app()", "switchboard.factory:create_app()"


def main() -> None:
    shown("switchboard --help", [help_seconds() for _ in range(STARTS)], HELP_AIM_SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'measured.db'}"
        fill(url)
        pairs = [(first_answer_seconds(BARE, url, n), first_answer_seconds(OURS, url, n)) for n in range(STARTS)]
    bare, ours = ([pair[side] for pair in pairs] for side in (0, 1))
    shown("gunicorn to the first answered webhook", ours, FIRST_ANSWER_AIM_SECONDS)
    low, high = statistics.median(bare), statistics.median(ours)
    print(f"the same with bare Flask: median {low:.2f} s; ours takes {high / low:.1f} times as long")


def help_seconds() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "switchboard", "--help"], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - began


def first_answer_seconds(target: str, database_url: str, number: int) -> float:
    port = free_port()
    form = voice_form(number)
    command = [str(PROGRAMS / "gunicorn"), "--threads=8", f"--bind=127.0.0.1:{port}", "--log-level=error", target]
    began = time.perf_counter()
    with started(command, environment(database_url, port)):
        status = first_answer(port, INBOUND, urlencode(form).encode(), headers(form, port, INBOUND))
        took = time.perf_counter() - began
    assert status == 200, f"the webhook was answered with {status}"
    return took


def shown(what: str, seconds: list[float], aim: float) -> None:
    verdict = "met" if statistics.median(seconds) <= aim else "MISSED"
    print(f"{what}: median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s;  aim {aim} s {verdict}")


if __name__ == "__main__":
    main()
