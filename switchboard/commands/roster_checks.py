"""`switchboard roster impact` and `roster guards`: what a change would do, and what is wrong with the coming days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click

from foundation.clock import SystemClock, iso
from foundation.errors import Refused
from oncall.impact import Impact, impact_document
from oncall.impact_picture import impact_lines
from oncall.layers import UTC_ZONE
from oncall.store import load_rosters
from routing.guard_service import DAYS as GUARDED_DAYS
from routing.guard_service import guard_findings
from switchboard.apply import dated_words
from switchboard.commands.options import as_json, as_json_or_text, instant, print_json, print_table
from switchboard.commands.world import as_ordered, dating, refusing_faults, when_layers_change
from switchboard.opening import opened_database
from switchboard.roster_change import DAYS, Dating, RosterLayerChange, dated_world, days_until, impact_of
from switchboard.stored_world import load_world
from switchboard.world import World, WorldFaults, in_order, merged, read_world
from switchboard.world_check import check

YEAR = 366


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--roster", "key", metavar="KEY", help="Only this roster of the file.")
@click.option("--days", type=click.IntRange(1, YEAR), default=DAYS, show_default=True, help="How far to look.")
@when_layers_change
@as_ordered
@as_json_or_text
def impact(file: Path, key: str | None, days: int, when: str | None, *, as_ordered: bool, is_json: bool) -> None:
    """Print what a changed roster file would do; nothing is saved.

    Who gains and loses which hours, gaps that open and close, the coming nights in which the clock changes, and
    contracts left without anybody who can be reached: FILE against what is stored. The days are counted from now, with
    --when from the last change.

    \b
    Example:
      switchboard export > world.toml        (then change a roster in it)
      switchboard roster impact world.toml --when next-handoff
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    at = SystemClock().now().replace(microsecond=0)
    question = Question(file, key, days, dating(when, at, as_ordered=as_ordered), at)
    found, layers = _impacts(question)
    if is_json:
        document = {"rosters": [impact_document(change) for change in found]}
        print_json(document | {"layers": [change.document() for change in layers]})
        return
    for change in layers:
        click.echo(dated_words(change))
    click.echo("\n\n".join("\n".join(impact_lines(change)) for change in found))


@dataclass(frozen=True, slots=True)
class Question:
    """Which rosters of which file are compared with the stored ones, from when on, for how many days."""

    file: Path
    key: str | None
    days: int
    dating: Dating | None
    at: datetime


def _impacts(question: Question) -> tuple[list[Impact], list[RosterLayerChange]]:
    """Compare every roster of a file, or one, with the stored one of its key."""
    world, faults = read_world([question.file])
    with refusing_faults(), opened_database() as database, database.read() as session:
        stored = load_world(session)
        if found := (*faults, *check(world, stored)):
            raise WorldFaults(in_order(found, world.files))
        keys = _rosters_of(world, question.file, question.key)
        laid, changes = dated_world(stored, world, question.dating)
        whole, layers = merged(stored, laid)["rosters"], [one for one in changes if one.roster.key in keys]
        days = question.days + days_until(layers, question.at)
        return [impact_of(session, stored["rosters"].get(k), whole[k], question.at, days) for k in keys], layers


def _rosters_of(world: World, file: Path, key: str | None) -> list[str]:
    keys = [record.key for record in world.of("rosters")]
    if not keys:
        raise Refused("roster_file_empty", file=file)
    if key is not None and key not in keys:
        raise Refused("roster_unknown", key=key, known=", ".join(keys))
    return keys if key is None else [key]


@click.command()
@click.option("--roster", "key", metavar="KEY", help="Only this roster. Default: all.")
@click.option(
    "--days", type=click.IntRange(1, YEAR), default=GUARDED_DAYS, show_default=True, help="How far ahead to look."
)
@click.option("--from", "start", metavar="ISO", help="Start: ISO, else UTC. Default: now.")
@as_json
def guards(key: str | None, days: int, start: str | None, *, is_json: bool) -> None:
    """Print what is wrong with the coming days.

    Gaps, people who cannot be reached, double bookings, rest cut short, overrides of people with time off, and hours
    that a contract promises without anybody who can be reached.

    \b
    Example:
      switchboard roster guards
      switchboard roster guards --roster critical --days 30 --json
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    at = (SystemClock().now() if start is None else instant("--from", start, UTC_ZONE)).replace(microsecond=0)
    with opened_database() as database, database.read() as session:
        rosters = load_rosters(session)
        wanted = [roster for roster in rosters if key in (None, roster.key)]
        if key is not None and not wanted:
            raise Refused("roster_unknown", key=key, known=", ".join(one.key for one in rosters) or "none yet")
        found = guard_findings(session, wanted, at, days)
    if is_json:
        window = {"from": iso(at), "to": iso(at + timedelta(days=days))}
        print_json(window | {"findings": [finding.document() for finding in found]})
    elif found:
        print_table(("gravity", "kind", "what"), [(f.severity, f.kind.replace("_", " "), f.says) for f in found])
    else:
        click.echo(f"nothing is wrong in the next {days} days")
