"""How a request leaves the carrier: over a socket, or straight into an application in the same process."""

import http.client
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import urlencode, urlsplit

from werkzeug.test import Client

from simulator.signature import Form

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

FORM = "application/x-www-form-urlencoded; charset=utf-8"
CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
"""The real carrier's limits; the fragment of a URL may only shorten them, which the courier does."""
MOST_BYTES = 70_000
"""A little over the 64 kB that a document may have, so that a larger one is recognised as such."""

Failure = Literal["", "ct", "rt"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: a status with a body, or a failure (`ct` no connection, `rt` no answer in time)."""

    status: int
    body: bytes = b""
    content_type: str = ""
    failure: Failure = ""


Receiver = Callable[[Reply], None]


class Transport(Protocol):
    """Sends one request and reports its reply exactly once, at once or later."""

    def post(self, url: str, form: Form, headers: Mapping[str, str], reply: Receiver) -> None:
        """Send a form by POST."""

    def get(self, url: str, headers: Mapping[str, str], reply: Receiver) -> None:
        """Ask by GET."""


class InProcessTransport:
    """Hands requests to a WSGI application; its reply is there before the call returns.

    What the application raises comes through, so that a test shows the traceback of the fault.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        """Take the application that all URLs lead to, whatever their host."""
        self._client = Client(application)

    def post(self, url: str, form: Form, headers: Mapping[str, str], reply: Receiver) -> None:
        """Send a form by POST."""
        self._open("POST", url, headers, reply, urlencode(list(form)))

    def get(self, url: str, headers: Mapping[str, str], reply: Receiver) -> None:
        """Ask by GET."""
        self._open("GET", url, headers, reply, None)

    def _open(self, method: str, url: str, headers: Mapping[str, str], reply: Receiver, body: str | None) -> None:
        parts = urlsplit(url)
        response = self._client.open(
            _target(url),
            method=method,
            base_url=f"{parts.scheme}://{parts.netloc}",
            headers=dict(headers),
            data=body,
            content_type=FORM if body is not None else None,
        )
        reply(Reply(response.status_code, response.get_data(), response.headers.get("Content-Type", "")))


class HttpTransport:
    """Sends over sockets from a pool of threads and hands each reply back through `deliver`.

    `deliver` is called on a thread of the pool; it must bring the action to the carrier's own thread.
    """

    def __init__(self, deliver: Callable[[Callable[[], None]], None], threads: int = 32) -> None:
        """Take the way back to the carrier and the most requests that may be under way at once."""
        self._deliver = deliver
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="carrier-http")

    def post(self, url: str, form: Form, headers: Mapping[str, str], reply: Receiver) -> None:
        """Send a form by POST."""
        body = urlencode(list(form)).encode()
        self._pool.submit(self._send, "POST", url, {**headers, "Content-Type": FORM}, body, reply)

    def get(self, url: str, headers: Mapping[str, str], reply: Receiver) -> None:
        """Ask by GET."""
        self._pool.submit(self._send, "GET", url, dict(headers), None, reply)

    def close(self) -> None:
        """Stop taking requests; those under way may run to their end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, reply: Receiver) -> None:
        answer = exchange(method, url, headers, body)
        self._deliver(lambda: reply(answer))


def exchange(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
    """Send one request over a fresh connection and wait for its reply; failures are replies too."""
    try:
        connection = _connection(url)
        connection.connect()
    except (OSError, http.client.HTTPException, ValueError):
        return Reply(0, failure="ct")
    try:
        if connection.sock is not None:
            connection.sock.settimeout(READ_SECONDS)
        connection.request(method, _target(url), body=body, headers=dict(headers))
        response = connection.getresponse()
        return Reply(response.status, response.read(MOST_BYTES), response.headers.get("Content-Type", ""))
    except (OSError, http.client.HTTPException):
        return Reply(0, failure="rt")
    finally:
        connection.close()


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=CONNECT_SECONDS, context=context)
    return http.client.HTTPConnection(host, parts.port, timeout=CONNECT_SECONDS)


def _target(url: str) -> str:
    """Return path and query exactly as written, because the signature covers the raw URL."""
    rest = url.split("://", 1)[1]
    start = min((rest.find(sign) for sign in "/?" if sign in rest), default=-1)
    target = rest[start:] if start >= 0 else "/"
    return target if target.startswith("/") else "/" + target
