"""`switchboard roster`: what a roster will do, and who is on duty."""

from datetime import datetime
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from foundation.clock import SystemClock
from foundation.errors import Refused
from oncall.layers import Roster, parse_roster
from oncall.preview import preview as preview_document
from switchboard.commands.options import as_json, as_json_or_text, instant, local_and_utc, print_json, print_table
from switchboard.world import WorldFaults, in_order, read_world
from switchboard.world_check import check_roster

ELSEWHERE = {"impact": "roster_checks", "guards": "roster_checks", "cover": "cover", "take-over": "cover"}
"""Commands of this group that need the database and are imported when they are asked for: it takes 0.4 s."""


class RosterCommands(click.Group):
    """The commands of this file, and those of ELSEWHERE."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands."""
        return [*super().list_commands(ctx), *ELSEWHERE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command, importing it if it is elsewhere."""
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        command = getattr(import_module(f"switchboard.commands.{ELSEWHERE[cmd_name]}"), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command


@click.group(cls=RosterCommands)
def roster() -> None:
    """Preview rosters; ask who is on duty, what a change would do, and what is wrong with the coming days."""


@roster.command()
@click.argument("file_or_key")
@click.option("--from", "start", required=True, metavar="ISO", help="Start: ISO, else wall clock of the roster.")
@click.option("--to", "end", required=True, metavar="ISO", help="End, not included.")
@click.option("--roster", "key", metavar="KEY", help="Which roster of a file that holds several.")
@as_json_or_text
def preview(file_or_key: str, start: str, end: str, key: str | None, *, is_json: bool) -> None:
    """Print who will be on duty, why, and where nobody is.

    FILE_OR_KEY is a world file, or a file with rosters alone, or the key of a stored roster.

    \b
    Example:
      switchboard roster preview critical --from 2026-03-01 --to 2026-04-01
      switchboard roster preview draft.toml --from 2026-03-01T00:00:00Z --to 2026-03-08T00:00:00Z --json
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    found = _roster(file_or_key, key)
    begin, finish = instant("--from", start, found.zone), instant("--to", end, found.zone)
    if finish <= begin:
        raise Refused("window_backwards", start=start, end=end)
    document = preview_document(found, begin, finish)
    if is_json:
        print_json(document)
        return
    rows = [_segment_row(segment, found.zone) for segment in document["segments"]]
    print_table(("from", "to", "on duty", "why"), rows)
    for gap in document["gaps"]:
        click.echo(f"GAP  {_shown(gap['start'], found.zone)} to {_shown(gap['end'], found.zone)}: nobody is on duty")


def _segment_row(segment: dict[str, object], zone: ZoneInfo) -> tuple[str, str, str, str]:
    people, why = segment["on_duty"], segment["why"]
    assert isinstance(people, list)
    assert isinstance(why, list)
    return _shown(segment["start"], zone), _shown(segment["end"], zone), ", ".join(people), "; ".join(why)


def _shown(written: object, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(str(written)).astimezone(zone):%a %Y-%m-%d %H:%M:%S %Z}"


def _roster(file_or_key: str, key: str | None) -> Roster:
    file = Path(file_or_key)
    if file.is_file():
        return roster_of_file(file, key)
    if file.suffix in {".toml", ".json"} or len(file.parts) > 1:
        raise Refused("file_missing", file=file)
    # SQLAlchemy, Alembic and the tables take 0.4 s to import; the preview of a file needs none of them.
    from switchboard.duty import stored_roster  # noqa: PLC0415 - measured above

    return stored_roster(file_or_key)


def roster_of_file(file: Path, key: str | None) -> Roster:
    """Read one roster of a file; its people need not exist. Refused with every fault of that roster and of the file."""
    world, faults = read_world([file])
    rosters = {record.key: record for record in world.of("rosters")}
    found = (*faults, *(fault for record in rosters.values() for fault in check_roster(record)))
    if found:
        count = "1 fault" if len(found) == 1 else f"{len(found)} faults"
        raise Refused("world_refused", faults=WorldFaults(in_order(found, world.files)), count=count)
    if not rosters:
        raise Refused("roster_file_empty", file=file)
    if key is None and len(rosters) > 1:
        names, first = ", ".join(rosters), next(iter(rosters))
        raise Refused("roster_choice", file=file, count=len(rosters), rosters=names, example=first)
    if key is not None and key not in rosters:
        raise Refused("roster_unknown", key=key, known=", ".join(rosters))
    record = rosters[key or next(iter(rosters))]
    return parse_roster(record.shape.defaults() | dict(record.given))


@roster.command()
@click.argument("key")
@click.option("--at", "at", metavar="ISO", help="Instant: ISO, else wall clock of the roster. Default: now.")
@as_json
def who(key: str, at: str | None, *, is_json: bool) -> None:
    """Print the people on duty, with their phones and why.

    \b
    Example:
      switchboard roster who critical
      switchboard roster who critical --at 2026-03-01T08:00:00Z --json
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    # SQLAlchemy, Alembic and the tables take 0.4 s to import; the preview of a file needs none of them.
    from switchboard.duty import asked, duty_document  # noqa: PLC0415 - measured above

    found, moment, people = asked(key, lambda one: SystemClock().now() if at is None else instant("--at", at, one.zone))
    if is_json:
        print_json([duty_document(duty) for duty in people])
    elif people:
        rows = [
            (d.technician, d.name or "", d.phone or "", _end(d.until, found.zone), d.reachable, d.why) for d in people
        ]
        print_table(("technician", "name", "phone", "until", "reachable", "why"), rows)
    else:
        click.echo(f"nobody is on duty on {key} at {local_and_utc(moment, found.zone)}")


def _end(until: datetime | None, zone: ZoneInfo) -> str:
    return "no end in sight" if until is None else local_and_utc(until, zone)
