"""The demo: web, clock and a simulated carrier as child processes on this machine, with a cast of people to call and ring.

Everything listens on 127.0.0.1, credentials are made up for each run, and files lie under var/. Settings of the
environment or of .env that would lead elsewhere are overruled, but for DATABASE_URL in the environment.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from foundation.clock import Clock, SystemClock
from foundation.db import Database
from foundation.errors import Refused
from oncall.resolver import on_duty
from oncall.store import load_roster
from switchboard.apply import Signature, apply_world
from switchboard.opening import upgrade_or_refuse
from switchboard.stored_world import load_world
from switchboard.world import Documents, World, read_texts

SERVICE_NUMBER = "+12025550100"
DEFAULT_PORT = 5000
DEFAULT_SIMULATOR_PORT = 5080
SEEDS = ("defaults.toml", "demo.toml")
READY_WITHIN = 30
"""Seconds that a child may take to answer: they need one or two on a laptop, ten on a very busy machine."""

STOP_WITHIN = 5
"""Seconds between asking a child to stop and stopping it."""

DEATHS_ALLOWED = 3
DEATHS_WITHIN = 60
"""A child that dies more often than DEATHS_ALLOWED times in DEATHS_WITHIN seconds has a fault that a restart won't mend."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the demo runs and with which made-up credentials."""

    database_url: str
    port: int
    simulator_port: int
    folder: Path
    account_sid: str
    auth_token: str
    secret_key: str

    @property
    def web(self) -> str:
        """Address of the web process."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def phones(self) -> str:
        """Address of the simulated carrier and of its page of phones."""
        return f"http://127.0.0.1:{self.simulator_port}"

    @property
    def phone_book(self) -> Path:
        """File that tells the page of phones who has which number."""
        return self.folder / "phone-book.json"


def made_up(database_url: str, port: int, simulator_port: int, folder: Path) -> Setting:
    """Make a setting with credentials of its own."""
    account_sid = "AC" + secrets.token_hex(16)
    return Setting(
        database_url, port, simulator_port, folder, account_sid, secrets.token_hex(16), secrets.token_hex(32)
    )


# The cast -------------------------------------------------------------------------------------------------------------


def demo_world() -> World:
    """Read the shipped cast with the defaults; it has no faults, which a test keeps true."""
    folder = files("switchboard") / "seeds"
    world, faults = read_texts((name, (folder / name).read_text(encoding="utf-8")) for name in SEEDS)
    assert not faults, faults
    return world


def prepare(setting: Setting) -> Documents:
    """Migrate the database, apply the cast, and write the phone book; return everybody who is in the database then."""
    upgrade_or_refuse(setting.database_url)
    database = Database(setting.database_url)
    with database.begin() as session:
        apply_world(session, demo_world(), (), Signature(SystemClock().now(), "demo"))
        documents = load_world(session)
    database.close()
    setting.folder.mkdir(parents=True, exist_ok=True)
    setting.phone_book.write_text(json.dumps(phone_book(documents), indent=2, ensure_ascii=False), encoding="utf-8")
    return documents


def phone_book(documents: Documents) -> list[dict[str, str]]:
    """List every number once: callers with their accounts, then technicians and managers with their rosters."""
    entries: dict[str, dict[str, str]] = {}
    for account in documents["accounts"].values():
        for contact in account["contacts"]:
            if contact["phone"]:
                _add_caller(entries, contact, account)
    managers = {key for name in ("managers", "leadership") for key in _people(documents["rosters"].get(name))}
    for key, person in documents["technicians"].items():
        role = "manager" if key in managers else "technician"
        rosters = [roster["name"] for roster in documents["rosters"].values() if key in _people(roster)]
        note = ", ".join(rosters)
        entries[person["phone"]] = {"number": person["phone"], "name": person["name"], "role": role, "note": note}
    return list(entries.values())


def _add_caller(entries: dict[str, dict[str, str]], contact: Mapping[str, Any], account: Mapping[str, Any]) -> None:
    note = f"{account['name']} ({account['number']})"
    known = entries.get(contact["phone"])
    if known is None:
        number, name = contact["phone"], contact["name"]
        entries[number] = {"number": number, "name": name, "role": "caller", "note": note}
    else:
        known["note"] += f"; {note}"


def _people(roster: Mapping[str, Any] | None) -> set[str]:
    return set() if roster is None else {key for layer in roster["layers"] for key in layer["participants"]}


def rung_first(setting: Setting, documents: Documents, clock: Clock) -> str:
    """Name whoever a critical call rings first now."""
    database = Database(setting.database_url)
    with database.read() as session:
        roster = load_roster(session, "critical")
    database.close()
    duties = () if roster is None else on_duty(roster, clock.now())
    return documents["technicians"][duties[0].technician]["name"] if duties else "the duty manager"


# Child processes ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of child: what it runs, and how to see that it answers, given the seconds since it was started."""

    name: str
    arguments: tuple[str, ...]
    answers: Callable[[float], bool]


def roles(setting: Setting) -> tuple[Role, ...]:
    """Return the three processes of the demo."""
    hooks = f"{setting.web}/webhooks"
    simulator = {
        "--port": str(setting.simulator_port),
        "--account-sid": setting.account_sid,
        "--auth-token": setting.auth_token,
        "--service-number": SERVICE_NUMBER,
        "--voice-url": f"{hooks}/voice/inbound",
        "--fallback-url": f"{hooks}/voice/fallback",
        "--status-url": f"{hooks}/voice/status",
        "--sms-url": f"{hooks}/sms/inbound",
        "--phone-book": str(setting.phone_book),
    }
    options = tuple(word for pair in simulator.items() for word in pair)
    return (
        Role("web", ("switchboard", "web", "--port", str(setting.port)), lambda _: _answers(f"{setting.web}/healthz")),
        Role("simulator", ("simulator", "serve", *options), lambda _: _answers(f"{setting.phones}/")),
        Role("clock", ("switchboard", "clock"), lambda since_start: _clock_beats(setting, since_start)),
    )


def environment(setting: Setting) -> dict[str, str]:
    """Return the children's environment: this one's, with every setting that matters overruled."""
    source = str(Path(__file__).resolve().parent.parent)
    ours = {
        "DATABASE_URL": setting.database_url,
        "PUBLIC_BASE_URL": setting.web,
        "SERVICE_NUMBERS": SERVICE_NUMBER,
        "TWILIO_ACCOUNT_SID": setting.account_sid,
        "TWILIO_AUTH_TOKEN": setting.auth_token,
        "TWILIO_AUTH_TOKEN_SECONDARY": "",
        "TWILIO_API_BASE_URL": setting.phones,
        "SECRET_KEY": setting.secret_key,
        "TRUSTED_PROXIES": "0",
        "PORT": str(setting.port),
        "SMTP_URL": "",
        "BREAK_GLASS_PUBLISHER": f"file:{setting.folder / 'break-glass.xml'}",
        "PYTHONPATH": os.pathsep.join(filter(None, (source, os.environ.get("PYTHONPATH")))),
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **ours}


def _answers(url: str) -> bool:
    return _page(url) is not None


def _page(url: str) -> bytes | None:
    """Fetch a page of our own, never over a proxy; nothing if it does not answer with 200."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as reply:
            page: bytes = reply.read()
            return page
    except (OSError, urllib.error.URLError):
        return None


def _clock_beats(setting: Setting, since_start: float) -> bool:
    """Whether some clock has beaten since ours was started, as the web process sees it."""
    page = _page(f"{setting.web}/readyz")
    age = json.loads(page).get("clock_age_seconds") if page else None
    return age is not None and age < since_start


class Household:
    """The running children: started, waited for, started again when they die, and stopped by their process ids."""

    def __init__(self, setting: Setting, tell: Callable[[str], None]) -> None:
        """Begin with nobody; `tell` says what happens to whoever watches."""
        self.setting = setting
        self.tell = tell
        self.roles = {role.name: role for role in roles(setting)}
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, float] = {}
        self.deaths: dict[str, list[float]] = {name: [] for name in self.roles}

    def log(self, name: str) -> Path:
        """Return the file that holds a child's words."""
        return self.setting.folder / f"{name}.log"

    def start(self, name: str) -> None:
        """Start one child; its words go to its log, which begins anew with each run of the demo."""
        with self.log(name).open("ab" if name in self.started else "wb") as log:
            self.children[name] = subprocess.Popen(
                [sys.executable, "-m", *self.roles[name].arguments],
                env=environment(self.setting),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone, and we stop the children in order
            )
        self.started[name] = time.monotonic()

    def wait_until_ready(self, is_told_to_stop: Callable[[], bool]) -> None:
        """Wait until each child answers; Refused with its last words if one does not in time."""
        until = time.monotonic() + READY_WITHIN
        for role in self.roles.values():
            while not is_told_to_stop() and not role.answers(time.monotonic() - self.started[role.name]):
                if time.monotonic() > until:
                    words = last_words(self.log(role.name))
                    facts = {"seconds": READY_WITHIN, "log": self.log(role.name), "words": words}
                    raise Refused("child_silent", name=role.name, **facts)
                self.revive()
                time.sleep(0.1)

    def revive(self) -> None:
        """Start every child again that has ended; Refused if one keeps dying."""
        for name, child in list(self.children.items()):
            if child.poll() is None:
                continue
            now = time.monotonic()
            self.deaths[name] = [at for at in self.deaths[name] if at > now - DEATHS_WITHIN] + [now]
            if len(self.deaths[name]) > DEATHS_ALLOWED:
                times, log = len(self.deaths[name]), self.log(name)
                raise Refused("child_died", name=name, times=times, log=log, words=last_words(log))
            self.tell(f"the {name} process ended (code {child.returncode}); starting it again")
            self.start(name)

    def stop(self) -> None:
        """Ask every child to stop, and stop those that do not."""
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        until = time.monotonic() + STOP_WITHIN
        for name, child in self.children.items():
            try:
                child.wait(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.tell(f"the {name} process did not stop by itself")
                child.kill()
                child.wait()


def last_words(log: Path, lines: int = 15) -> str:
    """Return the end of a log."""
    words = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return "\n".join(words.splitlines()[-lines:])


@contextmanager
def told_to_stop() -> Iterator[Callable[[], bool]]:
    """Lend a question: was this process told to stop (Ctrl-C, SIGTERM, terminal closed)? Old handlers come back at the end."""
    told: list[int] = []
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, lambda number, _: told.append(number)) for number in numbers}
    try:
        yield lambda: bool(told)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(setting: Setting, clock: Clock, tell: Callable[[str], None]) -> None:
    """Run the demo until told to stop; whatever happens, no child is left behind."""
    documents = prepare(setting)
    household = Household(setting, tell)
    with told_to_stop() as is_told_to_stop:
        try:
            for name in household.roles:
                household.start(name)
            household.wait_until_ready(is_told_to_stop)
            if not is_told_to_stop():
                tell("\n".join(tour(setting, rung_first(setting, documents, clock))))
            while not is_told_to_stop():
                household.revive()
                time.sleep(0.2)
        finally:
            household.stop()
    tell("stopped")


# What is said ---------------------------------------------------------------------------------------------------------


def tour(setting: Setting, first: str) -> Sequence[str]:
    """Say where everything is, and what to try first."""
    elsewhere = "" if setting.simulator_port == DEFAULT_SIMULATOR_PORT else f" --url {setting.phones}"
    return (
        "",
        "Switchboard is running. Everything stays on this machine; Ctrl-C stops it.",
        "",
        f"  Phones        {setting.phones}/",
        f"  Service line  {SERVICE_NUMBER}",
        f"  Health        {setting.web}/readyz",
        f"  Logs          {setting.folder}{os.sep}*.log",
        "",
        "A tour of one minute:",
        "  1. Open the phones page and call the service line as Dana Reyes of Northside Clinic.",
        "  2. Press 1 as soon as you hear the greeting: everything is down.",
        f"  3. The handset of {first} rings. Answer it there and press 1: the two are connected.",
        "  4. Hang up, then look at what was written down: switchboard case list",
        "",
        f'From a terminal: python -m simulator call{elsewhere} --from +12025550111 --keys "1"',
        "",
    )
