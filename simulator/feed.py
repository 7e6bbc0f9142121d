"""Events on their way to browsers and terminals: numbered, so that nobody hears one twice or takes a stale state for new."""

import json
import queue
import threading
from collections.abc import Iterator

from simulator.carrier import Carrier
from simulator.transcript import Event, instant

MOST_WAITING = 2_000
"""A listener so far behind is cut off; it connects again and reads the state anew."""
HEARTBEAT_SECONDS = 10.0


class Feed:
    """Hands each event of a carrier to everybody who listens."""

    def __init__(self, carrier: Carrier) -> None:
        self._lock = threading.Lock()
        self._listeners: list[queue.Queue[str | None]] = []
        self.last = 0
        carrier.subscribe(self._publish)

    def _publish(self, event: Event) -> None:
        with self._lock:
            self.last += 1
            data = {"at": instant(event.at), "kind": event.kind, "phone": event.phone, **event.data}
            if event.kind == "line":
                data |= {"kind": "line", "line": event.data["kind"]}
            message = f"id: {self.last}\ndata: {json.dumps(data)}\n\n"
            for listener in list(self._listeners):
                self._hand(listener, message)

    def _hand(self, listener: "queue.Queue[str | None]", message: str) -> None:
        try:
            listener.put_nowait(message)
        except queue.Full:
            self._listeners.remove(listener)

    def listen(self) -> Iterator[str]:
        """Yield events as server-sent events, and a sign of life in between."""
        mine: queue.Queue[str | None] = queue.Queue(MOST_WAITING)
        with self._lock:
            self._listeners.append(mine)
        yield f"retry: 1000\nid: {self.last}\nevent: hello\ndata: {{}}\n\n"
        try:
            while mine in self._listeners or not mine.empty():
                message = self._next(mine)
                if message is None:
                    return
                yield message
        finally:
            self._forget(mine)

    @staticmethod
    def _next(mine: "queue.Queue[str | None]") -> str | None:
        try:
            return mine.get(timeout=HEARTBEAT_SECONDS)
        except queue.Empty:
            return ": still here\n\n"

    def _forget(self, listener: "queue.Queue[str | None]") -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def close(self) -> None:
        """Send everybody home."""
        with self._lock:
            for listener in self._listeners:
                self._hand_end(listener)

    @staticmethod
    def _hand_end(listener: "queue.Queue[str | None]") -> None:
        try:
            listener.put_nowait(None)
        except queue.Full:
            return
