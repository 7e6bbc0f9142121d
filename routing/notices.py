"""Warnings of clocks: which are due, who hears of them and in which words; pure.

People who are at work hear at once. Nobody else is woken for a case that is not critical, unless its clock is running
and nobody who is at work comes before it runs out; then the duty managers hear. A warning whose clock stands still
outside its hours waits for them to open. A critical case is told at any hour, its breach to the managers as well.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from foundation.windows import is_open, next_opening, zone_named
from routing import paging, sla
from routing.case_clocks import ClockRecord
from routing.paging import CaseWords
from routing.sla import Calendar, Clock

Event = Literal["50", "75", "90", "breach", "resume"]
"""Shares of the target in per cent, the due instant itself, and the planned end of a wait."""

JUST_NOW = timedelta(minutes=5)
"""A warning this young is told to people at work even where its hours have just closed: its instant may be the close."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning of one clock. `due` is the instant that it speaks of."""

    clock: Clock
    event: Event
    version: int
    at: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that is on record as dealt with."""

    event: str
    version: int
    due: datetime


def untold(record: ClockRecord, told: Collection[Told]) -> tuple[Notice, ...]:
    """Return the notices of a clock that are not on record yet, past and future, in order of time.

    Each share and the breach come once for each version of the target, however often a wait moves them, and none while
    the clock is paused. The planned end of a wait comes once for each planned instant, with the update clock alone.
    """
    facts = record.facts
    if facts is None or record.satisfied_at is not None:
        return ()
    found = sla.notices(facts)
    due = next((notice.at for notice in found if notice.event == "breach"), None)
    shares = [] if due is None else [Notice(record.clock, one.event, record.version, one.at, due) for one in found]
    known = {(one.event, one.version) for one in told}
    waiting = [notice for notice in shares if (notice.event, notice.version) not in known]
    return tuple(sorted([*waiting, *_planned(record, told)], key=lambda notice: notice.at))


def _planned(record: ClockRecord, told: Collection[Told]) -> Iterable[Notice]:
    at = record.resume_at
    if record.clock == "update" and at is not None and not any(t.event == "resume" and t.due == at for t in told):
        yield Notice(record.clock, "resume", record.version, at, at)


def is_news(notice: Notice, told: Iterable[Told]) -> bool:
    """Say whether a breach is new: a change of target that leaves a missed instant missed is no second breach."""
    return notice.event != "breach" or not any(one.event == "breach" and one.due >= notice.due for one in told)


# Who hears ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class People:
    """Who could be told now. `owner` is whoever has the case; `desk_opens` is when an empty case desk has somebody."""

    owner: str | None
    is_owner_at_work: bool
    desk: tuple[str, ...]
    desk_opens: datetime | None
    managers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell these people now; nobody, where nobody can be found at all."""

    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Tell nobody yet; look again at this instant, which is still to come."""

    until: datetime


def addressees(notice: Notice, calendar: Calendar, people: People, at: datetime, *, is_critical: bool) -> Tell | Wait:
    """Decide who hears of a notice that is due at `at`, or when to ask again. `calendar` is the one its clock runs on."""
    if is_critical:
        return Tell(_of_critical(notice, people))
    coverage, closures = calendar.counted
    zone = zone_named(calendar.zone)
    is_running = is_open(coverage, zone, at, closures)
    at_work = (people.owner,) if people.owner and people.is_owner_at_work else people.desk
    if at_work and (is_running or at - notice.at <= JUST_NOW):
        return Tell(at_work)
    if not is_running:
        return Wait(next_opening(coverage, zone, at, closures))
    if people.desk_opens is not None and (notice.event in AT_WORK_ONLY or people.desk_opens < notice.due):
        return Wait(people.desk_opens)
    return Tell(people.managers)


AT_WORK_ONLY = frozenset({"50", "resume"})
"""Half the time is left, or a plan has come to its end: nobody is called from sleep for that."""


def _of_critical(notice: Notice, people: People) -> tuple[str, ...]:
    near = (people.owner,) if people.owner else people.desk or people.managers
    above = people.managers if notice.event == "breach" else ()
    return tuple(dict.fromkeys((*near, *above)))


# Words ----------------------------------------------------------------------------------------------------------------

CLOCK_WORDS: Mapping[Clock, str] = MappingProxyType({
    "response": "first response",
    "update": "next update",
    "resolution": "resolution",
})  # fmt: skip


def words(notice: Notice, case: CaseWords, owner: str | None) -> str:
    """Write the text of a notice, times in the account's zone."""
    subject = f"{case.number} ({case.who}, {paging.tier_words(case.tier)}, {case.severity})"
    due, clock = paging.local_words(notice.due, case.zone), CLOCK_WORDS[notice.clock]
    whose = f" {owner} has it." if owner else " Nobody has it."
    match notice.event:
        case "breach":
            return f"BREACHED: the {clock} of case {subject} was due {due}.{whose} {case.problem}".strip()
        case "resume":
            return f"Case {subject} was to wait until {due}. Resume it, or plan its wait anew.{whose}"
        case share:
            return f"Case {subject}: {share} % of the time to the {clock} is used, due {due}.{whose} {case.problem}".strip()


def raised(case: CaseWords) -> str:
    """Write the text to whoever has a case that became critical."""
    return f"NOW CRITICAL: your case {case.number} ({case.who}, {paging.tier_words(case.tier)}). {case.problem}".strip()
