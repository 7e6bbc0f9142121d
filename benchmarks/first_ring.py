"""From the deciding key to the carrier's create request, with a web and a clock process: how long until a phone can ring.

The time runs from the moment at which the key's webhook leaves the carrier to the arrival of the request that places
the technician's call: the turn, its commit, the nudge, the claim, the REST client. Aims: median 0.2 s, p99 1 s.
"""

import http.server
import json
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.carrier_requests import INBOUND, post_form, voice_form
from benchmarks.databases import caller, measured_databases
from benchmarks.hunts import FIRST_CALL
from benchmarks.serving import environment, free_port, granian, started, wait_until_open

CALLS = 30
WARM_UP = 3
PAUSE_SECONDS = 0.25
MEDIAN_AIM_SECONDS = 0.2
P99_AIM_SECONDS = 1.0
PATIENCE_SECONDS = 20


class Carrier(http.server.ThreadingHTTPServer):
    """A carrier that places no call and sends no text, but notes when it is asked for a call."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.asked = threading.Semaphore(0)
        self.asked_at = 0.0


class Request(http.server.BaseHTTPRequestHandler):
    """One request to the carrier's REST side."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        arrived = time.perf_counter()
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path.endswith("/Calls.json"):
            assert isinstance(self.server, Carrier)
            self.server.asked_at = arrived
            self.server.asked.release()
        body = json.dumps({"sid": f"CA{time.perf_counter_ns():032x}", "status": "queued"}).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent: the figures are what is printed."""


@contextmanager
def answering() -> Iterator[Carrier]:
    carrier = Carrier()
    thread = threading.Thread(target=carrier.serve_forever, daemon=True)
    thread.start()
    try:
        yield carrier
    finally:
        carrier.shutdown()
        carrier.server_close()
        thread.join()


def main() -> None:
    with measured_databases() as urls:
        for kind, url in urls.items():
            report(kind, seconds_to_first_ring(url))


def seconds_to_first_ring(url: str) -> list[float]:
    port = free_port()
    with answering() as carrier:
        settings = environment(url, port, TWILIO_API_BASE_URL=f"http://127.0.0.1:{carrier.server_port}")
        with (
            granian("switchboard.factory:create_app", port, settings),
            started([sys.executable, "-m", "switchboard", "clock"], settings),
        ):
            wait_until_open(port)
            return [one_ring(port, carrier, number) for number in range(WARM_UP + CALLS)][WARM_UP:]


def one_ring(port: int, carrier: Carrier, number: int) -> float:
    """Call, press 1, and wait until the carrier is asked to ring."""
    call, from_ = FIRST_CALL + number, caller(number)
    post_form(port, INBOUND, voice_form(call, from_))
    pressed_at = time.perf_counter()
    post_form(port, "/webhooks/voice/turn/1", voice_form(call, from_, Digits="1"))
    assert carrier.asked.acquire(timeout=PATIENCE_SECONDS), "the carrier was not asked to ring anybody"
    time.sleep(PAUSE_SECONDS)
    return carrier.asked_at - pressed_at


def report(database: str, seconds: list[float]) -> None:
    median, p99 = statistics.median(seconds), statistics.quantiles(seconds, n=100, method="inclusive")[98]
    verdict = "met" if median <= MEDIAN_AIM_SECONDS and p99 <= P99_AIM_SECONDS else "MISSED"
    print(
        f"{database:10}  deciding key to create request: p50 {median * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms"
        f" of {len(seconds)};  aim {MEDIAN_AIM_SECONDS * 1000:.0f} and {P99_AIM_SECONDS * 1000:.0f} ms {verdict}"
    )


if __name__ == "__main__":
    main()
