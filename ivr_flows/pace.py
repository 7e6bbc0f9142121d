"""How long words take: every sentence is measured with a sample of each fact, as long as it is likely to get."""

from collections.abc import Mapping

WORDS_PER_SECOND = 2.5  # the pace of a telephone voice; a digit spoken alone counts as a word
KEY_SECONDS = 0.5  # one key of a number, keyed without haste

SAMPLES: Mapping[str, str] = {
    "organisation": "Technical support",
    "language": "en",
    "account_digits": "6",
    "account_number": "204517",
    "account.1": "northside",
    "account.1.spoken": "517",
    "account.2": "lakeview",
    "account.2.spoken": "620",
    "account.3": "harbor",
    "account.3.spoken": "991",
    "case_number": "100428",
    "queue": "q-7f3a",
    "charge": "by your price list",
    "priority": "medium",
    "response_by": "Wednesday January 14, 3 30 P M, Los Angeles time",
    "opens": "Monday January 12, 12 A M midnight, Los Angeles time",
    "callback_spoken": "2 0 2, 5 5 5, 0 1 1 1",
    "caller_id": "known",
    "being_tried": "Sam and Kim",
    "waited": "one minute 40 seconds",
    "account": "Northside Clinic",
    "coverage": "no active agreement",
    "problem": "Whole system or network down",
    "caller_spoken": "2 0 2, 5 5 5, 0 1 1 1",
    "waiting_since": "Monday January 12, 3 10 P M, Los Angeles time",
    "caller_phone": "+12025550111",
    "service_number": "+12025550100",
    "technician": "Sam Ortiz",
    "drill": "7f3a",
    "drill_roster": "Critical line",
    "duty_roster": "critical",
    "duty_roster_name": "Critical line",
    "duty_until": "Monday January 12, 12 A M midnight, Los Angeles time",
    "shift_roster_name": "Critical line",
    "shift_from": "Monday January 12, 12 A M midnight, Los Angeles time",
    "shift_until": "Monday January 12, 12 A M midnight, Los Angeles time",
}


def spoken_words(text: str) -> tuple[str, ...]:
    """The words that a voice speaks: what holds a letter or a digit."""
    return tuple(word for word in text.split() if any(character.isalnum() for character in word))


def seconds_of(text: str) -> float:
    """How long the text takes to say."""
    return len(spoken_words(text)) / WORDS_PER_SECOND
