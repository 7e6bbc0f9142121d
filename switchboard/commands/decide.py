"""`switchboard decide`: what a problem comes to."""

from zoneinfo import ZoneInfo

import click

from foundation.clock import SystemClock, iso_or_none
from foundation.db import Database
from foundation.settings import read_settings
from intake.entitlement import Tier
from intake.severity import Severity
from routing.decision import Decision, Problem
from routing.decision import decide as decide_problem
from routing.store import load_policies, load_promise, shipped_promise
from switchboard.commands.options import ZONE, as_json, instant, local_and_utc, print_json
from switchboard.opening import is_ready
from switchboard.pages import decision_table, rules_document


@click.command()
@click.option(
    "--tier", type=click.Choice([tier.value for tier in Tier]), help="Tier of the SMA, none, or unidentified."
)
@click.option("--severity", type=click.Choice([severity.value for severity in Severity]), help="How bad it is.")
@click.option("--at", "at", metavar="ISO", help="When it is told: ISO, else wall clock of the zone. Default: now.")
@click.option("--zone", type=ZONE, default="UTC", show_default=True, help="The account's time zone.")
@click.option("--table", "is_table", is_flag=True, help="Print the whole decision table.")
@as_json
def decide(
    tier: str | None, severity: str | None, at: str | None, zone: ZoneInfo, *, is_table: bool, is_json: bool
) -> None:
    """Say what a problem comes to, and why.

    Also told: the hours on which its clock runs, and when it starts. Policies and calendars are those of the database,
    where there is one; else the shipped defaults.

    \b
    Example:
      switchboard decide --tier advanced --severity medium --at 2026-03-07T10:00 --zone America/Chicago
      switchboard decide --table
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    if is_table:
        print_json({"rules": rules_document()}) if is_json else click.echo(decision_table(), nl=False)
        return
    if tier is None or severity is None:
        raise click.UsageError("Give --tier and --severity, or --table for the whole table.")
    moment = SystemClock().now() if at is None else instant("--at", at, zone)
    problem, source = _problem(Tier(tier), Severity(severity), zone)
    decision = decide_problem(problem, moment)
    if is_json:
        print_json(_document(decision, source))
    else:
        click.echo("\n".join(_lines(decision, source, zone)))


def _problem(tier: Tier, severity: Severity, zone: ZoneInfo) -> tuple[Problem, str]:
    """Put the question together from the database if there is one, and say where it came from."""
    url = read_settings().database_url
    if is_ready(url):
        database = Database(url)
        with database.read() as session:
            promise = load_promise(session, tier, severity, zone.key)
            calendar = None if promise is None else promise.calendar
            found = Problem(tier, severity, calendar, load_policies(session).critical)
        database.close()
        return found, "database"
    promise = shipped_promise(tier, severity, zone.key)
    return Problem(tier, severity, None if promise is None else promise.calendar), "shipped defaults"


def _document(decision: Decision, source: str) -> dict[str, str | None]:
    return {
        "outcome": decision.way.value,
        "clock": decision.clock.value,
        "starts_at": iso_or_none(decision.starts_at),
        "reason": decision.reason,
        "source": source,
    }


def _lines(decision: Decision, source: str, zone: ZoneInfo) -> list[str]:
    starts = "never" if decision.starts_at is None else local_and_utc(decision.starts_at, zone)
    return [
        f"outcome:    {decision.way.value}",
        f"clock:      {decision.clock.value}",
        f"starts at:  {starts}",
        f"reason:     {decision.reason}",
        f"decided by: {source}",
    ]
