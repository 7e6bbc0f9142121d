"""Databases to measure on: a SQLite file and a PostgreSQL database, migrated, with a small world in each.

The PostgreSQL server is that of the tests; it runs without fsync, so commits to it are cheaper than a real server's.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foundation.db import Database
from switchboard.apply import apply_world
from switchboard.schema import upgrade
from switchboard.world import read_texts
from tests.databases import Yard, create, spelled

KINDS = ("sqlite", "postgresql")
CALLERS = 64
TECHNICIAN = "+12025550141"


def caller(number: int) -> str:
    """Return the phone of a known caller with the best agreement; there are CALLERS of them."""
    return f"+1202555{1000 + number % CALLERS}"


def world() -> str:
    """Write a world in which every known caller's outage rings the same technician at once."""
    accounts = "\n".join(account(number) for number in range(CALLERS))
    return f"""
[[technicians]]
key = "sam"
name = "Sam Ortiz"
phone = "{TECHNICIAN}"

{accounts}

[[escalation_policies]]
key = "critical"
steps = [{{ ring = ["technician:sam"], ring_seconds = 60 }}]
rounds = 1
"""


def account(number: int) -> str:
    return f"""
[[accounts]]
key = "account-{number}"
number = "{100000 + number}"
name = "Clinic {number}"
time_zone = "America/New_York"
contracts = [{{ tier = "premium", starts = "2020-01-01", ends = "2099-12-31" }}]
contacts = [{{ key = "caller-{number}", name = "Caller {number}", phone = "{caller(number)}" }}]
"""


@contextmanager
def measured_databases() -> Iterator[dict[str, str]]:
    """Lend the address of one database of each kind."""
    yard = Yard.opened()
    with tempfile.TemporaryDirectory() as folder:
        try:
            server = yard.postgresql_server()
            create(server, "measured")
            urls = {
                "sqlite": f"sqlite:///{Path(folder) / 'measured.db'}",
                "postgresql": spelled(server.set(database="measured")),
            }
            for url in urls.values():
                fill(url)
            yield urls
        finally:
            yard.close()


def fill(url: str) -> None:
    upgrade(url)
    database = Database(url)
    read, faults = read_texts([("measured.toml", world())])
    with database.begin() as session:
        apply_world(session, read, faults)
    database.close()
