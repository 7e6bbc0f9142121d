"""The house as it is deployed: a web and a clock process over one database, with a carrier in real time beside them."""

import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.db import Database
from intake.tables import CaseRow
from routing.tables import LegRow
from simulator.calls import Call
from simulator.story import Phone
from switchboard.apply import apply_world
from switchboard.world import read_texts
from tests.databases import free_port
from tests.faults.network import ACCOUNT, SERVICE, TOKEN, Network
from tests.faults.processes import ROOT, Process, answers, switchboard

WORLD = Path(__file__).parent / "world.toml"
CALLERS = {
    "dana": "+12025550111",
    "omar": "+12025550112",
    "marisol": "+12025550113",
    "priya": "+12025550114",
}
TECHNICIANS = {
    "sam": "+12025550141",
    "kim": "+12025550142",
    "lee": "+12025550143",
    "ana": "+12025550144",
    "theo": "+12025550161",
    "maria": "+12025550151",
}
VARIABLE = re.compile(r"\$\{?(?P<name>\w+)(:-(?P<default>\w+))?\}?")
PROGRAMS = Path(sys.executable).parent
STARTS_WITHIN = 20
"""Seconds; a process needs one or two, on a very busy machine many more."""


@dataclass(slots=True)
class House:
    """Everything that a test of real processes can look at and break."""

    database: Database
    network: Network
    web: Process
    clock: Process
    port: int
    further: list[Process] = field(default_factory=list)

    def __getattr__(self, name: str) -> Phone:
        """The phone of one of the cast, by key."""
        number = (CALLERS | TECHNICIANS).get(name)
        if number is None:
            raise AttributeError(name)
        return self.network.line.phone(number, name)

    # Processes

    def start(self, *processes: Process) -> None:
        """Start processes and wait until all of them work."""
        for process in processes:
            process.start()
        names = " and ".join(process.name for process in processes)
        self.network.line.until(lambda: all(map(self._is_up, processes)), STARTS_WITHIN, f"start of {names}")

    def _is_up(self, process: Process) -> bool:
        assert not process.has_ended, f"{process.name} ended by itself"
        is_server = process.name.startswith("web")
        return answers(self.port) if is_server else process.times_said("clock_started") == process.starts

    @property
    def processes(self) -> list[Process]:
        return [self.web, self.clock, *self.further]

    def another_clock(self) -> Process:
        """Return a second clock process, not yet started."""
        clock = Process(self.clock.command, self.clock.settings, self.clock.folder, f"clock-{len(self.further) + 2}")
        self.further.append(clock)
        return clock

    def words(self) -> str:
        """Return the last words of every process."""
        said = [(p.name, p.words.read_text(errors="replace") if p.words.exists() else "") for p in self.processes]
        return "\n".join(f"--- {name}\n{words[-6000:]}" for name, words in said)

    # What is on record

    def session(self) -> Session:
        return Session(self.database.engine)

    def cases(self) -> list[CaseRow]:
        with self.database.read() as session:
            return list(session.scalars(select(CaseRow).order_by(CaseRow.id)))

    def legs(self) -> list[LegRow]:
        with self.database.read() as session:
            return list(session.scalars(select(LegRow).order_by(LegRow.id)))

    # What the carrier was asked

    def created_calls(self) -> list[Call]:
        return [c for c in self.network.carrier.exchange.calls.values() if c.direction == "outbound-api"]

    def rings_of(self, phone: Phone) -> int:
        """How often the carrier was asked to ring this phone."""
        return sum(call.to_number == phone.number for call in self.created_calls())

    def rung_twice_for_one_step(self) -> list[str]:
        """Return the phones that were rung more than once for one leg, which is one step for one phone."""
        legs = Counter((call.to_number, call.watch.url if call.watch else "") for call in self.created_calls())
        return [number for (number, _leg), rings in legs.items() if rings > 1]

    def texts_sent_twice(self) -> list[str]:
        """Return the words of every text that the same phone got more than once."""
        sent = Counter((m.to_number, m.body) for m in self.network.carrier.exchange.messages.values())
        return [body for (_number, body), copies in sent.items() if copies > 1]


def settings_for(database_url: str, port: int, carrier: str, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url,
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "SERVICE_NUMBERS": SERVICE,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_BASE_URL": carrier,
        "VAR_DIR": str(folder),
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "json",
    }


def filled_in(command: list[str], settings: dict[str, str]) -> list[str]:
    """Put settings, and the defaults of the command's own, in the place of `$NAME` and `${NAME:-default}`."""

    def value(found: re.Match[str]) -> str:
        return settings.get(found["name"]) or found["default"] or ""

    program, *words = [VARIABLE.sub(value, word) for word in command]
    return [str(PROGRAMS / program), *words]


def put_world(database: Database) -> None:
    world, faults = read_texts([(WORLD.name, WORLD.read_text(encoding="utf-8"))])
    with database.begin() as session:
        apply_world(session, world, faults)


@contextmanager
def opened_house(database_url: str, folder: Path, web: list[str] | None = None) -> Iterator[House]:
    """Run the house until the test is over; `web` is the command of another web server than the built-in one."""
    database, port = Database(database_url), free_port()
    network = Network(f"http://127.0.0.1:{port}")
    put_world(database)
    settings = settings_for(database_url, port, network.address, folder)
    server = (
        Process(filled_in(web, settings), settings, folder, "web")
        if web
        else switchboard("web", "web", settings=settings, folder=folder)
    )
    house = House(database, network, server, switchboard("clock", "clock", settings=settings, folder=folder), port)
    with network.running():
        try:
            house.start(house.web, house.clock)
            yield house
        except BaseException as fault:
            fault.add_note(house.words())
            raise
        finally:
            for process in house.processes:
                process.kill()
            database.close()
