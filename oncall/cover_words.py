"""The words of cover requests, swaps and take-overs: texts and refusals, each with its times in the roster's wall clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from foundation.windows import Interval
from oncall.handover import wall_words
from oncall.layers import Roster
from oncall.swaps import Code, Objection

REFUSALS: Mapping[Code, str] = {
    "own": "{name} asks and cannot be the one who takes it",
    "not_asked": "{name} is not among those who were asked on {roster}",
    "over": "{period} is over or has begun",
    "not_on_duty": "{name} is not on duty for {roster} {period}",
    "away": "{name} has time off {period}",
    "in_exception": "{name} is in another change of {roster} {period}",
    "double_booked": "{name} is already on duty for {roster} {period}",
    "gap": "nobody would be on duty for {roster} {period}",
}
"""One clause for each objection; a sentence begins before it or with it."""


@dataclass(frozen=True, slots=True)
class Story:
    """A request as texts tell it: with names instead of keys."""

    number: int
    roster: Roster
    asker: str
    period: Interval
    back: Interval | None = None
    on_behalf_by: str | None = None
    reason: str | None = None

    @property
    def what(self) -> str:
        """The period, and that in return."""
        return f"{self.roster.name} {self.times(self.period)}"

    def times(self, period: Interval) -> str:
        """Write a period on the roster's wall clock."""
        return period_words(period, self.roster.time_zone)

    @property
    def in_return(self) -> str:
        """The return shift of a swap, or nothing."""
        return f" and takes yours {self.times(self.back)} in return" if self.back else ""


def period_words(period: Interval, zone: str) -> str:
    """Say a period on the wall clock of a zone: `Mon 5 Jan 08:00 to Mon 12 Jan 08:00 (Chicago)`, one day named once."""
    start, end = (at.astimezone(ZoneInfo(zone)) for at in period)
    last = wall_words(period.end, zone)
    if start.date() == end.date():
        last = f"{end:%H:%M} ({last.partition('(')[2]}"
    return f"{wall_words(period.start, zone).partition(' (')[0]} to {last}"


def refusal_words(objection: Objection, names: Mapping[str, str], zone: str) -> str:
    """Say why a giving must not be, as a sentence."""
    period = period_words(Interval(objection.start, objection.end), zone) if objection.start < objection.end else "now"
    facts = {"name": names.get(objection.person, objection.person), "roster": objection.roster, "period": period}
    said = REFUSALS[objection.code].format(**facts)
    return f"{said[0].upper()}{said[1:]}."


# To those who are asked -----------------------------------------------------------------------------------------------


def asking_words(story: Story, *, is_again: bool = False) -> str:
    """Ask somebody to take a shift."""
    who = story.asker if story.on_behalf_by is None else f"{story.on_behalf_by}, for {story.asker},"
    first = "Still open: " if is_again else ""
    reason = f" Reason: {story.reason.rstrip('.')}." if story.reason else ""
    reply = f"Reply TAKE {story.number} or NO {story.number}."
    return f"{first}{who[0].upper()}{who[1:]} asks you to take {story.what}{story.in_return}.{reason} {reply}"


def taken_by_other_words(story: Story, taker: str) -> str:
    """Tell somebody who was asked that they are not needed any more."""
    return f"{taker} takes {story.what}. Thank you, request {story.number} is closed."


def withdrawn_words(story: Story, by: str) -> str:
    """Tell somebody who was asked that the request is gone."""
    return f"{by} has withdrawn request {story.number} for {story.what}. Nothing changes for you."


# To the two sides -----------------------------------------------------------------------------------------------------


def asked_for_you_words(story: Story) -> str:
    """Tell somebody that a request was made in their name."""
    by = story.on_behalf_by or "Somebody"
    return f"{by[0].upper()}{by[1:]} asks others to take {story.what} for you (request {story.number}). It is yours until somebody does."


def taken_words(story: Story, taker: str, by: str | None) -> str:
    """Tell the asker that the shift is taken."""
    back = f" You take {story.times(story.back)} in return." if story.back else ""
    return f"{taker} takes {story.what}{_entered(by)}.{back} Request {story.number} is closed."


def yours_words(story: Story, by: str | None) -> str:
    """Tell the taker that the shift is theirs now."""
    back = f" {story.asker} takes {story.times(story.back)} in return." if story.back else ""
    return f"You have {story.what} instead of {story.asker}{_entered(by)}.{back}"


def _entered(by: str | None) -> str:
    return f", entered by {by}" if by else ""


def declined_by_all_words(story: Story) -> str:
    """Tell the asker that everybody who was asked said no."""
    return (
        f"Everybody who was asked has said no: {story.what} is still {story.asker}'s. Request {story.number} is closed."
    )


def expired_words(story: Story) -> str:
    """Tell the asker that nobody took it in time."""
    return f"Nobody has taken {story.what}: it is still {story.asker}'s. Request {story.number} has expired."


# To managers ----------------------------------------------------------------------------------------------------------


def untaken_words(story: Story, until: datetime) -> str:
    """Tell the managers that a request is still open when most of its time is gone."""
    left = wall_words(until, story.roster.time_zone)
    return f"Nobody has answered {story.asker}'s request {story.number} yet: {story.what}. It expires {left}."


def unanswered_words(story: Story, answers: int) -> str:
    """Tell the managers what became of a request that failed."""
    said = "nobody answered" if answers == 0 else f"{answers} said no"
    return f"Request {story.number} found nobody ({said}): {story.what} is still {story.asker}'s."


# Taking over ----------------------------------------------------------------------------------------------------------


def taken_over_words(roster: Roster, period: Interval, from_names: str) -> str:
    """Answer somebody who has taken over."""
    until = wall_words(period.end, roster.time_zone)
    instead = f" instead of {from_names}" if from_names else ""
    return f"You are on duty for {roster.name} now{instead}, until {until}."
