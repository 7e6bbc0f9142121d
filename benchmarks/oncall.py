"""The resolver: "who is on duty now" per second, and a year's preview of a large roster from cold, with how both grow.

Aims: one question costs the same however far it lies from the anchor of the rotations; one year of 20 layers with 200
overrides is previewed within 50 ms. Cold is a process that has read the roster and resolved nothing yet; reading is shown
beside it. Each cold figure is the median of several such processes. All figures are seconds of the processor, so that
other work on the machine does not count.
"""

import json
import random
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.serving import ROOT
from oncall.layers import Roster, parse_roster
from oncall.preview import preview
from oncall.resolver import next_change, on_duty, segments

LAYERS, OVERRIDES, PEOPLE = 20, 200, 12
STARTS = 5
QUESTIONS = 4000
YEAR = timedelta(days=365)
BEGIN = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
PREVIEW_AIM_MS = 50
LEVEL = 1.5
"""A figure that stays below so many times the smallest counts as constant: the rest is the machine's unrest."""

COLD = ((1, 200), (2, 200), (4, 200), (1, 0), (1, 400), (1, 800))
"""Years and overrides: first the horizon grows, then the number of overrides within one year."""

MANY = (0, 200, 800)
"""Overrides of a roster that is asked who is on duty."""

FAR_YEARS = (0, 1, 10, 100)
RHYTHMS = (("weeks", 1), ("days", 1), ("hours", 12), ("weeks", 2), ("days", 3))


def written(overrides: int = OVERRIDES, years: int = 1) -> dict[str, Any]:
    """Write a roster of 20 layers, half of them in weekly windows, with so many overrides spread over so many years."""
    return {
        "key": "line",
        "time_zone": "America/Chicago",
        "coverage": "always",
        "layers": [layer(place) for place in range(LAYERS)],
        "overrides": [override(number, overrides, years) for number in range(overrides)],
    }


def layer(place: int) -> dict[str, Any]:
    unit, length = RHYTHMS[place % len(RHYTHMS)]
    day = ("mon", "tue", "wed", "thu", "fri")[place % 5]
    hours: Any = "always" if place == 0 else [[f"{day} 08:00", f"{day} 20:00"], ["sat 06:00", "sun 22:00"]]
    order = [f"p{(place + turn) % PEOPLE}" for turn in range(5)]
    rule = {"key": f"layer-{place}", "priority": place // 2 + 1, "unit": unit, "length": length, "participants": order}
    return {**rule, "start": "2026-01-05T08:00", "turns": ("calendar", "covered")[place % 2], "coverage": hours}


def override(number: int, count: int, years: int) -> dict[str, Any]:
    """Write one of `count` overrides, none of which overlaps another."""
    spread = YEAR * years / count
    start = BEGIN + spread * number
    given = {"start": start.isoformat(), "end": (start + min(spread, timedelta(hours=10))).isoformat()}
    one, other = f"p{number % PEOPLE}", f"p{(number + 5) % PEOPLE}"
    kind = ("replace", "remove", "add")[number % 3]
    return {"kind": kind, "technician": one, **({"replaces": other} if kind == "replace" else {}), **given}


# A year from cold -----------------------------------------------------------------------------------------------------


def cold(years: int, overrides: int) -> tuple[float, float, int]:
    """Return the milliseconds for reading a written roster and for its preview, and the number of segments; for a fresh process."""
    data = written(overrides, years)
    began = time.process_time()
    roster = parse_roster(data)
    read = time.process_time()
    found = preview(roster, BEGIN, BEGIN + YEAR * years)
    return (read - began) * 1000, (time.process_time() - read) * 1000, len(found["segments"])


def median_cold(years: int, overrides: int) -> tuple[float, float, int]:
    """Measure in several fresh processes."""
    command = [sys.executable, "-m", "benchmarks.oncall", "cold", str(years), str(overrides)]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT) for _ in range(STARTS)]
    reading, previewing, segments_found = zip(*(json.loads(run.stdout) for run in runs), strict=True)
    return statistics.median(reading), statistics.median(previewing), segments_found[0]


def year_from_cold() -> None:
    read, took, _ = median_cold(1, OVERRIDES)
    verdict = "met" if took <= PREVIEW_AIM_MS else "MISSED"
    what = f"preview of one year, {LAYERS} layers, {OVERRIDES} overrides, cold"
    print(f"{what}: {took:.0f} ms (and {read:.0f} ms to read it);  aim {PREVIEW_AIM_MS} ms {verdict}")
    for years, overrides in COLD:
        read, took, count = median_cold(years, overrides)
        segment = took / count * 1000
        print(f"  years {years}, overrides {overrides:3}: {took:4.0f} ms for {count} segments, {segment:.0f} us each")


# Who is on duty now ---------------------------------------------------------------------------------------------------


def questions_per_second(roster: Roster, since: datetime) -> float:
    """Ask at instants spread over a year; the first questions, which fill what is remembered, are not counted."""
    chance = random.Random(3)
    instants = [since + YEAR * chance.random() for _ in range(QUESTIONS)]
    for at in instants[: QUESTIONS // 10]:
        on_duty(roster, at)
    began = time.process_time()
    for at in instants:
        on_duty(roster, at)
    return QUESTIONS / (time.process_time() - began)


def who_is_on_duty() -> None:
    roster = parse_roster(written())
    print(
        f"who is on duty now, {LAYERS} layers, {OVERRIDES} overrides: {questions_per_second(roster, BEGIN):.0f} a second"
    )
    far = {years: questions_per_second(roster, BEGIN + YEAR * years) for years in FAR_YEARS}
    growth = max(far.values()) / min(far.values())
    print(f"  by years after the anchor: {each(far)};  aim constant {'met' if growth <= LEVEL else 'MISSED'}")
    many = {count: questions_per_second(parse_roster(written(count)), BEGIN) for count in MANY}
    print(f"  by overrides: {each(many)}")
    small = parse_roster({**written(0), "layers": [layer(0)]})
    print(f"  1 layer: {questions_per_second(small, BEGIN):.0f} a second")
    print(f"  with the roster read anew for each question, as a call does: {anew_per_second():.0f} a second")


def anew_per_second() -> float:
    """Read what is written and ask once, again and again; what was resolved of an equal roster is remembered."""
    data, asked = written(), QUESTIONS // 20
    on_duty(parse_roster(data), BEGIN)
    began = time.process_time()
    for number in range(asked):
        on_duty(parse_roster(data), BEGIN + timedelta(hours=number))
    return asked / (time.process_time() - began)


def each(rates: dict[int, float]) -> str:
    """Write the cost of one question for each count."""
    return ", ".join(f"{count}: {1_000_000 / rate:.0f} us" for count, rate in rates.items())


def when_it_changes() -> None:
    """Measure what every handover's text and every `who` asks besides: until when, and what one week holds."""
    roster = parse_roster(written())
    began = time.process_time()
    for day in range(365):
        next_change(roster, BEGIN + timedelta(days=day), BEGIN + YEAR * 2)
    until = (time.process_time() - began) / 365
    began = time.process_time()
    for week in range(52):
        segments(roster, BEGIN + timedelta(weeks=week), BEGIN + timedelta(weeks=week + 1))
    print(f"until when: {until * 1000:.2f} ms; one week: {(time.process_time() - began) / 52 * 1000:.2f} ms, both warm")


def main() -> None:
    who_is_on_duty()
    year_from_cold()
    when_it_changes()


if __name__ == "__main__":
    if sys.argv[1:2] == ["cold"]:
        print(json.dumps(cold(int(sys.argv[2]), int(sys.argv[3]))))
    else:
        main()
