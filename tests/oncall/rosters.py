"""Rosters made up by hypothesis: in zones of every sort, near changes of their clocks, with every kind of rule."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.oncall.minutes import DAYS, moment, period

CLOCK_CHANGES = {
    "America/Chicago": ("2026-03-08", "2026-11-01"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "America/Phoenix": ("2026-03-08",),
    "America/Sao_Paulo": ("2018-02-18", "2018-11-04"),
    "Africa/Cairo": ("2026-04-24", "2026-10-29"),
    "Africa/Casablanca": ("2026-02-15", "2026-03-22"),
    "America/St_Johns": ("2026-03-08", "2026-11-01"),
    "Asia/Jerusalem": ("2026-03-27", "2026-10-25"),
    "Asia/Kathmandu": ("1985-12-31", "2026-05-01"),
    "Asia/Kolkata": ("2026-03-29",),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "Europe/Dublin": ("2026-03-29", "2026-10-25"),
    "Europe/London": ("2026-03-29", "2026-10-25"),
    "Pacific/Apia": ("2011-12-30", "2011-09-24"),
    "Pacific/Auckland": ("2026-04-05", "2026-09-27"),
    "Pacific/Chatham": ("2026-04-05", "2026-09-27"),
    "Pacific/Kwajalein": ("1993-08-21",),
    "UTC": ("2026-01-01",),
}
"""Zones with dates near which their clocks change; three hold no daylight saving, and Apia and Kwajalein lose a day."""

PEOPLE = ("a", "b", "c", "d", "e")

zones = st.sampled_from(sorted(CLOCK_CHANGES))


@st.composite
def scenes(draw: st.DrawFn) -> tuple[str, date]:
    """Draw a zone and a date near which its clock changes."""
    zone = draw(zones)
    return zone, date.fromisoformat(draw(st.sampled_from(CLOCK_CHANGES[zone])))


def times_of_day() -> st.SearchStrategy[str]:
    """Draw quarter hours, mostly those which clock changes repeat or skip."""
    hours = st.one_of(st.integers(0, 4), st.integers(0, 23))
    return st.builds("{:02d}:{:02d}".format, hours, st.sampled_from((0, 15, 30, 45)))


@st.composite
def walls(draw: st.DrawFn, about: date, days: int) -> str:
    """Draw a wall time within some days of a date."""
    day = about + timedelta(days=draw(st.integers(-days, days)))
    return f"{day}T{draw(times_of_day())}"


@st.composite
def windows(draw: st.DrawFn) -> list[list[str]]:
    """Draw one to four weekly windows, each of any length up to a week."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        opens, closes = (f"{draw(st.sampled_from(DAYS))} {draw(times_of_day())}" for _ in range(2))
        if opens != closes:
            found.append([opens, closes])
    return found or [["mon 00:00", "fri 24:00"]]


coverages = st.one_of(st.just("always"), st.just([["mon 00:00", "sat 00:00"]]), windows())


@st.composite
def layers(draw: st.DrawFn, about: date, key: str) -> dict[str, Any]:
    """Draw one version of a layer whose anchor lies near a date."""
    unit, longest = draw(st.sampled_from([("hours", 30), ("days", 5), ("weeks", 2), ("months", 1)]))
    layer = {
        "key": key,
        "priority": draw(st.integers(1, 3)),
        "unit": unit,
        "length": draw(st.integers(1, longest)),
        "start": draw(walls(about, 12)),
        "turns": draw(st.sampled_from(("calendar", "covered"))),
        "coverage": draw(coverages),
        "participants": draw(st.lists(st.sampled_from((*PEOPLE, "")), min_size=1, max_size=4)),
    }
    if draw(st.booleans()):
        layer["effective_from"] = draw(walls(about, 4))
    if draw(st.integers(0, 3)) == 0:
        layer["time_zone"] = draw(zones)
    return layer


@st.composite
def periods(draw: st.DrawFn, about: date, hours: int) -> dict[str, str]:
    """Draw start and end within a few days of a date."""
    start = draw(walls(about, 3))
    quarters = draw(st.integers(1, hours * 4))
    end = datetime.fromisoformat(start) + timedelta(minutes=15 * quarters)
    return {"start": start, "end": end.isoformat(timespec="minutes")}


@st.composite
def overrides(draw: st.DrawFn, about: date) -> dict[str, Any]:
    """Draw one override."""
    technician, other = draw(st.permutations((*PEOPLE, "y", "z")))[:2]
    kind = draw(st.sampled_from(("add", "remove", "replace", "replace")))
    replaces = {"replaces": other} if kind == "replace" else {}
    return {"kind": kind, "technician": technician, **replaces, **draw(periods(about, 48))}


@st.composite
def rosters(draw: st.DrawFn) -> tuple[dict[str, Any], datetime]:
    """Draw a roster and an instant near which all its rules are in play."""
    zone, about = draw(scenes())
    keys = draw(st.lists(st.sampled_from(("one", "two", "three")), min_size=1, max_size=4))
    roster = {
        "key": "line",
        "time_zone": zone,
        "coverage": draw(coverages),
        "holidays": draw(st.lists(holidays(about), max_size=2)),
        "layers": distinct_versions([draw(layers(about, key)) for key in keys], zone),
        "overrides": without_conflicts(draw(st.lists(overrides(about), max_size=5)), ZoneInfo(zone)),
        "time_off": [
            {"technician": draw(st.sampled_from(PEOPLE)), **draw(periods(about, 48))}
            for _ in range(draw(st.integers(0, 3)))
        ],
    }
    return roster, datetime.combine(about, datetime.min.time(), UTC)


@st.composite
def holidays(draw: st.DrawFn, about: date) -> str | dict[str, Any]:
    """Draw a closed day or a day of which some hours are closed."""
    day = (about + timedelta(days=draw(st.integers(-6, 6)))).isoformat()
    if draw(st.booleans()):
        return day
    start, end = sorted((draw(times_of_day()), draw(times_of_day())))
    return {"date": day, "closed": [[start, end if start < end else "24:00"]]}


def distinct_versions(drawn: list[dict[str, Any]], roster_zone: str) -> list[dict[str, Any]]:
    """Leave out layers that take effect at the same instant as another of their key."""
    kept: dict[Any, dict[str, Any]] = {}
    for layer in drawn:
        zone = ZoneInfo(layer.get("time_zone") or roster_zone)
        since = moment(layer["effective_from"], zone) if "effective_from" in layer else None
        kept.setdefault((layer["key"], since), layer)
    return list(kept.values())


def without_conflicts(drawn: list[dict[str, Any]], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Leave out overrides that claim somebody who is claimed at that time, by the end rule's longer hour."""
    kept: list[dict[str, Any]] = []
    for override in drawn:
        start, end = period(override, zone)
        mine = {override["technician"], override.get("replaces")} - {None}
        others = (other for other in kept if mine & {other["technician"], other.get("replaces")})
        if start < end and all(end <= begin or stop <= start for begin, stop in (period(o, zone) for o in others)):
            kept.append(override)
    return kept
