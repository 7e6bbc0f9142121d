from datetime import UTC, datetime, timedelta

import pytest

from routing.case_clocks import CaseEvent, facts_of
from routing.notices import Notice, People, Tell, Told, Wait, addressees, is_news, untold, words
from routing.paging import CaseWords
from routing.sla import Calendar, default_calendar
from tests.routing.test_case_clocks import ADVANCED, after, event, opened, severity

ZONE = "America/New_York"
ALWAYS, OFFICE, FIVE_DAYS = (default_calendar(hours, ZONE) for hours in ("24/7", "business hours", "24/5"))

TUESDAY_NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
TUESDAY_NIGHT = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
TUESDAY_OPENING = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)
SATURDAY_MIDNIGHT = datetime(2026, 3, 7, 5, 0, tzinfo=UTC)
MONDAY_MIDNIGHT = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

AT_DESK = People(None, False, ("ana", "lee"), None, ("maria",))
OWNED = People("sam", True, ("ana",), None, ("maria",))
OWNER_ASLEEP = People("sam", False, ("ana",), None, ("maria",))
DESERTED = People(None, False, (), None, ("maria",))


def notice(what: str, at: datetime, due: datetime | None = None) -> Notice:
    return Notice("response", what, 0, at, due or at + HOUR)  # type: ignore[arg-type]  # literals of a table


def heard(
    what: str, calendar: Calendar, people: People, at: datetime, due: datetime | None = None, *, critical: bool = False
) -> Tell | Wait:
    return addressees(notice(what, at, due), calendar, people, at, is_critical=critical)


@pytest.mark.parametrize("what", ["50", "75", "90", "breach", "resume"])
def test_whoever_is_at_work_hears_everything(what: str) -> None:
    assert heard(what, ALWAYS, AT_DESK, TUESDAY_NOON) == Tell(("ana", "lee"))
    assert heard(what, OFFICE, OWNED, TUESDAY_NOON) == Tell(("sam",))


def test_an_owner_who_is_not_at_work_is_left_alone_and_the_desk_hears() -> None:
    assert heard("90", ALWAYS, OWNER_ASLEEP, TUESDAY_NIGHT) == Tell(("ana",))


def test_a_clock_that_stands_still_at_night_is_not_spoken_of_before_it_opens() -> None:
    late = notice("75", TUESDAY_NIGHT - 8 * HOUR)
    assert addressees(late, OFFICE, AT_DESK, TUESDAY_NIGHT, is_critical=False) == Wait(TUESDAY_OPENING)


def test_what_is_due_at_closing_time_is_told_to_people_who_are_still_there() -> None:
    assert heard("breach", FIVE_DAYS, AT_DESK, SATURDAY_MIDNIGHT) == Tell(("ana", "lee"))


def test_what_is_due_at_closing_time_wakes_nobody() -> None:
    assert heard("breach", FIVE_DAYS, DESERTED, SATURDAY_MIDNIGHT) == Wait(MONDAY_MIDNIGHT)


def empty_until(opens: datetime) -> People:
    return People(None, False, (), opens, ("maria",))


def test_an_empty_desk_hears_when_it_fills_again_if_that_is_in_time() -> None:
    opens = TUESDAY_NIGHT + HOUR
    assert heard("90", ALWAYS, empty_until(opens), TUESDAY_NIGHT, opens + HOUR) == Wait(opens)


@pytest.mark.parametrize("what", ["75", "90", "breach"])
def test_the_managers_hear_where_the_desk_would_come_too_late(what: str) -> None:
    late = empty_until(TUESDAY_NIGHT + 5 * HOUR)
    due = TUESDAY_NIGHT if what == "breach" else TUESDAY_NIGHT + HOUR
    assert heard(what, ALWAYS, late, TUESDAY_NIGHT, due) == Tell(("maria",))


def test_nobody_is_woken_because_half_the_time_is_left() -> None:
    opens = TUESDAY_NIGHT + 5 * HOUR
    assert heard("50", ALWAYS, empty_until(opens), TUESDAY_NIGHT) == Wait(opens)


def test_a_desk_that_nobody_will_ever_staff_is_no_reason_for_silence() -> None:
    assert heard("50", ALWAYS, DESERTED, TUESDAY_NIGHT) == Tell(("maria",))


@pytest.mark.parametrize(
    ("what", "people", "expected"),
    [
        ("50", OWNER_ASLEEP, ("sam",)),
        ("75", AT_DESK, ("ana", "lee")),
        ("90", DESERTED, ("maria",)),
        ("breach", OWNER_ASLEEP, ("sam", "maria")),
        ("breach", AT_DESK, ("ana", "lee", "maria")),
        ("breach", DESERTED, ("maria",)),
    ],
)
def test_a_critical_case_is_told_at_any_hour_and_its_breach_to_the_managers(
    what: str, people: People, expected: tuple[str, ...]
) -> None:
    assert heard(what, OFFICE, people, TUESDAY_NIGHT, critical=True) == Tell(expected)


# Which notices there are


def test_four_notices_come_for_each_target() -> None:
    found = untold(facts_of("response", ADVANCED, [opened()]), [])
    assert [(one.event, one.at) for one in found] == [
        ("50", after(2)), ("75", after(3)), ("90", after(3.6)), ("breach", after(4)),
    ]  # fmt: skip


def test_what_is_on_record_does_not_come_again_though_a_wait_moves_its_instant() -> None:
    waited = facts_of("update", ADVANCED, [opened(), event(13, "paused"), event(15, "resumed")])
    told = [Told("50", 0, after(24))]
    assert [one.event for one in untold(waited, told)] == ["75", "90", "breach"]


def test_a_new_target_warns_anew() -> None:
    changed = facts_of("response", ADVANCED, [opened(), severity(1, "medium", "critical", "impact_changed")])
    assert [one.version for one in untold(changed, [Told("50", 0, after(4))])] == [1, 1, 1, 1]


def test_a_paused_or_satisfied_clock_warns_of_nothing() -> None:
    assert untold(facts_of("update", ADVANCED, [opened(), event(1, "paused")]), []) == ()
    assert untold(facts_of("response", ADVANCED, [opened(), event(1, "responded")]), []) == ()


def test_the_planned_end_of_a_wait_is_told_once_for_each_plan() -> None:
    written = "2026-03-03T15:00:00Z"
    paused = facts_of("update", ADVANCED, [opened(), event(1, "paused", resume_at=written)])
    (planned,) = untold(paused, [])
    assert (planned.event, planned.at) == ("resume", after(24))
    assert untold(paused, [Told("resume", 0, after(24))]) == ()
    assert (
        untold(facts_of("response", ADVANCED, [opened(), event(1, "paused", resume_at=written)]), [])[0].event == "50"
    )


def test_a_missed_instant_that_a_new_target_leaves_missed_is_no_second_breach() -> None:
    told = [Told("breach", 0, after(4))]
    assert not is_news(Notice("response", "breach", 1, after(4), after(4)), told)
    assert is_news(Notice("response", "breach", 1, after(5), after(5)), told)
    assert is_news(Notice("response", "50", 1, after(2), after(4)), told)


def test_the_words_name_case_share_due_instant_in_the_account_s_zone_and_who_has_it() -> None:
    case = CaseWords("100013", "Northside Clinic", "premium", "medium", "Work slowed.", ZONE)
    assert words(notice("75", after(3), after(4)), case, None) == (
        "Case 100013 (Northside Clinic, Premium, medium): 75 % of the time to the first response is used, "
        "due Mon 2 Mar 14:00 (New York). Nobody has it. Work slowed."
    )
    assert words(notice("breach", after(4), after(4)), case, "Sam Ortiz") == (
        "BREACHED: the first response of case 100013 (Northside Clinic, Premium, medium) was due "
        "Mon 2 Mar 14:00 (New York). Sam Ortiz has it. Work slowed."
    )
    assert "was to wait until Mon 2 Mar 14:00" in words(notice("resume", after(4), after(4)), case, None)


def test_an_event_that_no_clock_looks_at_is_passed_over() -> None:
    assert facts_of("response", ADVANCED, [opened(), CaseEvent(after(1), "recorded", {})]).version == 0
