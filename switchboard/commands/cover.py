"""`switchboard roster cover` and `switchboard roster take-over`: a shift, or a part of one, goes to somebody else."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from foundation.windows import Interval
from oncall.cover_service import Answerer, CoverWish, TakeOverWish
from oncall.layers import Roster
from switchboard import covers
from switchboard.commands.options import as_json, instant, print_json, print_table
from switchboard.covers import Shown

STATES = ("open", "accepted", "expired", "withdrawn", "refused", "all")


@click.group()
def cover() -> None:
    """Ask others to take a shift; answer, list and withdraw such requests."""


def _by(command: Any) -> Any:  # noqa: ANN401 - a decorator of any command
    return click.option("--by", metavar="NAME", help="Who enters it in the technician's name; the technician is told.")(
        command
    )


@cover.command()
@click.argument("roster")
@click.option("--technician", required=True, metavar="KEY", help="Whose shift it is.")
@click.option("--from", "start", metavar="ISO", help="Start: ISO, else wall clock of the roster. Default: next shift.")
@click.option("--to", "end", metavar="ISO", help="End, not included.")
@click.option("--ask", "asked", multiple=True, metavar="KEY", help="Whom to ask; may be repeated. Default: anybody.")
@click.option("--return-from", "back_start", metavar="ISO", help="A swap: start of the shift that is taken in return.")
@click.option("--return-to", "back_end", metavar="ISO", help="A swap: its end.")
@click.option("--expires", metavar="ISO", help="Until when it may be taken. Default: until the shift begins.")
@click.option("--reason", metavar="TEXT", help="Why; those who are asked read it.")
@_by
@as_json
def ask(roster: str, *, is_json: bool, **given: Any) -> None:  # noqa: ANN401 - the options above
    """Ask others to take a shift, a part of one, or to swap it; they are asked by text.

    Refused if nobody could take it: whoever is away, already on duty or not on the roster cannot.

    \b
    Example:
      switchboard roster cover ask critical --technician sam
      switchboard roster cover ask critical --technician sam --from 2026-03-02T18:00 --to 2026-03-03T08:00 --ask kim
      switchboard roster cover ask desk --technician ana --ask lee --by maria --reason "Ana is ill"
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped

    def wish(found: Roster) -> CoverWish:
        return CoverWish(
            roster=roster,
            asked_by=given["technician"],
            period=_period("--from", "--to", given["start"], given["end"], found.zone),
            asked=tuple(given["asked"]),
            back=_period("--return-from", "--return-to", given["back_start"], given["back_end"], found.zone),
            reason=given["reason"],
            expires_at=None if given["expires"] is None else instant("--expires", given["expires"], found.zone),
            on_behalf_by=given["by"],
        )

    _print(covers.asked(roster, wish), is_json=is_json)


def _period(first: str, last: str, start: str | None, end: str | None, zone: ZoneInfo) -> Interval | None:
    """Read two options that make a period; one without the other is wrong usage."""
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise click.BadParameter("give both or neither", param_hint=f"'{first}' / '{last}'")
    period = Interval(instant(first, start, zone), instant(last, end, zone))
    if period.end <= period.start:
        raise click.BadParameter(f"{end} is not after {start}", param_hint=f"'{last}'")
    return period


@cover.command(name="list")
@click.option("--roster", metavar="KEY", help="Only this roster.")
@click.option("--state", type=click.Choice(STATES), default="open", show_default=True, help="Only this state.")
@as_json
def list_(roster: str | None, state: str, *, is_json: bool) -> None:
    """List cover requests, the newest first.

    \b
    Example:
      switchboard roster cover list
      switchboard roster cover list --roster critical --state all --json
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    found = covers.listed(roster, None if state == "all" else state)
    if is_json:
        print_json({"requests": [shown.document for shown in found]})
    elif found:
        print_table(("number", "roster", "of", "from", "to", "asked", "state"), map(_row, found))
    else:
        click.echo("no such requests")


def _row(shown: Shown) -> tuple[str, ...]:
    request = shown.document
    who = request["accepted_by"] or ", ".join(request["asked"]) or "anybody"
    times = _wall(request["start"], shown.zone), _wall(request["end"], shown.zone)
    return str(request["number"]), request["roster"], request["asked_by"], *times, who, request["state"]


def _wall(written: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(written).astimezone(zone):%a %Y-%m-%d %H:%M %Z}"


@cover.command()
@click.argument("number", type=int)
@click.option("--technician", required=True, metavar="KEY", help="Who takes it.")
@_by
@as_json
def accept(number: int, technician: str, by: str | None, *, is_json: bool) -> None:
    """Take what a request asks for; the roster gets its overrides and both sides are told.

    \b
    Example:
      switchboard roster cover accept 17 --technician kim
      switchboard roster cover accept 17 --technician kim --by maria
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    _print(covers.accepted(number, _answerer(technician, by)), is_json=is_json)


@cover.command()
@click.argument("number", type=int)
@click.option("--technician", required=True, metavar="KEY", help="Who says no.")
@_by
@as_json
def decline(number: int, technician: str, by: str | None, *, is_json: bool) -> None:
    """Say no to a request.

    \b
    Example:
      switchboard roster cover decline 17 --technician kim
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    _print(covers.declined(number, _answerer(technician, by)), is_json=is_json)


@cover.command()
@click.argument("number", type=int)
@click.option("--technician", required=True, metavar="KEY", help="Whose request it is.")
@_by
@as_json
def withdraw(number: int, technician: str, by: str | None, *, is_json: bool) -> None:
    """Take an open request back; those who were asked are told.

    \b
    Example:
      switchboard roster cover withdraw 17 --technician sam
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    _print(covers.withdrawn(number, _answerer(technician, by)), is_json=is_json)


def _answerer(technician: str, by: str | None) -> Answerer:
    return Answerer(technician, "command", by)


@click.command(name="take-over")
@click.argument("roster")
@click.option("--technician", required=True, metavar="KEY", help="Who is on duty from now on.")
@click.option("--until", metavar="ISO", help="Until when. Default: until the present shift ends. At most 24 hours.")
@click.option("--reason", metavar="TEXT", help="Why; the audit keeps it.")
@_by
@as_json
def take_over(
    roster: str, technician: str, until: str | None, reason: str | None, by: str | None, *, is_json: bool
) -> None:
    """Put somebody on duty now, in the place of the person who is.

    \b
    Example:
      switchboard roster take-over critical --technician kim
      switchboard roster take-over critical --technician kim --until 2026-03-02T18:00 --by maria
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped

    def wish(found: Roster) -> TakeOverWish:
        end = None if until is None else instant("--until", until, found.zone)
        return TakeOverWish(roster, _answerer(technician, by), end, reason)

    shown = covers.taken_over(roster, wish)
    if is_json:
        print_json(shown.document)
        return
    instead = ", ".join(shown.document["instead_of"]) or "nobody"
    until_words = _wall(shown.document["end"], shown.zone)
    click.echo(f"{technician} is on duty for {roster} now instead of {instead}, until {until_words}")


def _print(shown: Shown, *, is_json: bool) -> None:
    if is_json:
        print_json(shown.document)
        return
    number, roster, of, start, end, who, state = _row(shown)
    click.echo(f"request {number} ({state}): {of}'s time on {roster}, {start} to {end}, {who}")
