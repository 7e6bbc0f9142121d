"""A load generator: so many connections, each of which sends its next request when the last one is answered."""

import collections
import selectors
import socket
import statistics
import time
from dataclasses import dataclass, field

TAKEN = b"HTTP/1.1 200", b"HTTP/1.1 204"
CONTENT_LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True)
class Measured:
    """Answers a second, the time of the median and of the slowest hundredth in milliseconds, and how many were neither 200 nor 204."""

    per_second: float
    median_ms: float
    p99_ms: float
    refused: int


@dataclass(slots=True)
class Line:
    """One connection: what has come in so far, and when its request went out."""

    socket: socket.socket
    sent_at: float = 0.0
    received: bytes = b""


@dataclass(slots=True)
class Load:
    """One measurement: the requests still to be sent, the times of those that were answered."""

    requests: collections.deque[bytes]
    port: int
    times: list[float] = field(default_factory=list)
    refused: int = 0

    def run(self, connections: int) -> Measured:
        """Send every request and return what was measured."""
        began = time.perf_counter()
        with selectors.DefaultSelector() as selector:
            for _ in range(min(connections, len(self.requests))):
                line = Line(socket.create_connection(("127.0.0.1", self.port)))
                selector.register(line.socket, selectors.EVENT_READ, line)
                self._send(line)
            while selector.get_map():
                for key, _ in selector.select():
                    self._receive(selector, key.data)
        took = time.perf_counter() - began
        steps = statistics.quantiles(self.times, n=100)
        return Measured(len(self.times) / took, steps[49] * 1000, steps[98] * 1000, self.refused)

    def _send(self, line: Line) -> None:
        line.received = b""
        line.sent_at = time.perf_counter()
        line.socket.sendall(self.requests.popleft())

    def _receive(self, selector: selectors.BaseSelector, line: Line) -> None:
        chunk = line.socket.recv(65536)
        line.received += chunk
        if chunk and not is_whole(line.received):
            return
        self.times.append(time.perf_counter() - line.sent_at)
        self.refused += not line.received.startswith(TAKEN)
        if chunk and self.requests:
            self._send(line)
            return
        selector.unregister(line.socket)
        line.socket.close()


def is_whole(received: bytes) -> bool:
    """Whether the answer's head has come, and as much body as it announces."""
    head, gap, body = received.partition(b"\r\n\r\n")
    if not gap:
        return False
    announced = head.lower().partition(CONTENT_LENGTH)[2].partition(b"\r\n")[0]
    return len(body) >= int(announced or 0)
