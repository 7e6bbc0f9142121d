import pytest

from ivr_flows.catalogue import FLOWS
from ivr_flows.check import REPROMPTS, prompts_of
from ivr_flows.nodes import Menu
from ivr_flows.wording import FALLBACK, SHIPPED, PromptBook, read_prompts, spoken_digits, spoken_in_pairs

BOOK = PromptBook({"en": {"hello": "Hello {name}, {number:pairs}.", "bye": "Bye."}, "es": {"hello": "Hola {name}."}})


@pytest.mark.parametrize(
    ("number", "pairs", "digits"),
    [
        ("100428", "1 0, 0 4, 2 8", "1 0 0 4 2 8"),
        ("10428", "1 0, 4 2, 8", "1 0 4 2 8"),
        ("10 04-28", "1 0, 0 4, 2 8", "1 0 0 4 2 8"),
        ("7", "7", "7"),
        ("", "", ""),
    ],
)
def test_numbers_are_spoken_in_pairs_or_digit_by_digit(number: str, pairs: str, digits: str) -> None:
    assert (spoken_in_pairs(number), spoken_digits(number)) == (pairs, digits)


def test_facts_are_put_in_their_places() -> None:
    assert BOOK.text("en", "hello", {"name": "Sam", "number": "1234"}) == "Hello Sam, 1 2, 3 4."


def test_a_missing_fact_is_left_out() -> None:
    assert BOOK.text("en", "hello", {}) == "Hello , ."


def test_braces_in_a_fact_stay_words() -> None:
    assert BOOK.text("es", "hello", {"name": "{number}", "number": "12"}) == "Hola {number}."


def test_a_language_borrows_what_it_lacks() -> None:
    assert BOOK.text("es", "bye", {}) == "Bye."
    assert BOOK.language("fr") == "en"


def test_an_unknown_prompt_is_silent() -> None:
    assert BOOK.text("en", "nothing", {}) == ""


def test_a_version_changes_with_the_words_and_only_with_them() -> None:
    other = PromptBook({"en": {**BOOK.languages["en"], "bye": "Goodbye."}})
    assert other.version("en", "hello") == BOOK.version("en", "hello")
    assert other.version("en", "bye") != BOOK.version("en", "bye")


def test_prompt_files_are_read_as_dotted_ids() -> None:
    assert read_prompts('[a]\nb = "x"\n[a.c]\nd = "y"\n') == {"a.b": "x", "a.c.d": "y"}


def test_every_shipped_sentence_is_used() -> None:
    nodes = [node for flow in FLOWS.values() for node in flow.nodes.values()]
    used = {prompt for node in nodes for prompt in prompts_of(node)} | {*REPROMPTS, "lost.goodbye"}
    assert set(SHIPPED.languages[FALLBACK]) == used
    assert any(isinstance(node, Menu) for node in nodes)


def test_every_other_language_has_only_sentences_that_english_has() -> None:
    for sentences in SHIPPED.languages.values():
        assert set(sentences) <= set(SHIPPED.languages[FALLBACK])
