import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.phone import WITHHELD, PhoneNumber, caller_number, keyed_number, masked

US = PhoneNumber("+12025550100")
LONDON = PhoneNumber("+442079460018")


@pytest.mark.parametrize(
    "word", ["anonymous", "Anonymous", " RESTRICTED ", "blocked", "unknown", "unavailable", "", None]
)
def test_a_number_withheld_by_a_word_is_none(word: str | None) -> None:
    assert caller_number(word) is None


@pytest.mark.parametrize(
    "keypad", ["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253", "266696687", "86282452253"]
)
def test_a_number_withheld_by_the_word_s_spelling_on_a_keypad_is_none(keypad: str) -> None:
    assert caller_number(keypad) is None


HOSTILE = (
    "client:alice",
    "sip:alice@example.com",
    "+12025550141; DROP TABLE calls",
    "+1202555014a",
    "12025550141",
    "+02025550141",
    "+1",
    "+" + "1" * 16,
    "+" + "9" * 5000,
    "+१२०२५५५०१४१",  # other scripts' digits are no number of a carrier
    "+1202\x005550141",
    "\n+12025550141\nx",
    "'\"><script>",
)


@pytest.mark.parametrize("sent", HOSTILE)
def test_a_malformed_or_hostile_caller_id_counts_as_withheld_and_never_fails(sent: str) -> None:
    assert caller_number(sent) is None


@pytest.mark.parametrize("sent", ["+12025550141", " +12025550141 ", "+442079460018", "+9991234567"])
def test_a_number_in_e164_form_is_kept_known_to_a_numbering_plan_or_not(sent: str) -> None:
    assert caller_number(sent) == PhoneNumber(sent.strip())


@settings(max_examples=200, deadline=None)
@given(sent=st.one_of(st.none(), st.text(max_size=40), st.from_regex(r"\+?[0-9*#]{0,20}", fullmatch=True)))
def test_whatever_a_carrier_sends_is_a_number_that_can_be_spoken_and_masked_or_none(sent: str | None) -> None:
    number = caller_number(sent)
    if number is not None:
        assert number.e164.lower() not in WITHHELD
        assert set(number.spoken) <= set("0123456789, ")
        assert number.e164[1:-2] not in number.masked


@pytest.mark.parametrize(
    ("e164", "spoken"),
    [
        ("+12025550141", "2 0 2, 5 5 5, 0 1 4 1"),
        ("+442079460018", "2 0, 7 9 4 6, 0 0 1 8"),
        ("+9991234567", "9 9 9, 1 2 3, 4 5 6, 7"),
    ],
)
def test_a_number_is_spoken_digit_by_digit_in_its_national_groups(e164: str, spoken: str) -> None:
    assert PhoneNumber(e164).spoken == spoken


@pytest.mark.parametrize(
    ("keyed", "near", "e164"),
    [
        ("2025550199", US, "+12025550199"),
        ("12025550199", US, "+12025550199"),
        ("01120794600", US, None),
        ("442079460018", US, "+442079460018"),
        ("02079460018", LONDON, "+442079460018"),
        ("2079460018", LONDON, "+442079460018"),
    ],
)
def test_a_keyed_number_is_read_as_dialled_in_the_country_of_the_service(
    keyed: str, near: PhoneNumber, e164: str | None
) -> None:
    assert keyed_number(keyed, near) == (None if e164 is None else PhoneNumber(e164))


@pytest.mark.parametrize("keyed", ["", "911", "5550199", "0000000", "999999999999999", "1" * 15])
def test_keys_that_are_no_number_are_refused(keyed: str) -> None:
    assert keyed_number(keyed, US) is None


@pytest.mark.parametrize("text", ["", "911", "+1 202", "not a number", "+1" * 40])
def test_a_number_that_is_typed_in_wrongly_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"phone number|in use"):
        PhoneNumber.parse(text)


@pytest.mark.parametrize("text", ["+1 (202) 555-0141", "+1 202 555 0141", "+1-202-555-0141"])
def test_a_number_typed_in_with_blanks_and_brackets_is_one_number(text: str) -> None:
    assert PhoneNumber.parse(text) == PhoneNumber("+12025550141")


@pytest.mark.parametrize("text", ["2025550141", "+0123456789", "+12", "+1202555014x", "anonymous"])
def test_a_service_number_that_is_not_in_e164_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"E\.164"):
        PhoneNumber.dialled(text)


def test_a_masked_number_shows_its_last_two_digits_only() -> None:
    assert PhoneNumber("+12025550141").masked == "**********41"
    assert masked("a" * 3000) == "*" * 14 + "aa"
    assert masked("x") == masked("") == "**"
