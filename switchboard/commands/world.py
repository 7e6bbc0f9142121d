"""`switchboard apply` and `switchboard export`: world files in, world files out."""

from pathlib import Path

import click

from foundation.errors import Refused
from switchboard.apply import Outcome, apply_world, outcome_document, outcome_lines, rehearse
from switchboard.commands.options import as_json, print_json
from switchboard.export import world_document, world_json, world_toml
from switchboard.opening import opened_database
from switchboard.stored_world import load_world
from switchboard.world import WorldFaults, read_world


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only print what would change.")
@as_json
def apply(files: tuple[Path, ...], *, dry_run: bool, is_json: bool) -> None:
    """Create or update the records of world files.

    Records are found by their key. Fields and lists that a file gives replace the stored ones, what it does not give
    stays as it is, and records that no file names are not touched. If anything in any file is wrong, nothing changes.
    The file - is standard input.

    \b
    Example:
      switchboard apply world.toml --dry-run
      switchboard apply accounts.toml rosters.toml
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    outcome = _applied(files, is_rehearsal=dry_run)
    if is_json:
        print_json(outcome_document(outcome, is_rehearsal=dry_run))
    else:
        click.echo("\n".join(outcome_lines(outcome, is_rehearsal=dry_run)))


def _applied(files: tuple[Path, ...], *, is_rehearsal: bool) -> Outcome:
    world, faults = read_world(files)
    try:
        with opened_database() as database, database.read() if is_rehearsal else database.begin() as session:
            return (rehearse if is_rehearsal else apply_world)(session, world, faults)
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
