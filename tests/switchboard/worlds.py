"""Worlds made up by hypothesis: right ones, in the shape of a world file."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

KEYS = st.from_regex(r"[a-z][a-z0-9-]{0,7}", fullmatch=True)
NAMES = st.text(alphabet="abc ÄÖñ日本\"\\'#=[]{},.", min_size=1, max_size=12).map(str.strip).filter(bool)
ZONES = st.sampled_from(["UTC", "America/Chicago", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo"])
COVERAGE = st.sampled_from(
    ["always", [["mon 00:00", "fri 24:00"]], [["mon 08:00", "mon 17:00"], ["sat 22:00", "sun 06:00"]]]
)
HOLIDAYS = st.lists(
    st.sampled_from(["2026-12-25", {"date": "2026-12-24", "closed": [["12:00", "24:00"]]}]), max_size=2, unique_by=str
)
MOMENTS = st.sampled_from(["2026-01-05T08:00", "2026-03-08T02:30", "2026-11-01T01:30:00-05:00", "2020-02-29T00:00Z"])
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def phone(place: int) -> str:
    """Return a number set aside for fiction."""
    return f"+120255501{place:02d}"


@st.composite
def people(draw: st.DrawFn) -> list[dict[str, Any]]:
    keys = draw(st.lists(KEYS, min_size=1, max_size=4, unique=True))
    optional = {"time_zone": ZONES, "languages": st.lists(st.sampled_from(["en", "es"]), unique=True)}
    return [
        {"key": key, "name": draw(NAMES), "phone": phone(place)} | draw(st.fixed_dictionaries({}, optional=optional))
        for place, key in enumerate(keys)
    ]


@st.composite
def contracts(draw: st.DrawFn) -> dict[str, str]:
    starts = draw(DAYS)
    ends = starts + timedelta(days=draw(st.integers(0, 900)))
    tier = draw(st.sampled_from(["essential", "advanced", "premium"]))
    return {"tier": tier, "starts": starts.isoformat(), "ends": ends.isoformat()}


CONTACTS = st.fixed_dictionaries(
    {"key": KEYS, "name": NAMES},
    optional={"phone": st.integers(50, 59).map(phone), "email": st.just("a@b.example"), "language": st.just("es")},
)


@st.composite
def accounts(draw: st.DrawFn) -> list[dict[str, Any]]:
    optional = {
        "language": st.just("es"),
        "pin": st.just("0042"),
        "contracts": st.lists(contracts(), max_size=3),
        "contacts": st.lists(CONTACTS, max_size=3, unique_by=lambda contact: contact["key"]),
    }
    keys = draw(st.lists(KEYS, max_size=3, unique=True))
    return [
        {"key": key, "number": f"00{place}", "name": draw(NAMES), "time_zone": draw(ZONES)}
        | draw(st.fixed_dictionaries({}, optional=optional))
        for place, key in enumerate(keys)
    ]


@st.composite
def rosters(draw: st.DrawFn, technicians: list[str]) -> list[dict[str, Any]]:
    someone = st.sampled_from(technicians)
    layers = st.fixed_dictionaries(
        {"key": KEYS, "unit": st.sampled_from(["hours", "days", "weeks", "months"]), "start": MOMENTS}
        | {"participants": st.lists(someone | st.just(""), min_size=1, max_size=3)},
        optional={"priority": st.integers(-3, 3), "length": st.integers(1, 9), "coverage": COVERAGE}
        | {"turns": st.sampled_from(["calendar", "covered"]), "time_zone": ZONES},
    )
    away = {"technician": someone, "start": st.just("2026-04-01T00:00"), "end": st.just("2026-04-08T00:00")}
    optional = {
        "coverage": COVERAGE,
        "holidays": HOLIDAYS,
        "layers": st.lists(layers, max_size=2, unique_by=lambda layer: layer["key"]),
        "overrides": st.lists(st.fixed_dictionaries({"kind": st.just("add")} | away), max_size=1),
        "time_off": st.lists(st.fixed_dictionaries(away), max_size=1),
    }
    return [
        {"key": key, "name": draw(NAMES), "time_zone": draw(ZONES)} | draw(st.fixed_dictionaries({}, optional=optional))
        for key in draw(st.lists(KEYS, max_size=2, unique=True))
    ]


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Make a right world; kinds without a record are left out."""
    technicians = draw(people())
    keys = [person["key"] for person in technicians]
    targets = st.lists(st.sampled_from([f"technician:{key}" for key in keys]), min_size=1, max_size=2)
    steps = st.fixed_dictionaries({"ring": targets}, optional={"mode": st.sampled_from(["at_once", "staggered"])})
    world = {
        "policies": draw(st.fixed_dictionaries({}, optional={"grace_days": st.integers(0, 9)})),
        "technicians": technicians,
        "accounts": draw(accounts()),
        "rosters": draw(rosters(keys)),
        "escalation_policies": draw(st.just([]) | steps.map(lambda step: [{"key": "critical", "steps": [step]}])),
        "calendars": [{"key": "all", "mode": "always", "holidays": draw(HOLIDAYS)}],
        "service_levels": [
            {"tier": "advanced", "severity": "low", "response": "24h", "update": "3bd", "calendar": "all"}
        ],
    }
    return {kind: records for kind, records in world.items() if records}
