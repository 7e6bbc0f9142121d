"""`switchboard case`: what moves a case's clocks, and why something is due; lists and timelines are in `records`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from foundation.clock import SystemClock
from intake.entitlement import COVERED, Tier
from intake.severity import Severity
from intake.tables import CaseRow
from routing import clock_service, service
from routing.clock_service import Recomputed, case_to_change, zone_of
from switchboard.commands.options import acting, as_json, instant, print_json, print_table
from switchboard.commands.records import case
from switchboard.explained import explain_case, explanation_lines
from switchboard.opening import opened_database

__all__ = ["case"]


@contextmanager
def _changed(number: str, *, is_json: bool) -> Iterator[tuple[Session, CaseRow, datetime]]:
    """Open one transaction on a case at the present instant; afterwards its clocks are printed."""
    with opened_database() as database:
        with database.begin() as session:
            yield session, case_to_change(session, number), SystemClock().now().replace(microsecond=0)
        _print_explained(number, is_json=is_json)


def _print_explained(number: str, *, is_json: bool) -> None:
    with opened_database() as database, database.read() as session:
        document = explain_case(session, number)
    if is_json:
        print_json(document)
    else:
        click.echo("\n".join(explanation_lines(document)))


@case.command()
@click.argument("number")
@as_json
def explain(number: str, *, is_json: bool) -> None:
    """Explain when each clock of a case is due, and why.

    \b
    Example:
      switchboard case explain 100013
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    _print_explained(number, is_json=is_json)


@case.command()
@click.argument("number")
@click.option("--reason", required=True, metavar="TEXT", help="What the case waits for.")
@click.option("--resume-at", metavar="ISO", help="Planned end: ISO, else wall clock of the account.")
@acting
@as_json
def pause(number: str, reason: str, resume_at: str | None, actor: str, *, is_json: bool) -> None:
    """Let a case wait; one that waits already is planned anew.

    A first response never waits, and neither do updates on a critical case. Anything heard from the customer ends the
    wait. At the planned end whoever has the case is reminded.

    \b
    Example:
      switchboard case pause 100013 --reason "spare part ordered" --resume-at 2026-03-09T09:00
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    with _changed(number, is_json=is_json) as (session, found, at):
        zone = ZoneInfo(zone_of(session, found))
        until = None if resume_at is None else instant("--resume-at", resume_at, zone)
        clock_service.pause(session, found, at, actor, reason, until)


@case.command()
@click.argument("number")
@acting
@as_json
def resume(number: str, actor: str, *, is_json: bool) -> None:
    """End a case's wait; its clocks go on.

    \b
    Example:
      switchboard case resume 100013
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    with _changed(number, is_json=is_json) as (session, found, at):
        clock_service.resume(session, found, at, actor, "by hand")


@case.command()
@click.argument("number")
@click.option("--how", default="answered", show_default=True, metavar="TEXT", help="How, such as call or mail.")
@acting
@as_json
def answered(number: str, how: str, actor: str, *, is_json: bool) -> None:
    """Note that the customer has had an answer.

    The first answer is the response; each sets the clock of the next update going anew. Done by a technician's key, the
    case is theirs if nobody had it.

    \b
    Example:
      switchboard case answered 100013 --how call --by ana
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    with _changed(number, is_json=is_json) as (session, found, at):
        clock_service.answered(session, found, at, actor, how)


@case.command()
@click.argument("number")
@click.option("--severity", required=True, type=click.Choice([severity.value for severity in Severity]))
@click.option(
    "--reason",
    required=True,
    type=click.Choice(["reclassified", "impact_changed"]),
    help="It always was so, or it has changed.",
)
@acting
@as_json
def reprioritise(number: str, severity: str, reason: str, actor: str, *, is_json: bool) -> None:
    """Change a case's severity, with the reason that decides how its clocks are counted.

    Reclassified: from the opening, as if it had always been so. Impact changed for the worse: from now, and never later
    than before. Whatever got better counts from the opening. A case that becomes critical is pursued at once, or
    whoever has it is told.

    \b
    Example:
      switchboard case reprioritise 100013 --severity critical --reason impact_changed
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    with _changed(number, is_json=is_json) as (session, found, at):
        service.reprioritise(session, found, Severity(severity), at, actor, reason)


@case.command()
@click.argument("number")
@click.option("--tier", required=True, type=click.Choice([tier.value for tier in COVERED]), help="The better tier.")
@acting
@as_json
def upgrade(number: str, tier: str, actor: str, *, is_json: bool) -> None:
    """Serve a case by a better agreement from now on; nothing gets later by it.

    \b
    Example:
      switchboard case upgrade 100013 --tier premium
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    with _changed(number, is_json=is_json) as (session, found, at):
        clock_service.upgrade_tier(session, found, Tier(tier), at, actor)


@case.command()
@click.option("--calendar", metavar="KEY", help="Only the clocks that count on this calendar. Default: all.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Only say what would change.")
@acting
@as_json
def recompute(calendar: str | None, actor: str, *, is_dry: bool, is_json: bool) -> None:
    """Count the clocks of open cases on their calendars as these are now.

    An edited calendar changes no open case by itself; this does, and prints what was due before and what is due after.

    \b
    Example:
      switchboard case recompute --calendar business-hours --dry-run
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    at = SystemClock().now().replace(microsecond=0)
    with opened_database() as database, database.begin() as session, session.begin_nested() as tried:
        lines = clock_service.recompute(session, at, actor, calendar)
        if is_dry:
            tried.rollback()
    if is_json:
        print_json({"dry_run": is_dry, "clocks": [line.document for line in lines]})
    else:
        _print_recomputed(lines, is_dry=is_dry)


def _print_recomputed(lines: list[Recomputed], *, is_dry: bool) -> None:
    if lines:
        documents = [line.document for line in lines]
        names = ("number", "clock", "calendar", "before", "after")
        print_table(
            ("case", "clock", "calendar", "due before", "due after"), [[d[n] or "" for n in names] for d in documents]
        )
    told = "would change" if is_dry else "changed"
    click.echo(f"{len(lines)} clocks {told}" if len(lines) != 1 else f"1 clock {told}")
