"""The stage of the phone stories: the real application, the real SDK, the carrier in a box, and one frozen clock for all three."""

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from pydantic import SecretStr
from requests import ReadTimeout
from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.http import HttpClient
from twilio.http.response import Response
from werkzeug.test import Client as Browser

import switchboard
from foundation.clock import FrozenClock
from foundation.phone import PhoneNumber
from foundation.runtime import Runtime
from foundation.settings import Settings
from intake.tables import CallRow, CaseRow
from routing.tables import HuntRow, LegRow
from simulator.carrier import Carrier
from simulator.exchange import ServiceNumber
from simulator.rest import AcceptedInSilence, create_rest
from simulator.story import Line, Phone, advancing
from simulator.transport import InProcessTransport
from switchboard.apply import apply_world
from switchboard.clockwork import JOBS, Clockwork
from switchboard.factory import create_app
from switchboard.world import read_texts
from telephony.twilio_rest import TwilioTelephony

SERVICE = "+12025550100"
BASE = "https://line.example"
ACCOUNT = "AC" + "0" * 32
TOKEN = "12345"
MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""Monday, 2 March 2026, 10:00 in New York, 09:00 in Chicago."""

CAST = {
    "dana": "+12025550111",
    "omar": "+12025550112",
    "marisol": "+12025550113",
    "priya": "+12025550114",
    "jo": "+12025550115",
    "stranger": "+12025550199",
    "sam": "+12025550141",
    "kim": "+12025550142",
    "lee": "+12025550143",
    "ana": "+12025550144",
    "maria": "+12025550151",
    "theo": "+12025550161",
}
"""The standing cast of switchboard/seeds/demo.toml, by key."""


class InProcess(HttpClient):  # type: ignore[misc]  # the SDK ships no types
    """Hands the SDK's requests to the carrier in this process."""

    def __init__(self, application: Flask) -> None:
        super().__init__(None, False, None)
        self._browser = Browser(application)

    def request(self, method: str, url: str, **given: Any) -> Response:  # noqa: ANN401 - the SDK says so
        headers = dict(given.get("headers") or {})
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(given["auth"]).encode()).decode()
        is_post = method == "POST"
        try:
            answer = self._browser.open(
                url.replace("https://api.twilio.com", ""),
                method=method,
                query_string=urlencode(given.get("params") or {}, doseq=True) or None,
                data=urlencode(given.get("data") or {}, doseq=True) if is_post else None,
                content_type="application/x-www-form-urlencoded" if is_post else None,
                headers=headers,
            )
        except AcceptedInSilence as silence:  # what the SDK's own client makes of an answer that does not come
            raise ReadTimeout(str(silence)) from silence
        return Response(answer.status_code, answer.get_data(as_text=True), dict(answer.headers))


@dataclass(slots=True)
class Stage:
    """Everything that a story can look at."""

    app: Flask
    clock: FrozenClock
    carrier: Carrier
    line: Line
    work: Clockwork

    def __getattr__(self, name: str) -> Phone:
        """The phone of one of the cast, by key."""
        if name not in CAST:
            raise AttributeError(name)
        return self.line.phone(CAST[name], name)

    @property
    def runtime(self) -> Runtime:
        runtime: Runtime = self.app.extensions["switchboard"]
        return runtime

    def session(self) -> Session:
        return Session(self.runtime.database.engine)

    def apply(self, toml: str) -> None:
        """Change the world as an operator would, by a file."""
        put_world(self.runtime, [toml])

    def case(self) -> CaseRow:
        """The one case of the story."""
        with self.session() as session:
            return session.scalars(select(CaseRow)).one()

    def cases(self) -> list[CaseRow]:
        with self.session() as session:
            return list(session.scalars(select(CaseRow).order_by(CaseRow.id)))

    def hunt(self) -> HuntRow:
        with self.session() as session:
            return session.scalars(select(HuntRow).order_by(HuntRow.id.desc()).limit(1)).one()

    def legs(self) -> list[LegRow]:
        with self.session() as session:
            return list(session.scalars(select(LegRow).order_by(LegRow.id)))

    def call(self) -> CallRow:
        """The newest call that came in."""
        inbound = select(CallRow).where(CallRow.direction == "inbound").order_by(CallRow.id.desc()).limit(1)
        with self.session() as session:
            return session.scalars(inbound).one()

    def close(self) -> None:
        self.work.pool.shutdown()
        self.runtime.database.close()


def put_world(runtime: Runtime, texts: list[str]) -> None:
    world, faults = read_texts([(f"world-{number}.toml", text) for number, text in enumerate(texts)])
    with runtime.database.begin() as session:
        apply_world(session, world, faults)


def seeds() -> list[str]:
    folder = Path(switchboard.__file__).parent / "seeds"
    return [(folder / name).read_text(encoding="utf-8") for name in ("defaults.toml", "demo.toml")]


def set_stage(database_url: str, folder: Path, at: datetime = MONDAY) -> Stage:
    """Build the whole house around one database, with the standing cast in it."""
    settings = Settings(
        database_url=database_url,
        public_base_url=BASE,
        service_numbers=(PhoneNumber(SERVICE),),
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=SecretStr(TOKEN),
        var_dir=folder,
        log_level="ERROR",
    )
    clock = FrozenClock(at)
    app = create_app(settings, clock)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    put_world(app.extensions["switchboard"], seeds())
    number = ServiceNumber(
        SERVICE,
        voice_url=f"{BASE}/webhooks/voice/inbound",
        voice_fallback_url=f"{BASE}/webhooks/voice/fallback",
        status_callback=f"{BASE}/webhooks/voice/status",
        sms_url=f"{BASE}/webhooks/sms/inbound",
    )
    carrier = Carrier(ACCOUNT, TOKEN, clock, InProcessTransport(app), [number])
    telephony = TwilioTelephony(settings, InProcess(create_rest(carrier)))
    work = Clockwork(app.extensions["switchboard"], telephony, ThreadPoolExecutor(1))
    return Stage(app, clock, carrier, Line(carrier, advancing(carrier, clock, lambda: tick(work))), work)


def tick(work: Clockwork) -> None:
    """What a clock process does in one second: every job whose rhythm falls on it."""
    second = int(work.now().timestamp())
    for job in JOBS:
        if second % int(job.every_seconds) == 0:
            job.act(work)


__all__ = ["CAST", "MONDAY", "SERVICE", "Stage", "put_world", "seeds", "set_stage", "tick"]
