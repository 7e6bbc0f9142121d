"""A simulator on a real port with a small service behind it, for tests over real sockets."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask, Response, request
from werkzeug.serving import make_server

from simulator.exchange import ServiceNumber
from simulator.phone_book import Entry
from simulator.serve import Account, Station, open_station
from tests.simulator.rig import ACCOUNT, DANA, SAM, SERVICE, TOKEN

BOOK = (Entry(DANA, "Dana Reyes", "caller", "Premium"), Entry(SAM, "Sam Ortiz", "technician"))
SPEED = 4.0
MENU = '<Gather numDigits="1" action="/menu" timeout="60"><Say>Press 1.</Say></Gather>'
DOCUMENTS = {
    "voice": MENU,
    "menu": '<Say>Thanks</Say><Record action="/kept" timeout="1" maxLength="2"/>',
    "kept": "<Say>Bye</Say>",
    "sms": "<Message>Noted</Message>",
    "ring": f"<Dial>{SAM}</Dial>",
}


@dataclass(slots=True)
class Notes:
    """What the service was asked, as (path, form)."""

    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def application(self) -> Flask:
        app = Flask("service")
        app.add_url_rule("/<path>", "any", self._answer, methods=["POST"])
        return app

    def _answer(self, path: str) -> Response:
        self.asked.append((path, dict(request.form.items())))
        return Response(f"<Response>{DOCUMENTS.get(path, '')}</Response>", content_type="text/xml")

    def forms(self, path: str) -> list[dict[str, str]]:
        return [form for asked, form in self.asked if asked == path]


@contextmanager
def running() -> Iterator[tuple[Station, Notes]]:
    """Run a service and a simulator that calls it."""
    notes = Notes()
    server = make_server("127.0.0.1", 0, notes.application(), threaded=True)
    base = f"http://127.0.0.1:{server.server_port}"
    number = ServiceNumber(SERVICE, f"{base}/voice", "", f"{base}/status", f"{base}/sms")
    station = open_station(Account(ACCOUNT, TOKEN), [number], BOOK, 0, SPEED)
    threads = [threading.Thread(target=run, daemon=True) for run in (server.serve_forever, station.run)]
    for thread in threads:
        thread.start()
    try:
        yield station, notes
    finally:
        station.stop()
        server.shutdown()
        server.server_close()
        station.server.server_close()
        for thread in threads:
            thread.join(timeout=5)
