"""Calendars from the web: read within limits of time and size, whatever the other side does."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from foundation.errors import Refused
from switchboard.calendar_source import LARGEST, read_source, shown_source

Site = Callable[[str], str]


class Pages(BaseHTTPRequestHandler):
    """A web server with a calendar, a redirect to it, one away from the web, one that is too large, and nothing else."""

    def do_GET(self) -> None:
        if self.path == "/a.ics":
            self._answer(200, b"BEGIN:VCALENDAR")
        elif self.path == "/large":
            self._answer(200, b"x" * (LARGEST + 1))
        elif self.path == "/moved":
            self._answer(302, b"", "/a.ics")
        elif self.path == "/away":
            self._answer(302, b"", "file:///etc/hostname")
        else:
            self._answer(404, b"no")

    def _answer(self, status: int, body: bytes, location: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if location is not None:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield lambda path: f"http://127.0.0.1:{server.server_address[1]}{path}"
        server.shutdown()
        thread.join()


def test_a_calendar_is_read_from_its_address(site: Site) -> None:
    assert read_source(site("/a.ics")) == b"BEGIN:VCALENDAR"


def test_a_redirect_is_followed(site: Site) -> None:
    assert read_source(site("/moved")) == b"BEGIN:VCALENDAR"


@pytest.mark.parametrize(
    ("path", "code"),
    [("/away", "calendar_unreadable"), ("/none", "calendar_unreadable"), ("/large", "calendar_too_large")],
)
def test_an_answer_that_is_no_calendar_is_refused(path: str, code: str, site: Site) -> None:
    with pytest.raises(Refused) as refused:
        read_source(site(path))
    assert refused.value.code == code


def test_an_answer_that_takes_too_long_is_given_up(site: Site) -> None:
    with pytest.raises(Refused, match="took too long"):
        read_source(site("/a.ics"), patience_seconds=0)


def test_nothing_secret_of_an_address_is_shown(site: Site) -> None:
    address = site("/none").replace("http://", "http://user:secret@") + "?token=secret"
    with pytest.raises(Refused) as refused:
        read_source(address)
    assert "secret" not in str(refused.value)
    assert shown_source("webcal://calendar.example/secret/sam.ics?key=secret") == "calendar.example"


def test_an_address_that_nobody_answers_is_refused() -> None:
    with pytest.raises(Refused):
        read_source("http://127.0.0.1:1/a.ics")
