"""The carrier as a server of its own: REST side, control API and page of phones on one local port."""

import logging
import secrets
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response
from werkzeug.serving import BaseWSGIServer, make_server

from simulator.carrier import Carrier
from simulator.control import Control
from simulator.engine import Engine, WallClock
from simulator.exchange import ServiceNumber
from simulator.feed import Feed
from simulator.phone_book import Entry
from simulator.rest import install
from simulator.transport import HttpTransport

HOST = "127.0.0.1"
DEFAULT_PORT = 5080
SILENT_SECONDS = 20.0
"""How late the answer to a request comes that is to be accepted in silence; longer than any client waits."""
PAGE = Path(__file__).parent / "page"
PAGE_FILES = {"/": "index.html", "/phones.js": "phones.js", "/phones.css": "phones.css"}
PAGE_TYPES = {"index.html": "text/html", "phones.js": "text/javascript", "phones.css": "text/css"}
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the simulated carrier holds for the service."""

    sid: str
    token: str


@dataclass(slots=True)
class Station:
    """A running carrier: its server and everything that has to be stopped with it."""

    server: BaseWSGIServer
    engine: Engine
    transport: HttpTransport
    feed: Feed
    carrier: Carrier

    @property
    def address(self) -> str:
        """Return where the page of phones is."""
        return f"http://{HOST}:{self.server.server_port}/"

    def run(self) -> None:
        """Serve until somebody stops the station."""
        self.server.serve_forever()

    def stop(self) -> None:
        """Stop serving; must be called from another thread than `run`."""
        self.feed.close()
        self.server.shutdown()
        self.engine.stop()
        self.transport.close()


def open_station(
    account: Account, numbers: Sequence[ServiceNumber], book: Sequence[Entry], port: int, speed: float = 1.0
) -> Station:
    """Set everything up and take the port (0: any free one); nothing is served before `run`.

    With `speed` the phones' time runs faster than the machine's; for tests.
    """
    engine = Engine(WallClock(speed))
    transport = HttpTransport(engine.deliver)
    app = Flask("simulator.page", static_folder=None)
    server = make_server(HOST, port, app, threaded=True)
    carrier = Carrier(
        account.sid,
        account.token,
        engine.clock,
        transport,
        numbers,
        seed=secrets.token_hex(8),
        api_base=f"http://{HOST}:{server.server_port}",
    )
    feed = Feed(carrier)
    install(app, carrier, engine.holding, lambda: time.sleep(SILENT_SECONDS))
    app.register_blueprint(Control(carrier, engine, feed, book).blueprint())
    add_page(app)
    engine.start(carrier)
    return Station(server, engine, transport, feed, carrier)


def add_page(app: Flask) -> None:
    """Serve the page of phones: one document, one module, one sheet."""
    for path, name in PAGE_FILES.items():
        app.add_url_rule(path, name, _file(name))


def _file(name: str) -> Callable[[], Response]:
    def view() -> Response:
        return Response((PAGE / name).read_bytes(), mimetype=PAGE_TYPES[name], headers=PAGE_HEADERS)

    return view


def serve(station: Station) -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)

    def stop(_signal: int, _frame: object) -> None:
        threading.Thread(target=station.stop, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    station.run()
