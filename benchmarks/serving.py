"""Starting a server on a free port of this machine, and stopping it by its own process."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

PATIENCE_SECONDS = 30
ROOT = Path(__file__).parent.parent
PROGRAMS = Path(sys.executable).parent

SERVICE_NUMBER = "+12025550100"
ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "0" * 32


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def environment(database_url: str, port: int, **further: str) -> dict[str, str]:
    """Return the settings of a measured service; its carrier is a closed port, so nothing leaves the machine."""
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "SERVICE_NUMBERS": SERVICE_NUMBER,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_BASE_URL": "http://127.0.0.1:9",
        "SECRET_KEY": "for measuring only",
        "LOG_LEVEL": "ERROR",
        **further,
    }


@contextlib.contextmanager
def granian(target: str, port: int, settings: Mapping[str, str]) -> Iterator[None]:
    """Serve a factory as the Procfile does, with one worker process, so that both sides of a ratio have the same."""
    command = [
        *(str(PROGRAMS / "granian"), "--interface", "wsgi", "--factory", target),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", "8", "--no-ws"),
        *("--log-level", "error"),
    ]
    with started(command, settings):
        wait_until_open(port)
        yield


@contextlib.contextmanager
def started(command: list[str], settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=ROOT, env=dict(settings), start_new_session=True)
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # the group that we have made: the server and its workers
        try:
            process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_open(port: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on port {port} after {PATIENCE_SECONDS} s")


def first_answer(port: int, path: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post again and again until somebody answers; return the status."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("POST", path, body, dict(headers))
            return connection.getresponse().status
        except OSError:
            time.sleep(0.01)
        finally:
            connection.close()
    raise TimeoutError(f"nobody answered on port {port} after {PATIENCE_SECONDS} s")
