"""What a real voice turn costs: signature, one write, one document, against a bare Flask answer on the same server.

Aims at 16 connections: at least 0.15 of bare Flask with SQLite (p99 at most 40 ms), 0.20 with PostgreSQL (p99 at most
25 ms). Runs alternate and the medians are compared, so the ratio holds on other machines; the absolute figures do not.
"""

import collections
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.carrier_requests import raw_request
from benchmarks.load import Load, Measured
from benchmarks.serving import environment, free_port, granian
from switchboard.schema import upgrade
from tests.databases import Yard, create, spelled

CONNECTIONS = 16
REQUESTS = 3000
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Aim:
    """What is asked of one database: the share of bare Flask's answers a second, and the slowest hundredth."""

    share: float
    p99_ms: float


AIMS = {"sqlite": Aim(0.15, 40), "postgresql": Aim(0.20, 25)}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        compare("sqlite", f"sqlite:///{Path(folder) / 'measured.db'}")
    yard = Yard.opened()
    try:
        server = yard.postgresql_server()
        create(server, "measured")
        compare("postgresql", spelled(server.set(database="measured")))
    finally:
        yard.close()


def compare(kind: str, database_url: str) -> None:
    upgrade(database_url)
    pairs = [
        (measure("benchmarks.bare_flask:create_app", database_url, turn), measure(SERVICE, database_url, turn))
        for turn in range(ROUNDS)
    ]
    bare = statistics.median(pair[0].per_second for pair in pairs)
    real = statistics.median(pair[1].per_second for pair in pairs)
    p99 = statistics.median(pair[1].p99_ms for pair in pairs)
    aim = AIMS[kind]
    verdict = "met" if real / bare >= aim.share and p99 <= aim.p99_ms else "MISSED"
    print(
        f"{kind}: bare Flask {bare:,.0f}/s, voice turn {real:,.0f}/s, ratio {real / bare:.2f}, p99 {p99:.0f} ms;",
        end=" ",
    )
    print(f"aim {aim.share} and {aim.p99_ms} ms {verdict}")


SERVICE = "switchboard.factory:create_app"


def measure(target: str, database_url: str, turn: int) -> Measured:
    port = free_port()
    requests = collections.deque(raw_request(turn * REQUESTS + number, port) for number in range(REQUESTS))
    with granian(target, port, environment(database_url, port)):
        warm = collections.deque(raw_request(10**9 + turn * 100 + number, port) for number in range(100))
        Load(warm, port).run(connections=4)
        measured = Load(requests, port).run(CONNECTIONS)
    assert measured.refused == 0, f"{measured.refused} requests were not answered with 200"
    return measured


if __name__ == "__main__":
    main()
