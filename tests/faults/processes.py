"""Real processes of the service: started, waited for, killed without warning by their own number, and always ended."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(slots=True)
class Process:
    """One process of the service, in a group of its own, with its words in a file; it may be started again and again."""

    command: list[str]
    settings: Mapping[str, str]
    folder: Path
    name: str
    running: subprocess.Popen[bytes] | None = None
    starts: int = 0

    @property
    def words(self) -> Path:
        return self.folder / f"{self.name}.log"

    def start(self) -> None:
        assert self.running is None
        self.starts += 1
        with self.words.open("ab") as words:
            self.running = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=dict(self.settings),
                stdout=words,
                stderr=words,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it at once, as a lost machine does: no signal handler runs, no connection is closed in order."""
        if self.running is not None:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
            self.running = None

    @property
    def has_ended(self) -> bool:
        """Whether it ended by itself, which no process of the service does."""
        return self.running is not None and self.running.poll() is not None

    def times_said(self, words: str) -> int:
        return self.words.read_text(errors="replace").count(words)


def switchboard(name: str, *arguments: str, settings: Mapping[str, str], folder: Path) -> Process:
    """Return a process of the service that has not been started."""
    return Process([sys.executable, "-m", "switchboard", *arguments], settings, folder, name)


def answers(port: int) -> bool:
    """Whether a web process answers on this port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=0.5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
