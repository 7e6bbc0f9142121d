"""`switchboard sla`: when something is due, and why."""

import json
from typing import TextIO

import click

from foundation.errors import Refused
from foundation.windows import ConfigurationFault
from routing.sla import due_document
from switchboard.commands.options import as_json_or_text, print_json


@click.group()
def sla() -> None:
    """Work out when something is due."""


@sla.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@as_json_or_text
def due(file: TextIO, *, is_json: bool) -> None:
    """Print the due instant of a clock and its explanation.

    FILE holds the clock's facts as JSON; - reads them from standard input.

    \b
    Example:
      echo '{"clock": "response", "opened": "2026-03-06T22:00:00Z",
             "target": "4h", "calendar": {"zone": "America/New_York",
             "mode": "windows", "windows": [["mon 00:00", "sat 00:00"]]}}' |
        switchboard sla due -
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    document = _due(file)
    if is_json:
        print_json(document)
        return
    click.echo(f"due: {document['due'] or 'not while it is paused'}")
    explain = document["explain"]
    assert isinstance(explain, list)
    click.echo("\n".join(str(sentence) for sentence in explain))


def _due(file: TextIO) -> dict[str, object]:
    name = "standard input" if file.name == "<stdin>" else file.name
    try:
        facts = json.load(file)
        if not isinstance(facts, dict):
            raise Refused("facts_unreadable", file=name, why="it is not a JSON object")
        return due_document(facts)
    except json.JSONDecodeError as fault:
        why = f"line {fault.lineno}, column {fault.colno}: {fault.msg}"
        raise Refused("facts_unreadable", file=name, why=why) from fault
    except UnicodeDecodeError as fault:
        raise Refused("facts_unreadable", file=name, why="it is not UTF-8") from fault
    except ConfigurationFault as fault:
        raise Refused("calendar_never_opens", why=fault) from fault
    except ValueError as fault:
        raise Refused("facts_refused", file=name, why=fault) from fault
