"""Identifiers: case numbers that a caller can key in, and opaque tokens for addresses that strangers see."""

import secrets
from typing import NewType

CaseNumber = NewType("CaseNumber", str)
Token = NewType("Token", str)

CASE_NUMBER_BASE = 10000
"""Serials start here, so that every number has six digits and is spoken as three pairs."""

_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
"""Damm's quasigroup of order 10 (H. M. Damm, 2004): finds every wrong digit and every swap of neighbours."""


def _damm(digits: str) -> str:
    state = "0"
    for digit in digits:
        state = _DAMM[int(state)][int(digit)]
    return state


def case_number(serial: int) -> CaseNumber:
    """Make the number of the `serial`-th case (counted from 1): its digits, then Damm's check digit."""
    digits = str(CASE_NUMBER_BASE + serial)
    return CaseNumber(digits + _damm(digits))


def is_case_number(text: str) -> bool:
    """Whether `text` is digits whose last is the right check digit."""
    return text.isascii() and text.isdigit() and len(text) > 1 and _damm(text) == "0"


def in_pairs(digits: str) -> str:
    """Write digits in groups of two, as they are read and printed: 104283 becomes `10 42 83`."""
    return " ".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def spoken_pairs(digits: str) -> str:
    """Write digits for a voice: one by one with a pause after each pair, `1 0, 4 2, 8 3`."""
    return ", ".join(" ".join(digits[i : i + 2]) for i in range(0, len(digits), 2))


def new_token() -> Token:
    """Make an opaque name of 128 random bits, safe inside a URL and as a queue's name."""
    return Token(secrets.token_hex(16))
