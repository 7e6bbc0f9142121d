"""`switchboard report`: what duty came to, how evenly it is spread, and past calls on a proposed roster."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from foundation.clock import SystemClock
from foundation.errors import NotFound, Refused
from foundation.windows import Closure, Interval
from oncall.fairness import fairness as fairness_of
from oncall.fairness_picture import fairness_lines, fairness_svg
from oncall.layers import Roster
from oncall.report_store import people_names
from oncall.reports import all_duty, roster_duty
from oncall.store import load_rosters
from switchboard.commands.options import as_json, instant, local_and_utc, print_json, print_table
from switchboard.commands.roster import roster_of_file
from switchboard.holiday_lists import public_holidays
from switchboard.opening import opened_database
from switchboard.reports import (
    DUTY_HEADINGS,
    REPLAY_HEADINGS,
    circumstances,
    duty_rows,
    fairness_document,
    hours_document,
    replay_call_rows,
    replay_document,
    replay_rows,
    replayed,
)

DAYS = 90
"""How far back reports look where no start is given."""

UTC_ZONE = ZoneInfo("UTC")

start_option = click.option("--from", "start", metavar="ISO", help=f"Start. Default: {DAYS} days before the end.")
end_option = click.option("--to", "end", metavar="ISO", help="End, not included. Default: now.")
holidays_option = click.option(
    "--holidays",
    "place",
    metavar="PLACE",
    help="Count the public holidays of US or US-CA. Default: those of the calendars.",
)


@click.group()
def report() -> None:
    """Report hours and fairness; replay past calls on a roster."""


@report.command()
@click.option("--roster", "keys", multiple=True, metavar="KEY", help="Only this roster; may be repeated. Default: all.")
@start_option
@end_option
@holidays_option
@as_json
def hours(keys: tuple[str, ...], start: str | None, end: str | None, place: str | None, *, is_json: bool) -> None:
    """Print hours on duty, nights, weekends, holidays, shifts and calls of each person.

    Nights are 22:00 to 06:00. Nights, weekends and holidays are told by the person's own clock, or the roster's where it
    is unknown. Hours are what the rosters say, their dated versions and overrides included. On several rosters at once
    is counted once in the totals.

    \b
    Example:
      switchboard report hours --from 2026-01-01 --to 2026-04-01
      switchboard report hours --roster critical --holidays US --json
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    with opened_database() as database, database.read() as session:
        rosters = _rosters(session, keys)
        window = _window(start, end, _common_zone(rosters))
        given = circumstances(session, window, _holidays(place, window))
    duties = [roster_duty(roster, *window, given) for roster in rosters]
    people = all_duty(rosters, *window, given)
    if is_json:
        print_json(hours_document(window, duties, people))
        return
    for duty in duties:
        click.echo(f"{duty.roster}  (nobody on duty for {duty.bare / timedelta(hours=1):.1f} h)")
        print_table(DUTY_HEADINGS, duty_rows(duty.people))
        click.echo()
    click.echo("all of these together")
    print_table(DUTY_HEADINGS, duty_rows(people))


@report.command()
@click.argument("key")
@start_option
@end_option
@holidays_option
@click.option("--svg", "picture", type=click.Path(dir_okay=False, path_type=Path), help="Draw it into this file.")
@as_json
def fairness(
    key: str, start: str | None, end: str | None, place: str | None, picture: Path | None, *, is_json: bool
) -> None:
    """Print how evenly the duty of a roster is spread, beside each person's fair share.

    Fair: whenever a layer's shift is held, everybody in that layer's order who is not away owes an equal part of it. The
    figure says how much of the load lies above fair shares, and so would have to change hands: 0 % is even.

    \b
    Example:
      switchboard report fairness critical --from 2026-01-01 --to 2026-04-01
      switchboard report fairness critical --svg fairness.svg
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    with opened_database() as database, database.read() as session:
        roster = _rosters(session, (key,))[0]
        window = _window(start, end, roster.zone)
        given, names = circumstances(session, window, _holidays(place, window)), people_names(session)
    fair = fairness_of(roster, *window, given)
    if picture is not None:
        picture.write_text(fairness_svg(fair, _title(roster, window), names), encoding="utf-8")
        click.echo(f"drawn into {picture}", err=True)
    if is_json:
        print_json(fairness_document(window, fair))
        return
    click.echo("\n".join((_title(roster, window), *fairness_lines(fair, names))))


def _title(roster: Roster, window: Interval) -> str:
    start, end = (at.astimezone(roster.zone) for at in window)
    return f"{roster.name}, {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M %Z}"


@report.command("replay")
@click.argument("file_or_key")
@click.option("--roster", "key", metavar="KEY", help="Which roster of a file that holds several.")
@start_option
@end_option
@click.option("--calls", "is_detailed", is_flag=True, help="Print every call, not only people.")
@as_json
def replay_calls(
    file_or_key: str, key: str | None, start: str | None, end: str | None, *, is_detailed: bool, is_json: bool
) -> None:
    """Play past critical calls again on a proposed roster: whom they would have rung. Nothing is rung or saved.

    FILE_OR_KEY is a file with the proposed roster, or the key of a stored one. The escalation policy is walked with the
    proposed roster in the place of the stored one of its key; if the policy does not ring it, the roster is rung alone.

    \b
    Example:
      switchboard report replay draft.toml
      switchboard report replay draft.toml --roster critical --from 2026-01-01 --calls
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    file = Path(file_or_key)
    proposed = roster_of_file(file, key) if file.is_file() else None
    if proposed is None and (file.suffix or len(file.parts) > 1):
        raise Refused("file_missing", file=file)
    with opened_database() as database, database.read() as session:
        roster = proposed or _rosters(session, (file_or_key,))[0]
        window = _window(start, end, roster.zone)
        result = replayed(session, roster, window)
    if is_json:
        print_json(replay_document(window, roster.key, result))
        return
    if is_detailed:
        headings = ("at", "case", "rung then", "took", "first now", "behind now")
        print_table(headings, replay_call_rows(result.calls, roster.zone))
        click.echo()
    print_table(REPLAY_HEADINGS, replay_rows(result.people))
    click.echo(f"{len(result.calls)} calls; {len(result.unanswered)} would ring nobody")


def _rosters(session: Session, keys: tuple[str, ...]) -> list[Roster]:
    stored = {roster.key: roster for roster in load_rosters(session)}
    for key in keys:
        if key not in stored:
            raise NotFound("roster_unknown", key=key, known=", ".join(stored) or "none yet")
    return [stored[key] for key in dict.fromkeys(keys)] if keys else list(stored.values())


def _common_zone(rosters: Sequence[Roster]) -> ZoneInfo:
    """Return the zone in which times are read: that of the rosters, or UTC if they are kept in several."""
    zones = {roster.time_zone: roster.zone for roster in rosters}
    return next(iter(zones.values())) if len(zones) == 1 else UTC_ZONE


def _window(start: str | None, end: str | None, zone: ZoneInfo) -> Interval:
    """Read --from and --to; Refused if they are the wrong way round."""
    ends = _now() if end is None else instant("--to", end, zone)
    begins = ends - timedelta(days=DAYS) if start is None else instant("--from", start, zone)
    if ends <= begins:
        raise Refused("window_backwards", start=start, end=end or local_and_utc(ends, zone))
    return Interval(begins.astimezone(UTC), ends.astimezone(UTC))


def _now() -> datetime:
    return SystemClock().now().replace(microsecond=0)


def _holidays(place: str | None, window: Interval) -> tuple[Closure, ...] | None:
    return None if place is None else public_holidays(place, *window)
