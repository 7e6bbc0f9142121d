"""A carrier with a made-up service behind it: documents by path, and a note of every request that asked for one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Flask, Request, Response, request

from simulator.carrier import Carrier
from simulator.exchange import ServiceNumber
from simulator.signature import sign
from simulator.story import Line, Phone, advancing
from simulator.transport import InProcessTransport

SERVICE = "+12025550100"
DANA = "+12025550111"
SAM = "+12025550141"
KIM = "+12025550142"
ACCOUNT = "AC" + "0" * 32
TOKEN = "12345"
BASE = "https://service.example"
START = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)

Answer = str | Response | Callable[[dict[str, str]], str | Response]


@dataclass(slots=True)
class StillClock:
    """A clock that stands until it is moved."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Asked:
    """One request that the service got."""

    at: datetime
    path: str
    form: dict[str, str]
    method: str
    headers: dict[str, str]
    signed: bool


@dataclass(slots=True)
class Service:
    """Answers each path with what a test put there: a document's verbs, a response, or a function of the form."""

    clock: StillClock
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def application(self) -> Flask:
        app = Flask("service")
        app.add_url_rule("/<path:path>", "any", self._answer, methods=["GET", "POST"])
        return app

    def _answer(self, path: str) -> Response:
        form = dict((request.form if request.method == "POST" else request.args).items())
        self.asked.append(
            Asked(self.clock.now(), path, form, request.method, dict(request.headers), is_signed(request))
        )
        answer = self.answers.get(path, "")
        if not isinstance(answer, str | Response):
            answer = answer(form)
        if isinstance(answer, Response):
            return answer
        return Response(f"<Response>{answer}</Response>", content_type="text/xml")

    def to(self, path: str) -> list[dict[str, str]]:
        """Return the forms of all requests to a path."""
        return [asked.form for asked in self.asked if asked.path == path]

    def last(self, path: str) -> dict[str, str]:
        return self.to(path)[-1]


def is_signed(got: Request) -> bool:
    url = BASE + got.environ["REQUEST_URI"]
    return got.headers.get("X-Twilio-Signature") == sign(TOKEN, url, list(got.form.items(multi=True)))


@dataclass(slots=True)
class Rig:
    """Everything that a test of the carrier needs."""

    clock: StillClock
    service: Service
    carrier: Carrier
    line: Line
    dana: Phone
    sam: Phone
    kim: Phone

    def answer(self, path: str, answer: Answer) -> None:
        self.service.answers[path] = answer

    def told(self, path: str) -> list[str]:
        """Return the CallStatus of all requests to a path."""
        return [form["CallStatus"] for form in self.service.to(path)]


def make_rig(**documents: str) -> Rig:
    """Make a rig whose service answers with these documents; `voice` is the number's own."""
    clock = StillClock()
    service = Service(clock, dict(documents))
    number = ServiceNumber(
        SERVICE,
        voice_url=f"{BASE}/voice",
        voice_fallback_url=f"{BASE}/fallback",
        status_callback=f"{BASE}/status",
        sms_url=f"{BASE}/sms",
    )
    carrier = Carrier(ACCOUNT, TOKEN, clock, InProcessTransport(service.application()), [number])
    line = Line(carrier, advancing(carrier, clock))
    return Rig(clock, service, carrier, line, line.phone(DANA, "dana"), line.phone(SAM, "sam"), line.phone(KIM, "kim"))
