"""The words of texts: pages to technicians, news to callers and managers; pure, and every page holds the case number."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from foundation.ids import in_pairs


@dataclass(frozen=True, slots=True)
class CaseWords:
    """What a text may say of a case to the people who work on it."""

    number: str
    who: str
    """The account's name, or "unverified caller"."""
    tier: str
    severity: str
    problem: str
    zone: str


TIER_WORDS = {"none": "no active agreement", "unidentified": "account unknown"}


def tier_words(tier: str) -> str:
    """Name a tier as people do."""
    return TIER_WORDS.get(tier, tier.title())


def page(case: CaseWords) -> str:
    """Text that goes to a technician beside the ring."""
    return (
        f"{case.severity.upper()} {in_pairs(case.number)} ({case.number}): {case.who}, {tier_words(case.tier)}. {case.problem} "
        "We are ringing you now: press 1 on that call to take it."
    )


def chase_page(case: CaseWords, minutes: int) -> str:
    """Text that goes up the line while nobody has accepted."""
    return (
        f"NOBODY HAS ACCEPTED case {case.number}: {case.who}, {tier_words(case.tier)}, open for {minutes} min. {case.problem} "
        "We are ringing you too: press 1 on that call to take it."
    )


def next_level_page(case: CaseWords, asker: str) -> str:
    """Text that goes to the next level when whoever has the case asks for it."""
    return (
        f"NEXT LEVEL for case {in_pairs(case.number)} ({case.number}): {asker} asks for you. "
        f"{case.who}, {tier_words(case.tier)}. {case.problem} We are ringing you now: press 1 on that call to take it."
    )


def taken_over(case: CaseWords, winner: str) -> str:
    """Text that goes to whoever had the case and asked for the next level."""
    return f"Case {case.number} ({case.who}): {winner} has taken over as the next level."


def taken(case: CaseWords, winner: str) -> str:
    """Text that goes to everybody else who was paged."""
    return f"Case {case.number} ({case.who}): {winner} has it. You need not do anything."


def caller_opened(number: str, *, called: str, promise: str, link: str | None) -> str:
    """Text that gives the caller the case number; `called` is who is being rung for them, nobody where it is empty."""
    told = [f"Your case number is {number}."]
    if called:
        told.append(f"We are calling {called} now.")
    if promise:
        told.append(promise)
    if link:
        told.append(f"Help at any time: {link}")
    return " ".join(told)


def caller_has_helper(number: str, winner: str) -> str:
    """Text for a caller who has hung up and whose case somebody has taken."""
    return f"Case {number}: {winner} has taken your case and will call you back."


def caller_was_tried(number: str) -> str:
    """Text for a caller who did not answer when called back."""
    return f"Case {number}: we called you back and could not reach you. Please call us again; your case stays open."


def caller_is_left(number: str, winner: str) -> str:
    """Text for a caller who was cut off and whom the technician does not call back at once."""
    return f"Case {number}: {winner} works on your case. Please call us again whenever you want to speak to us."


def desk_notice(case: CaseWords, due: datetime | None) -> str:
    """Text that tells the case desk of a new ticket."""
    by = "" if due is None else f" First response due {local_words(due, case.zone)}."
    return f"New {case.severity} case {case.number}: {case.who}, {tier_words(case.tier)}.{by} {case.problem}".strip()


def missed_call(caller: str, where: str) -> str:
    """Text that tells the case desk of a caller who hung up before there was a case."""
    return f"Missed call from {caller}: hung up {where}, before a case was opened. Please call back."


def response_promise(due: datetime, zone: str) -> str:
    """Say to a caller, in a text, by when somebody answers."""
    return f"We will respond by {local_words(due, zone)}."


def local_words(at: datetime, zone: str) -> str:
    """Say an instant in a zone: `Tue 3 Mar 15:30 (New York)`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %H:%M} ({city(zone)})"


def spoken_time(at: datetime, zone: str) -> str:
    """Say an instant to a listener in a zone: `Tuesday March 3, 3 30 P M, New York time`; noon and midnight by name."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local:%B} {local.day}, {_spoken_hour(local)}, {city(zone)} time"


def _spoken_hour(local: datetime) -> str:
    if local.minute == 0 and local.hour in (0, 12):
        return "12 noon" if local.hour else "12 A M midnight"
    minutes = f" {local.minute:02d}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes} {'A M' if local.hour < 12 else 'P M'}"  # noqa: PLR2004 - noon


def city(zone: str) -> str:
    """Name a zone by its city: `America/New_York` is New York."""
    return zone.rsplit("/", maxsplit=1)[-1].replace("_", " ")
