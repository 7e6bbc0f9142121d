"""`switchboard case`, `call` and `hunt`: lists, and one record with its timeline."""

from collections.abc import Callable, Sequence
from typing import Any

import click
from sqlalchemy.orm import Session

from switchboard.commands.options import as_json, local_and_utc, print_json, print_table
from switchboard.opening import opened_database
from switchboard.records import (
    Event,
    Filter,
    Shown,
    list_calls,
    list_cases,
    list_hunts,
    show_call,
    show_case,
    show_hunt,
)
from switchboard.world_shape import Document

LINES_FOR_PEOPLE = 50
"""Rows that a list shows to people who did not ask for more."""

TOO_LONG = frozenset({"promise", "calendar"})
"""Facts that only `--json` shows: whole service levels and calendars; `case explain` tells what follows from them."""

limit = click.option(
    "--limit", type=click.IntRange(1), help=f"At most so many. Default: all in JSON, {LINES_FOR_PEOPLE} in a table."
)
account = click.option("--account", metavar="KEY", help="Only those of this account.")


@click.group()
def case() -> None:
    """List cases; show one with its timeline; move and explain its clocks."""


@case.command("list")
@click.option("--status", metavar="STATUS", help="Only those in this state, such as new or acknowledged.")
@account
@limit
@as_json
def case_list(status: str | None, account: str | None, limit: int | None, *, is_json: bool) -> None:
    """Print cases, the newest first.

    \b
    Example:
      switchboard case list --status new --json
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    columns = ("number", "severity", "status", "account", "tier", "technician", "response_due", "opened_at")
    _list("cases", list_cases, Filter(limit, status, account), columns, is_json=is_json)


@case.command("show")
@click.argument("number")
@as_json
def case_show(number: str, *, is_json: bool) -> None:
    """Print one case and everything that happened to it.

    \b
    Example:
      switchboard case show 100013
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    _show(show_case, number, is_json=is_json)


@click.group()
def call() -> None:
    """List calls; show one with its timeline."""


@call.command("list")
@click.option("--direction", metavar="DIRECTION", help="Only inbound or only outbound ones.")
@account
@limit
@as_json
def call_list(direction: str | None, account: str | None, limit: int | None, *, is_json: bool) -> None:
    """Print calls, the newest first.

    \b
    Example:
      switchboard call list --limit 10
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    columns = ("sid", "direction", "from", "to", "started_at", "ended_at", "account", "case", "end")
    _list("calls", list_calls, Filter(limit, direction, account), columns, is_json=is_json)


@call.command("show")
@click.argument("sid")
@as_json
def call_show(sid: str, *, is_json: bool) -> None:
    """Print one call by the carrier's id, with everything that came of it.

    \b
    Example:
      switchboard call show CA00000000000000000000000000000001
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    _show(show_call, sid, is_json=is_json)


@click.group()
def hunt() -> None:
    """List hunts; show one with its timeline."""


@hunt.command("list")
@click.option("--status", metavar="STATUS", help="Only those in this state, such as hunting or won.")
@account
@limit
@as_json
def hunt_list(status: str | None, account: str | None, limit: int | None, *, is_json: bool) -> None:
    """Print hunts, the newest first.

    \b
    Example:
      switchboard hunt list --status hunting
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    columns = ("id", "case", "account", "status", "started_at", "winner", "won_at", "chase_pass")
    _list("hunts", list_hunts, Filter(limit, status, account), columns, is_json=is_json)


@hunt.command("show")
@click.argument("hunt_id", metavar="ID")
@as_json
def hunt_show(hunt_id: str, *, is_json: bool) -> None:
    """Print one hunt: its plan, its legs and everything that happened.

    \b
    Example:
      switchboard hunt show 1
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    _show(show_hunt, hunt_id, is_json=is_json)


def _list(
    name: str,
    load: Callable[[Session, Filter], list[Document]],
    wanted: Filter,
    columns: Sequence[str],
    *,
    is_json: bool,
) -> None:
    with opened_database() as database, database.read() as session:
        rows = load(session, wanted)
    shown = rows if is_json or wanted.limit else rows[:LINES_FOR_PEOPLE]
    if is_json:
        print_json({name: rows})
    elif rows:
        headings = [column.replace("_", " ") for column in columns]
        print_table(headings, [[_cell(row[column]) for column in columns] for row in shown])
        if len(shown) < len(rows):
            click.echo(f"{len(rows) - len(shown)} older {name} are not shown; --limit {len(rows)} shows all")
    else:
        click.echo(f"no {name}")


def _show(load: Callable[[Session, str], Shown], key: str, *, is_json: bool) -> None:
    with opened_database() as database, database.read() as session:
        shown = load(session, key)
    if is_json:
        print_json(shown.whole())
        return
    for name, value in shown.document.items():
        if value is not None and not isinstance(value, list):
            click.echo(f"{name.replace('_', ' ') + ':':<17} {_cell(value)}")
    click.echo("")
    for event in shown.timeline:
        click.echo(f"{local_and_utc(event.at, shown.zone)}  {_sentence(event)}")


def _sentence(event: Event) -> str:
    """Write one line of a timeline for people; the words of the kinds are those of the records."""
    by = "" if event.by is None else f" by {event.by}"
    shown = {name: value for name, value in event.facts.items() if name not in TOO_LONG and value not in (None, [], {})}
    told = {name.replace("_", " "): _cell(value) for name, value in shown.items()}
    facts = "; ".join(f"{name} {value}" for name, value in told.items())
    return f"{event.about}: {event.kind.replace('_', ' ')}{by}" + (f" ({facts})" if facts else "")


def _cell(value: Any) -> str:  # noqa: ANN401 - a JSON value
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(_cell(entry) for entry in value)
        case dict():
            return ", ".join(f"{name} {_cell(entry)}" for name, entry in value.items())
        case _:
            return str(value)
