"""Webhooks on their way: signed, timed out, tried again as the URL's fragment says.

Numbers from Twilio, "Webhooks: connection overrides": ct 5000 ms (100 to 10000), rt 15000 ms (100 to 15000), tt
15000 ms, rc 1 (0 to 5), rp ct; the fragment is never sent.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from simulator.agenda import Agenda, Appointment
from simulator.faults import Faults
from simulator.sids import Sids
from simulator.signature import sign
from simulator.transport import Receiver, Reply, Transport

REORDERED_SECONDS = 3.0
"""How long a reordered callback is held back, so that the next one overtakes it."""
CLIENT_ERROR = 400
SERVER_ERROR = 500

Method = Literal["GET", "POST"]


@dataclass(frozen=True, slots=True)
class Overrides:
    """How hard one URL is to be tried; milliseconds."""

    connect_ms: int = 5_000
    read_ms: int = 15_000
    total_ms: int = 15_000
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})

    def covers(self, reply: Reply) -> bool:
        """Tell whether this kind of bad reply is worth another attempt."""
        return "all" in self.policy or kind_of(reply) in self.policy


LIMITS = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000), "rc": (0, 5)}
FIELDS = {"ct": "connect_ms", "rt": "read_ms", "tt": "total_ms", "rc": "retries"}


def read_overrides(url: str) -> tuple[str, Overrides]:
    """Split a URL into what is sent and its overrides; values out of range or unknown leave the default."""
    bare, _, fragment = url.partition("#")
    given = dict(parse_qsl(fragment))
    numbers: dict[str, int] = {}
    for key, (low, high) in LIMITS.items():
        text = given.get(key, "")
        if text.isdigit() and low <= int(text) <= high:
            numbers[FIELDS[key]] = int(text)
    policy = frozenset(given["rp"].split(",")) if "rp" in given else Overrides().policy
    return bare, Overrides(policy=policy, **numbers)


def kind_of(reply: Reply) -> str:
    """Name a reply as a retry policy does: ct, rt, 4xx, 5xx, or ok."""
    if reply.failure:
        return reply.failure
    if reply.status >= SERVER_ERROR:
        return "5xx"
    return "4xx" if reply.status >= CLIENT_ERROR else "ok"


@dataclass(frozen=True, slots=True)
class Request:
    """One webhook: where it goes and what it says."""

    url: str
    form: tuple[tuple[str, str], ...]
    method: Method = "POST"


def request(url: str, form: Mapping[str, str] | Iterable[tuple[str, str]], method: str = "POST") -> Request:
    """Make a request from a mapping or pairs."""
    pairs = form.items() if isinstance(form, Mapping) else form
    return Request(url, tuple(pairs), "GET" if method.upper() == "GET" else "POST")


@dataclass(slots=True)
class Courier:
    """Sends the carrier's requests; `faults` tells what goes wrong at present."""

    agenda: Agenda
    transport: Transport
    token: str
    sids: Sids
    faults: Callable[[], Faults]
    _held_back: bool = field(default=False)

    def ask(self, wanted: Request, receive: Receiver) -> None:
        """Send a request whose reply matters; `receive` is called once, as an action of its own."""
        ticket = self.sids.new("token")
        Delivery(self, wanted, ticket, receive).attempt()
        if self.faults().webhooks_twice:
            Delivery(self, wanted, ticket, _ignore).attempt()

    def tell(self, wanted: Request, status: str) -> None:
        """Send a callback whose reply does not matter; `status` is its word for faults on demand."""
        faults = self.faults()
        if faults.drops(status) or not wanted.url:
            return
        wait = faults.delay_callbacks_seconds
        if faults.reorder_callbacks:
            self._held_back = not self._held_back
            wait += REORDERED_SECONDS if self._held_back else 0.0
        ticket = self.sids.new("token")
        for _ in range(faults.copies(status)):
            self.agenda.after(wait, Delivery(self, wanted, ticket, _ignore).attempt)


def _ignore(_reply: Reply) -> None:
    """Take a reply that nobody waits for."""


class Delivery:
    """One request until it has a reply that counts."""

    def __init__(self, courier: Courier, wanted: Request, ticket: str, receive: Receiver) -> None:
        """Prepare; nothing is sent before `attempt`."""
        self._courier = courier
        self._wanted = wanted
        self._ticket = ticket
        self._receive = receive
        self._url, self._overrides = read_overrides(wanted.url)
        self._attempts = 0
        self._timer: Appointment | None = None
        self._deadline: datetime | None = None

    def attempt(self) -> None:
        """Send once and give the reply its time."""
        agenda = self._courier.agenda
        self._attempts += 1
        number = self._attempts
        if self._deadline is None:
            self._deadline = agenda.now() + timedelta(milliseconds=self._overrides.total_ms)
        due = min(self._deadline, agenda.now() + timedelta(milliseconds=self._overrides.read_ms))
        self._timer = agenda.at(due, lambda: self._settle(number, Reply(0, failure="rt")))
        self._send(lambda reply: self._hand_in(number, reply))

    def _send(self, receive: Receiver) -> None:
        wanted, token = self._wanted, self._courier.token
        if wanted.method == "GET":
            url = with_query(self._url, wanted.form)
            self._courier.transport.get(url, self._headers(sign(token, url, ())), receive)
        else:
            headers = self._headers(sign(token, self._url, wanted.form))
            self._courier.transport.post(self._url, wanted.form, headers, receive)

    def _headers(self, signature: str) -> dict[str, str]:
        return {
            "X-Twilio-Signature": signature,
            "I-Twilio-Idempotency-Token": self._ticket,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }

    def _hand_in(self, number: int, reply: Reply) -> None:
        self._courier.agenda.soon(lambda: self._settle(number, reply))

    def _settle(self, number: int, reply: Reply) -> None:
        if number != self._attempts or self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        if self._may_try_again(reply):
            self.attempt()
        else:
            self._receive(reply)

    def _may_try_again(self, reply: Reply) -> bool:
        if kind_of(reply) == "ok" or self._attempts > self._overrides.retries or self._deadline is None:
            return False
        return self._overrides.covers(reply) and self._courier.agenda.now() < self._deadline


def with_query(url: str, form: Iterable[tuple[str, str]]) -> str:
    """Add form pairs to a URL's query, as a webhook by GET carries them."""
    pairs = urlencode(list(form))
    if not pairs:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{pairs}"
