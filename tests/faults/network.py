"""A carrier in real time, on loopback sockets, that stands still except where a test lets time pass.

The test holds the carrier's lock whenever it runs and gives it up while it waits, so that it may look at the carrier and
touch handsets without another thread in between. REST requests and answers to webhooks come in meanwhile.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic

from werkzeug.serving import make_server

from simulator.calls import Call, Source
from simulator.carrier import VERBS, Carrier
from simulator.engine import WallClock
from simulator.exchange import ServiceNumber
from simulator.faults import Faults
from simulator.rest import create_rest
from simulator.stage import Performing, Stage
from simulator.story import Line
from simulator.transport import HttpTransport
from simulator.twiml import Verb, speaking_seconds
from simulator.verbs import say
from tests.faults.rest_gate import Gate

ACCOUNT = "AC" + "0" * 32
TOKEN = "1" * 32
SERVICE = "+12025550100"
LONGEST_NAP = 0.05


class QuickCarrier(Carrier):
    """A carrier whose voice is in a hurry: `pace` times as fast as it would speak to people."""

    pace = 1.3

    def _stage(self, call: Call, source: Source) -> Stage:
        return Stage(self.exchange, call, VERBS | {"Say": self._say_quickly}, "voice", source)

    def _say_quickly(self, stage: Stage, verb: Verb) -> Performing:
        spared = speaking_seconds(verb.text) * (1 - 1 / self.pace)
        return say(stage, replace(verb, pause=verb.pause - spared))


class Network:
    """The carrier with its lock, its REST side on a port, and the way back for answers."""

    def __init__(self, web: str) -> None:
        self._condition = threading.Condition(threading.RLock())
        number = ServiceNumber(
            SERVICE,
            voice_url=f"{web}/webhooks/voice/inbound",
            voice_fallback_url=f"{web}/webhooks/voice/fallback",
            status_callback=f"{web}/webhooks/voice/status",
            sms_url=f"{web}/webhooks/sms/inbound",
        )
        self._transport = HttpTransport(self._deliver)
        self.carrier = QuickCarrier(ACCOUNT, TOKEN, WallClock(), self._transport, [number])
        self.carrier.injected = Faults(calls_per_second=5.0)
        self.gate = Gate()
        self.gate.application = create_rest(self.carrier, self.holding, self.gate.never_answer)
        self._server = make_server("127.0.0.1", 0, self.gate, threaded=True)
        self.line = RealLine(self)
        self.bystanders: list[Callable[[], None]] = []
        """What people do by themselves while time passes."""
        logging.getLogger("werkzeug").setLevel(logging.WARNING)

    @property
    def address(self) -> str:
        """Where the REST side is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Hold the carrier still, and have it look for work afterwards."""
        with self._condition:
            yield
            self._condition.notify_all()

    def _deliver(self, action: Callable[[], None]) -> None:
        with self.holding():
            action()

    def let_pass(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass, at most so much, until something has happened; returns whether it has."""
        end = monotonic() + seconds
        self.carrier.run_due()
        while not (happened := until()) and monotonic() < end:
            self._condition.wait(min(LONGEST_NAP, self._seconds_to_next()))
            for act in self.bystanders:
                act()
            self.carrier.run_due()
        return happened

    def wait(self, seconds: float) -> None:
        """Let so much time pass."""
        self.let_pass(seconds)

    def _seconds_to_next(self) -> float:
        due = self.carrier.next_due()
        return LONGEST_NAP if due is None else max(0.001, (due - self.carrier.now()).total_seconds())

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve the REST side, and hold the carrier for the test."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            with self._condition:
                yield
        finally:
            self.gate.open()
            self._server.shutdown()
            self._server.server_close()
            self._transport.close()
            thread.join(timeout=5)


class RealLine(Line):
    """The steps of a phone story, in real time: a step ends as soon as it has come true."""

    def __init__(self, network: Network) -> None:
        super().__init__(network.carrier, network.wait)
        self._network = network

    def until(self, happened: Callable[[], bool], within: float, what: str) -> None:
        """Let time pass until something has happened; fail when it does not in time."""
        if not self._network.let_pass(within, happened):
            self.fail(f"{what} did not happen within {within:g} s")
