"""Phone numbers as values: read from what carriers and people write, spoken, masked; and callers who withhold theirs."""

import re
from dataclasses import dataclass

import phonenumbers

WITHHELD = frozenset(
    {
        "", "anonymous", "restricted", "blocked", "unknown", "unavailable", "private", "withheld",
        "+266696687", "266696687", "+7378742833", "7378742833", "+2562533", "2562533",
        "+8656696", "8656696", "+86282452253", "86282452253",
    }
)  # fmt: skip
"""How a withheld number arrives: as a word, or as the word's spelling on a keypad (Twilio's documentation of `From`)."""

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)

LONGEST = 32
"""Texts longer than this are never numbers: E.164 has 15 digits, the rest is room for blanks and brackets."""


@dataclass(frozen=True, slots=True, order=True)
class PhoneNumber:
    """A valid telephone number in E.164 form, such as +12025550141."""

    e164: str

    @classmethod
    def parse(cls, text: str, region: str | None = None) -> "PhoneNumber":
        """Read a number as typed or sent; ValueError if it is none. `region` helps with national notation."""
        if len(text) > LONGEST:
            raise ValueError("too long for a phone number")
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException as fault:
            raise ValueError(f"{text!r} is not a phone number; write it like +12025550141") from fault
        if not phonenumbers.is_valid_number(number):
            raise ValueError(f"{text!r} is not a number in use; write it like +12025550141")
        return cls(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    @classmethod
    def dialled(cls, text: str) -> "PhoneNumber":
        """Take a number that a carrier uses, in E.164 form, known to a numbering plan or not; ValueError if malformed."""
        if not _E164.fullmatch(text):
            raise ValueError(f"{text[:LONGEST]!r} is not a number in E.164 form; write it like +12025550141")
        return cls(text)

    @property
    def spoken(self) -> str:
        """The digits one by one, in the national groups, for a voice."""
        return ", ".join(" ".join(group) for group in self._groups())

    @property
    def masked(self) -> str:
        """The number for logs: only its last two digits can be read."""
        return masked(self.e164)

    def _groups(self) -> list[str]:
        try:
            number = phonenumbers.parse(self.e164)
        except phonenumbers.NumberParseException:  # no country has this prefix: groups of three, from the left
            return [self.e164[i : i + 3] for i in range(1, len(self.e164), 3)]
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        return ["".join(c for c in group if c.isdigit()) for group in national.replace("-", " ").split()[1:]]

    def __str__(self) -> str:
        """Write the number in E.164 form."""
        return self.e164


def caller_number(sent: str | None) -> PhoneNumber | None:
    """Read the carrier's `From`: nothing for a withheld, absent or malformed number, never an error.

    A number that has the right form but that no numbering plan knows is kept: plans change faster than their tables, and
    whoever rang from it can be rung back.
    """
    text = (sent or "").strip().lower()
    if text in WITHHELD or not _E164.fullmatch(text):
        return None
    return PhoneNumber(text)


def keyed_number(digits: str, near: PhoneNumber) -> PhoneNumber | None:
    """Read a number keyed in by a caller: as dialled in the country of `near`, else with its country code in front."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(near.e164))
    except phonenumbers.NumberParseException:
        region = None
    for text, where in ((digits, region), (f"+{digits}", None)):
        try:
            return PhoneNumber.parse(text, where)
        except ValueError:
            continue
    return None


def masked(text: str) -> str:
    """Hide all but the last two characters of a number or of what came in its place."""
    return "*" * max(0, min(len(text), 16) - 2) + text[-2:] if len(text) > 2 else "**"  # noqa: PLR2004 - two stay readable
