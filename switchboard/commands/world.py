"""`switchboard apply` and `switchboard export`: world files in, world files out."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from foundation.clock import SystemClock
from foundation.errors import Refused
from oncall.impact import Impact, impact_document
from oncall.impact_picture import impact_lines
from oncall.versions import when_named
from switchboard.apply import Outcome, Signature, apply_world, impacts, outcome_document, outcome_lines, rehearse
from switchboard.commands.options import as_json, print_json
from switchboard.export import world_document, world_json, world_toml
from switchboard.opening import opened_database
from switchboard.roster_change import Dating
from switchboard.stored_world import load_world
from switchboard.world import WorldFaults, read_world
from switchboard.world_shape import LONGEST_NAME

signed_by = click.option("--by", metavar="NAME", help="Who makes the change. Default: the user of this machine.")
reason_given = click.option("--reason", metavar="TEXT", help="Why, for the audit.")
when_layers_change = click.option(
    "--when",
    metavar="WHEN",
    help="From when changed layers of stored rosters count: now, next-handoff, or a moment. Default: as written.",
)
as_ordered = click.option(
    "--as-ordered", is_flag=True, help="With --when: take the order as written, whoever's turn that makes it."
)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only print what would change, and what it does to rosters.")
@when_layers_change
@as_ordered
@signed_by
@reason_given
@as_json
def apply(
    files: tuple[Path, ...],
    when: str | None,
    by: str | None,
    reason: str | None,
    *,
    dry_run: bool,
    as_ordered: bool,
    is_json: bool,
) -> None:
    """Create or update the records of world files.

    Records are found by their key. Fields and lists that a file gives replace the stored ones, what it does not give
    stays as it is, and records that no file names are not touched. If anything in any file is wrong, nothing changes.
    The file - is standard input.

    With --when the changed layers of a roster become dated versions: what held before stays on record, and whoever is
    current at that instant stays current. A layer that the file leaves out ends then. Every change is put into the
    audit: switchboard audit list.

    \b
    Example:
      switchboard apply world.toml --dry-run
      switchboard apply rosters.toml --when next-handoff --reason "Lee joins"
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    at = SystemClock().now()
    application = Application(
        files, Signature(at, (by or this_user())[:LONGEST_NAME], reason), dating(when, at, as_ordered=as_ordered)
    )
    outcome, changed = _rehearsed(application) if dry_run else (_applied(application), [])
    if is_json:
        print_json(outcome_document(outcome, is_rehearsal=dry_run) | _impact_document(changed))
        return
    click.echo("\n".join(outcome_lines(outcome, is_rehearsal=dry_run)))
    for change in changed:
        click.echo("\n".join(["", *impact_lines(change)]))


@dataclass(frozen=True, slots=True)
class Application:
    """Files to apply: signed, and with the instant from which changed layers count."""

    files: tuple[Path, ...]
    signature: Signature
    dating: Dating | None


def this_user() -> str:
    """Return who is signed in on this machine, as the audit names them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a process without an account of its own
        return "unknown"


def dating(when: str | None, at: datetime, *, as_ordered: bool) -> Dating | None:
    """Read the options that say from when layers change; --as-ordered alone is wrong usage."""
    if when is None:
        if as_ordered:
            raise click.UsageError("--as-ordered goes with --when.")
        return None
    return Dating(when_named(when), at, keeps_current=not as_ordered)


def _impact_document(changed: list[Impact]) -> dict[str, object]:
    return {"impact": [impact_document(change) for change in changed]} if changed else {}


def _applied(application: Application) -> Outcome:
    world, faults = read_world(application.files)
    with refusing_faults(), opened_database() as database, database.begin() as session:
        return apply_world(session, world, faults, application.signature, application.dating)


def _rehearsed(application: Application) -> tuple[Outcome, list[Impact]]:
    world, faults = read_world(application.files)
    with refusing_faults(), opened_database() as database, database.read() as session:
        outcome = rehearse(session, world, faults, application.dating)
        return outcome, impacts(session, outcome, application.signature.at)


@contextmanager
def refusing_faults() -> Iterator[None]:
    """Turn the faults of a world file into the refusal that a command tells."""
    try:
        yield
    except WorldFaults as found:
        count = "1 fault" if len(found.faults) == 1 else f"{len(found.faults)} faults"
        raise Refused("world_refused", faults=found, count=count) from found


@click.command()
@click.option("--json", "is_json", is_flag=True, help="Print JSON instead of TOML.")
def export(*, is_json: bool) -> None:
    """Print the database's records as a world file.

    Applying what it prints changes nothing. The file holds phone numbers and PINs: keep it where those may be.

    \b
    Example:
      switchboard export > world.toml
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    with opened_database() as database, database.read() as session:
        document = world_document(load_world(session))
    click.echo(world_json(document) if is_json else world_toml(document), nl=False)
