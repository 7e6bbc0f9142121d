"""Rosters as people write them, with everything that a test does not care about filled in."""

from datetime import UTC, datetime
from typing import Any

from oncall.layers import Roster, parse_roster
from oncall.resolver import on_duty, segments


def layer(key: str = "primary", **changes: object) -> dict[str, Any]:
    """Write a layer: daily at 08:00 from Monday 1 June 2026, people a, b, c."""
    rule = {"key": key, "priority": 1, "unit": "days", "length": 1, "start": "2026-06-01T08:00", "turns": "calendar"}
    return {**rule, "coverage": "always", "participants": ["a", "b", "c"], **changes}


def override(kind: str, technician: str, start: str, end: str, replaces: str | None = None) -> dict[str, Any]:
    """Write an override."""
    written = {"kind": kind, "technician": technician, "start": start, "end": end}
    return written if replaces is None else {**written, "replaces": replaces}


def away(technician: str, start: str, end: str) -> dict[str, Any]:
    """Write a time off."""
    return {"technician": technician, "start": start, "end": end}


def data(*layers: dict[str, Any], **changes: object) -> dict[str, Any]:
    """Write a roster in UTC that is always covered, with one layer unless others are given."""
    return {"key": "line", "time_zone": "UTC", "coverage": "always", "layers": list(layers or (layer(),)), **changes}


def roster(*layers: dict[str, Any], **changes: object) -> Roster:
    """Read what `data` writes."""
    return parse_roster(data(*layers, **changes))


def instant(text: str) -> datetime:
    """Read an instant, in UTC unless it has an offset."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def people(who: Roster, at: str) -> list[str]:
    """Return the people on duty at an instant."""
    return [duty.technician for duty in on_duty(who, instant(at))]


def course(who: Roster, start: str, end: str) -> list[tuple[str, str, str]]:
    """Return the segments between two instants, each as start, end and people: '-' for nobody, without 2026- and :00."""
    found = segments(who, instant(start), instant(end))
    return [(short(s.start), short(s.end), "+".join(s.people) or "-") for s in found]


def short(at: datetime) -> str:
    """Write an instant as '06-01 08:00'."""
    return f"{at:%m-%d %H:%M}"
