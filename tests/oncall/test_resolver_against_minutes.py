from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncall.coverage import gaps
from oncall.layers import parse_roster
from oncall.resolver import on_duty, segments
from tests.oncall.minutes import MINUTE, Held, Oracle
from tests.oncall.rosters import rosters

SPAN_DAYS = 90


def by_minutes(oracle: Oracle, start: datetime, end: datetime) -> list[tuple[datetime, datetime, frozenset[Held]]]:
    minutes = [start + MINUTE * n for n in range((end - start) // MINUTE)]
    runs = [(held, list(group)) for held, group in groupby(minutes, key=oracle.on_duty)]
    return [(group[0], group[-1] + MINUTE, held) for held, group in runs]


def resolved(
    roster: dict[str, Any], start: datetime, end: datetime
) -> list[tuple[datetime, datetime, frozenset[Held]]]:
    found = segments(parse_roster(roster), start, end)
    return [(s.start, s.end, frozenset(Held(*duty.held) for duty in s.on_duty)) for s in found]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rosters(), st.integers(-60, 24))
def test_segments_are_what_stepping_through_the_minutes_gives(
    drawn: tuple[dict[str, Any], datetime], hours: int
) -> None:
    roster, about = drawn
    oracle = Oracle(roster, about - timedelta(days=SPAN_DAYS // 2), SPAN_DAYS)
    start = about + timedelta(hours=hours)
    end = start + timedelta(hours=36)
    assert resolved(roster, start, end) == by_minutes(oracle, start, end)
