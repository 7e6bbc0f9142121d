"""A phone in the terminal: it talks to a running simulator over the control API and prints what is heard."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

ANSWER_SECONDS = 10.0
QUIET_SECONDS = 30.0
"""The stream shows a sign of life every ten seconds; after this long without one it is dead."""
OVER = ("completed", "busy", "no-answer", "failed", "canceled")

Json = dict[str, Any]


class SimulatorError(Exception):
    """The simulator cannot be reached, or refuses; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator at an address."""

    url: str

    def ask(self, path: str) -> Json:
        """Get something."""
        return self._open(urllib.request.Request(self._at(path)))  # noqa: S310 - the address is the operator's own

    def do(self, act: str, given: Json) -> Json:
        """Do something with a phone."""
        body = json.dumps(given).encode()
        headers = {"Content-Type": "application/json"}
        return self._open(urllib.request.Request(self._at(act), body, headers))  # noqa: S310 - as in ask

    def events(self) -> Iterator[Json]:
        """Yield events from now on; the first, `{}`, says that the stream is open."""
        try:
            stream = urllib.request.urlopen(self._at("events"), timeout=QUIET_SECONDS)  # noqa: S310 - as in ask
        except OSError as error:
            raise SimulatorError(self._unreachable(error)) from error
        with stream:
            for row in stream:
                yield from self._event(row)

    @staticmethod
    def _event(row: bytes) -> Iterator[Json]:
        if row.startswith(b"data: "):
            yield json.loads(row[6:])
        elif row.startswith(b":"):
            yield {"kind": "nothing"}

    def _at(self, path: str) -> str:
        return f"{self.url.rstrip('/')}/control/{path}"

    def _open(self, wanted: urllib.request.Request) -> Json:
        try:
            with urllib.request.urlopen(wanted, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - as in ask
                found: Json = json.loads(answer.read())
                return found
        except urllib.error.HTTPError as error:
            raise SimulatorError(_reason(error)) from error
        except OSError as error:
            raise SimulatorError(self._unreachable(error)) from error

    def _unreachable(self, error: OSError) -> str:
        return f"no simulator at {self.url} ({error}); start one, or name it with --url or SIMULATOR_URL"


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["error"])
    except (ValueError, KeyError):
        return f"the simulator answered {error.code}"


@dataclass(slots=True)
class Keys:
    """What is still to be pressed or said, one item for each time that the line asks.

    `1` or `204517#` is pressed when keys are asked for, `w3` lets three seconds pass first, `say:text` is spoken when the
    line listens.
    """

    items: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, text: str) -> "Keys":
        """Read items parted by commas; raise ValueError for one that no phone can do."""
        items = [item.strip() for item in text.split(",") if item.strip()]
        for item in items:
            pressed, waited = not item.strip("0123456789*#"), item[0] == "w" and item[1:].isdecimal()
            if not (pressed or waited or item.startswith("say:")):
                raise ValueError(f"{item!r} is neither keys (0-9 * #), nor w3, nor say:words")
        return cls(items)

    def next_for(self, awaits: str) -> tuple[float, str]:
        """Return after how many seconds what is to be pressed or said; '' for nothing this time."""
        first = next((number for number, item in enumerate(self.items) if item[0] != "w"), None)
        if first is None or self.items[first].startswith("say:") != (awaits == "speech"):
            return 0.0, ""
        waits, item = self.items[:first], self.items[first]
        del self.items[: first + 1]
        return sum(float(wait[1:]) for wait in waits), item


def run_later(seconds: float, action: Callable[[], None]) -> None:
    """Do something in a while, and let the call go on meanwhile."""
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()


@dataclass(slots=True)
class PhoneCall:
    """One call placed from the terminal, up to its end."""

    simulator: Simulator
    phone: str
    keys: Keys
    show: Callable[[str], None]
    later: Callable[[float, Callable[[], None]], None] = run_later
    sid: str = ""
    began: datetime | None = None
    awaited: str = ""

    def run(self, to: str, caller_id: str, seconds: float) -> str:
        """Place the call and follow it; return its last status. After so many seconds it is hung up."""
        events = self.simulator.events()
        next(events)
        call = self.simulator.do("dial", {"phone": self.phone, "to": to, "caller_id": caller_id})["call"]
        self.sid, self.phone = call["sid"], call["phone"]
        self.began_at(call["created"])
        self.later(seconds, self._hang_up)
        for event in events:
            status = self.follow(event)
            if status in OVER:
                return status
        raise SimulatorError("the simulator stopped in the middle of the call")

    def began_at(self, instant: str) -> None:
        """Take the instant from which seconds are counted."""
        self.began = _instant(instant)

    def follow(self, event: Json) -> str:
        """Print a line of this call, or answer what it asks for; return its status where one is told."""
        if event.get("kind") == "line" and event["call"] == self.sid:
            self._print(event)
        if event.get("kind") != "call" or event["sid"] != self.sid:
            return ""
        if event["awaits"] and not self.awaited:
            self._answer(event["awaits"])
        self.awaited = event["awaits"]
        return str(event["status"])

    def _print(self, event: Json) -> None:
        assert self.began is not None
        seconds = (_instant(event["at"]) - self.began).total_seconds()
        self.show(f"{seconds:6.1f}  {event['line']:7} {event['text']}")

    def _answer(self, awaits: str) -> None:
        seconds, item = self.keys.next_for(awaits)
        if item and seconds:
            self.later(seconds, lambda: self._give(item))
        elif item:
            self._give(item)

    def _hang_up(self) -> None:
        with suppress(SimulatorError):  # the call may have ended by itself
            self.simulator.do("hangup", {"phone": self.phone})

    def _give(self, item: str) -> None:
        """Press or say an item; a call that is over by now takes nothing more."""
        try:
            if item.startswith("say:"):
                self.simulator.do("say", {"phone": self.phone, "text": item[4:].strip()})
            else:
                self.simulator.do("press", {"phone": self.phone, "digits": item})
        except SimulatorError as error:
            self.show(f"        {item} was not given: {error}")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines with their columns under each other."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def doing(call: Json | None) -> str:
    """Say in a few words what a phone is doing."""
    if call is None:
        return "-"
    if call["talking_to"]:
        return f"talks to {call['talking_to']}"
    if call["answered"]:
        return "on the line"
    return "rings" if call["incoming"] else "calls"
