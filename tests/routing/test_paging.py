"""The words of texts: every page says which case it is about, whose it is, how bad, and what to do."""

from datetime import UTC, datetime

import pytest

from routing import paging
from routing.paging import CaseWords

CASE = CaseWords("100014", "Northside Clinic", "premium", "critical", "Whole system down.", "America/New_York")
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
"""Noon in New York, a Monday."""

ONE_TEXT = 306
"""Characters of two joined text messages in the plain alphabet: a page longer than that comes in pieces."""

PAGES = {
    "page": paging.page(CASE),
    "chase": paging.chase_page(CASE, 7),
    "next level": paging.next_level_page(CASE, "Sam Ortiz"),
    "taken": paging.taken(CASE, "Kim Nakamura"),
    "taken over": paging.taken_over(CASE, "Maria Lindqvist"),
    "desk": paging.desk_notice(CASE, NOON),
}


@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_every_text_to_staff_holds_the_case_number_and_the_customer(text: str) -> None:
    assert "100014" in text
    assert "Northside Clinic" in text
    assert len(text) <= ONE_TEXT


@pytest.mark.parametrize("name", ["page", "chase", "next level"])
def test_a_page_says_how_well_the_customer_is_covered_what_is_wrong_and_what_to_do(name: str) -> None:
    for words in ("Premium", "Whole system down.", "press 1 on that call to take it"):
        assert words in PAGES[name]


def test_a_page_names_the_severity_first() -> None:
    assert PAGES["page"].startswith("CRITICAL 10 00 14 (100014)")


def test_a_chase_says_for_how_long_nobody_has_come() -> None:
    assert "NOBODY HAS ACCEPTED case 100014" in PAGES["chase"]
    assert "open for 7 min" in PAGES["chase"]


def test_whoever_was_paged_for_nothing_hears_who_has_it() -> None:
    assert "Kim Nakamura has it" in PAGES["taken"]


def test_instants_are_said_in_the_customers_own_time() -> None:
    assert paging.local_words(NOON, "America/New_York") == "Mon 2 Mar 12:00 (New York)"
    assert paging.local_words(NOON, "Asia/Kolkata") == "Mon 2 Mar 22:30 (Kolkata)"
    assert "Mon 2 Mar 12:00 (New York)" in PAGES["desk"]


@pytest.mark.parametrize(("tier", "words"), [("none", "no active agreement"), ("essential", "Essential")])
def test_tiers_are_named_as_people_do(tier: str, words: str) -> None:
    assert paging.tier_words(tier) == words


NEWS_TO_CALLERS = (
    paging.caller_has_helper("100014", "Sam Ortiz"),
    paging.caller_was_tried("100014"),
    paging.caller_is_left("100014", "Sam Ortiz"),
)


@pytest.mark.parametrize("text", NEWS_TO_CALLERS)
def test_every_text_to_a_caller_holds_the_case_number_and_no_name_of_a_customer(text: str) -> None:
    assert "100014" in text
    assert "Northside" not in text
