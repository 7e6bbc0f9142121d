"""The way to the carrier's REST side, with a gate: requests may be lost before they arrive, or their answers afterwards."""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Gate:
    """A WSGI application around another; whoever waits in it is let go, without an answer, when the test ends."""

    application: Flask

    def __init__(self) -> None:
        self._opened = threading.Event()
        self._swallows = ""
        self.swallowed = 0

    def swallow(self, path: str) -> None:
        """From now on, lose every POST to a path that ends like this before the carrier has seen it."""
        self._swallows = path

    def let_through(self) -> None:
        """Lose nothing from now on; what was lost stays lost."""
        self._swallows = ""

    def open(self) -> None:
        """Let everybody go who waits for an answer that never comes."""
        self._opened.set()

    def never_answer(self) -> None:
        """Wait for the end of the test, then break the connection."""
        self._opened.wait()
        raise ConnectionAbortedError("the answer never came")

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path, method = str(environ.get("PATH_INFO")), environ.get("REQUEST_METHOD")
        if self._swallows and method == "POST" and path.endswith(self._swallows):
            self.swallowed += 1
            self.never_answer()
        answer: Any = self.application(environ, start_response)
        return answer  # type: ignore[no-any-return]  # werkzeug's servers take any iterable
