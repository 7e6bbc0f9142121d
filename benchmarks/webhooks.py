"""What webhooks cost: signature, lock, reads, writes, document, against a bare Flask answer on the same server.

Four kinds: a call comes in; a key is pressed; a caller who waits asks what to hear; news of a technician's leg. Runs
alternate and medians are compared, so the ratios hold on other machines; the absolute figures do not. Aims, at 16
connections: 0.15 of bare Flask with SQLite and at most 40 ms for the slowest hundredth, 0.20 and 25 ms with PostgreSQL.
"""

import collections
import statistics
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.carrier_requests import INBOUND, raw_request, voice_form
from benchmarks.databases import measured_databases
from benchmarks.hunts import Hunted, hunts_under_way
from benchmarks.load import Load, Measured
from benchmarks.serving import environment, free_port, granian

CONNECTIONS = 16
ROUNDS = 3
BARE_REQUESTS = 1500
REQUESTS = 480
"""Of one round; at the rate of a slow machine two to three seconds."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What is asked of one database: the share of bare Flask's answers a second, and the slowest hundredth."""

    share: float
    p99_ms: float


AIMS = {"sqlite": Aim(0.15, 40), "postgresql": Aim(0.20, 25)}

Request = Callable[[int], tuple[str, dict[str, str]]]
"""Makes the path and the form of the request with a number; the same number is the same call."""


def kinds_of_webhook(hunts: list[Hunted]) -> dict[str, Request]:
    """Return what is measured, by its name; the second is sent for the calls of the first."""

    def hunted(number: int) -> Hunted:
        return hunts[number % len(hunts)]

    return {
        "call comes in": lambda n: (INBOUND, voice_form(n)),
        "key is pressed": lambda n: ("/webhooks/voice/turn/1", voice_form(n, Digits="7")),
        "hold poll": lambda n: (hunted(n).hold_path, hunted(n).form(CallStatus="in-progress", QueueSid="QU0")),
        "status callback": lambda n: (hunted(n).status_path, hunted(n).leg_form(CallStatus="ringing")),
    }


def main() -> None:
    with measured_databases() as urls:
        for kind, url in urls.items():
            measure_on(kind, url)


def measure_on(database: str, url: str) -> None:
    ports = free_port(), free_port()
    with (
        granian("benchmarks.bare_flask:create_app", ports[0], environment(url, ports[0])),
        granian("switchboard.factory:create_app", ports[1], environment(url, ports[1])),
    ):
        bare = [bare_round(ports[0])]  # warms up
        real: dict[str, list[Measured]] = collections.defaultdict(list)
        webhooks = kinds_of_webhook(hunts_under_way(ports[1], url))
        for turn in range(ROUNDS):
            for name, make in webhooks.items():
                real[name].append(real_round(ports[1], make, turn))
                bare.append(bare_round(ports[0]))
    for name, rounds in real.items():
        report(database, name, statistics.median(r.per_second for r in bare[1:]), rounds)


def bare_round(port: int) -> Measured:
    request = raw_request(port, INBOUND, voice_form(1))
    return Load(collections.deque([request] * BARE_REQUESTS), port).run(CONNECTIONS)


def real_round(port: int, make: Request, turn: int) -> Measured:
    numbers = range(10_000 * (turn + 1), 10_000 * (turn + 1) + REQUESTS)
    measured = Load(collections.deque(raw_request(port, *make(n)) for n in numbers), port).run(CONNECTIONS)
    assert measured.refused == 0, f"{measured.refused} requests were not answered with 200 or 204"
    return measured


def report(database: str, name: str, bare: float, rounds: list[Measured]) -> None:
    real = statistics.median(r.per_second for r in rounds)
    p50, p99 = statistics.median(r.median_ms for r in rounds), statistics.median(r.p99_ms for r in rounds)
    aim = AIMS[database]
    verdict = "met" if real / bare >= aim.share and p99 <= aim.p99_ms else "MISSED"
    print(
        f"{database:10}  {name:15}  bare Flask {bare:6,.0f}/s  ours {real:6,.0f}/s  ratio {real / bare:.3f}"
        f"  p50 {p50:3.0f} ms  p99 {p99:3.0f} ms;  aim {aim.share} and {aim.p99_ms:g} ms {verdict}"
    )


if __name__ == "__main__":
    main()
