from datetime import datetime, timedelta
from itertools import groupby

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncall.coverage import gaps
from oncall.layers import parse_roster
from oncall.resolver import segments
from tests.oncall.minutes import MINUTE, Data, Held, Oracle
from tests.oncall.rosters import rosters

SPAN_DAYS = 90
ASKED = timedelta(hours=36)

stepping = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def stepped(oracle: Oracle, start: datetime, end: datetime) -> list[tuple[datetime, datetime, frozenset[Held]]]:
    minutes = [start + MINUTE * n for n in range((end - start) // MINUTE)]
    runs = [(held, list(group)) for held, group in groupby(minutes, key=oracle.on_duty)]
    return [(group[0], group[-1] + MINUTE, held) for held, group in runs]


def resolved(roster: Data, start: datetime, end: datetime) -> list[tuple[datetime, datetime, frozenset[Held]]]:
    found = segments(parse_roster(roster), start, end)
    return [(s.start, s.end, frozenset(Held(*duty.held) for duty in s.on_duty)) for s in found]


def oracle_of(roster: Data, about: datetime) -> Oracle:
    return Oracle(roster, about - timedelta(days=SPAN_DAYS // 2), SPAN_DAYS)


@stepping
@given(rosters(), st.integers(-60, 24))
def test_segments_are_what_stepping_through_the_minutes_gives(drawn: tuple[Data, datetime], hours: int) -> None:
    roster, about = drawn
    start = about + timedelta(hours=hours)
    assert resolved(roster, start, start + ASKED) == stepped(oracle_of(roster, about), start, start + ASKED)


@stepping
@given(rosters(), st.integers(-60, 24))
def test_gaps_are_the_open_minutes_with_nobody(drawn: tuple[Data, datetime], hours: int) -> None:
    roster, about = drawn
    oracle, start = oracle_of(roster, about), about + timedelta(hours=hours)
    minutes = [start + MINUTE * n for n in range(ASKED // MINUTE)]
    bare = [at for at in minutes if oracle.roster_open[oracle.place(at)] and not oracle.on_duty(at)]
    found = gaps(parse_roster(roster), start, start + ASKED)
    assert bare == [at for at in minutes if any(gap.start <= at < gap.end for gap in found)]
