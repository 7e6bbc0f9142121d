from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from oncall.follow_ups import Step, follow_up_at
from tests.oncall.rosters import zones
from tests.oncall.written import instant

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = instant("2026-03-02T15:00")


def test_a_short_request_is_followed_up_by_thirds() -> None:
    ends = MONDAY + timedelta(minutes=30)
    minutes = [(follow_up_at(MONDAY, ends, step, CHICAGO) - MONDAY).seconds // 60 for step in Step]
    assert minutes == [10, 20, 30]


def test_a_long_request_wakes_nobody() -> None:
    ends = MONDAY + timedelta(hours=48)
    assert follow_up_at(MONDAY, ends, Step.ASK_AGAIN, CHICAGO) == instant("2026-03-03T14:00")  # 01:00 becomes 08:00
    assert follow_up_at(MONDAY, ends, Step.TELL_MANAGERS, CHICAGO) == instant("2026-03-03T23:00")  # 17:00 stays


def test_an_evening_waits_for_the_next_morning() -> None:
    ends = MONDAY + timedelta(hours=36)
    assert follow_up_at(MONDAY, ends, Step.ASK_AGAIN, CHICAGO) == instant("2026-03-03T14:00")  # 21:00 becomes 08:00


@given(zone=zones, minutes=st.integers(1, 60 * 24 * 30))
def test_the_steps_come_in_order_and_never_after_the_end(zone: str, minutes: int) -> None:
    ends = MONDAY + timedelta(minutes=minutes)
    dues = [follow_up_at(MONDAY, ends, step, ZoneInfo(zone)) for step in Step]
    assert MONDAY < dues[0] <= dues[1] <= dues[2] == ends
