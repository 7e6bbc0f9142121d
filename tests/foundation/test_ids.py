from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.ids import case_number, in_pairs, is_case_number, new_token, spoken_pairs

SERIALS = st.integers(1, 3_000_000)


def test_case_numbers_are_six_digits_from_the_first_case_on() -> None:
    assert [len(case_number(serial)) for serial in (1, 2, 89_999)] == [6, 6, 6]
    assert len(case_number(90_000)) == 7


@settings(deadline=None)
@given(SERIALS)
def test_a_case_number_is_digits_only_and_known_as_one(serial: int) -> None:
    number = case_number(serial)
    assert number.isdigit()
    assert is_case_number(number)


@settings(deadline=None)
@given(SERIALS, st.data())
def test_one_wrong_digit_is_never_another_case(serial: int, data: st.DataObject) -> None:
    number = case_number(serial)
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    assert not is_case_number(number[:place] + wrong + number[place + 1 :])


@settings(deadline=None)
@given(SERIALS, st.data())
def test_two_neighbours_swapped_are_never_another_case(serial: int, data: st.DataObject) -> None:
    number = case_number(serial)
    place = data.draw(st.integers(0, len(number) - 2))
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or not is_case_number(swapped)


def test_different_cases_have_different_numbers() -> None:
    assert len({case_number(serial) for serial in range(1, 2000)}) == 1999


@settings(deadline=None)
@given(st.text(max_size=12))
def test_anything_can_be_asked_whether_it_is_a_case_number(text: str) -> None:
    assert not is_case_number(text) or text.isdigit()


def test_a_case_number_is_written_in_pairs_and_spoken_with_a_pause_after_each() -> None:
    assert in_pairs("104283") == "10 42 83"
    assert spoken_pairs("104283") == "1 0, 4 2, 8 3"
    assert spoken_pairs("1042831") == "1 0, 4 2, 8 3, 1"


def test_tokens_are_ascii_opaque_and_never_the_same() -> None:
    tokens = {new_token() for _ in range(500)}
    assert len(tokens) == 500
    assert all(token.isascii() and token.isalnum() and len(token) == 32 for token in tokens)
