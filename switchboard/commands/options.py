"""What many commands share: the `--json` flag, instants as options, and printing for programs and for people."""

import getpass
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from foundation.windows import parse_moment, zone_named

F = TypeVar("F", bound=Callable[..., Any])

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def as_json(command: F) -> F:
    """Give a command the flag `--json`."""
    return click.option("--json", "is_json", is_flag=True, help="Print JSON for programs.")(command)


def as_json_or_text(command: F) -> F:
    """Give a command `--json/--text`; without either it prints JSON, unless a person watches on a terminal."""
    says = "Print JSON for programs, or text for people. Default: text on a terminal, else JSON."
    option = click.option("--json/--text", "is_json", default=lambda: not sys.stdout.isatty(), help=says)
    return option(command)


def acting(command: F) -> F:
    """Give a command `--by NAME`: who is on record as having done it."""
    says = "Who does this, for the audit. Default: the user of this machine."
    return click.option("--by", "actor", metavar="NAME", default=_user, help=says)(command)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "unknown"


class Zone(click.ParamType[ZoneInfo]):
    """The IANA name of a time zone."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ZoneInfo:  # noqa: ANN401 - as click declares it
        """Read the name; a wrong one is wrong usage."""
        if isinstance(value, ZoneInfo):
            return value
        try:
            return zone_named(str(value))
        except ValueError as fault:
            self.fail(str(fault), param, ctx)


ZONE = Zone()


def instant(option: str, text: str, zone: ZoneInfo) -> datetime:
    """Read an option that is an instant: ISO with Z or an offset, else wall clock of `zone`; a date is its midnight."""
    written = f"{text.strip()}T00:00" if DATE.fullmatch(text.strip()) else text
    try:
        return parse_moment(written, zone)
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint=f"'{option}'") from fault


def print_json(document: object) -> None:
    """Print a document for programs."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows for people: a drawn table on a terminal, aligned plain columns anywhere else."""
    listed = [list(row) for row in rows]
    if sys.stdout.isatty():
        _draw(headings, listed)
        return
    widths = [max(len(row[place]) for row in [list(headings), *listed]) for place in range(len(headings))]
    for row in [list(headings), *listed]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _draw(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    # rich takes 0.06 s to import, and only a terminal needs it.
    from rich.console import Console  # noqa: PLC0415 - measured above
    from rich.table import Table  # noqa: PLC0415 - measured above
    from rich.text import Text  # noqa: PLC0415 - measured above

    table = Table(*headings)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def local_and_utc(at: datetime, zone: ZoneInfo) -> str:
    """Write an instant as somebody in the zone reads it, with UTC behind it."""
    local = at.astimezone(zone)
    utc = at.astimezone(UTC)
    if local.utcoffset() == utc.utcoffset():
        return f"{utc:%Y-%m-%d %H:%M:%S} UTC"
    day = "" if local.date() == utc.date() else f"{utc:%Y-%m-%d} "
    return f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()} ({day}{utc:%H:%M:%S} UTC)"
