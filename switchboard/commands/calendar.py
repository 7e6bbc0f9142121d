"""`switchboard calendar`: feeds for calendar programs, and time off out of other calendars."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from foundation.clock import SystemClock, iso, iso_or_none
from foundation.errors import Refused
from foundation.settings import read_settings
from foundation.windows import Interval
from oncall.feed_service import NewFeed, create_feed, list_feeds, revoke_feed
from oncall.tables import FeedRow
from switchboard.absences import Asked, do_import, import_report, own_zone, report_document, report_lines
from switchboard.calendar_source import read_source, shown_source
from switchboard.commands.options import acting, as_json, instant, print_json, print_table
from switchboard.opening import opened_database
from switchboard.world_shape import Document

AHEAD = timedelta(days=400)
"""How far ahead time off is imported where no end is given."""


@click.group()
def calendar() -> None:
    """Publish shifts as calendar feeds; import time off."""


# Feeds ----------------------------------------------------------------------------------------------------------------


@calendar.group()
def feed() -> None:
    """Make, list and revoke the addresses of calendars."""


@feed.command("create")
@click.option("--technician", metavar="KEY", help="Show this person's shifts, on all rosters unless one is named.")
@click.option("--roster", metavar="KEY", help="Show this roster: everybody's shifts, and the gaps.")
@acting
@as_json
def feed_create(technician: str | None, roster: str | None, actor: str, *, is_json: bool) -> None:
    """Make a calendar that any calendar program can subscribe to, and print its address.

    Whoever has the address can read the calendar, without signing in. It is shown only now; if it gets into wrong hands,
    revoke it and make another.

    \b
    Example:
      switchboard calendar feed create --technician sam
      switchboard calendar feed create --roster critical --json
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    with opened_database() as database, database.begin() as session:
        made = create_feed(session, SystemClock().now(), NewFeed(technician, roster), actor)
        document = _feed_document(made) | {"url": _address(made)}
    if is_json:
        print_json(document)
        return
    click.echo(document["url"])
    click.echo(
        f"Subscribe to it in a calendar program. To end it: switchboard calendar feed revoke {made.id}", err=True
    )


@feed.command("list")
@as_json
def feed_list(*, is_json: bool) -> None:
    """Print every feed: whose it is, when it was made, last read and revoked. Addresses are not shown again.

    \b
    Example:
      switchboard calendar feed list --json
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    with opened_database() as database, database.read() as session:
        feeds = [_feed_document(row) for row in list_feeds(session)]
    if is_json:
        print_json({"feeds": feeds})
        return
    headings = ("id", "technician", "roster", "created_at", "created_by", "last_read_at", "revoked_at")
    print_table(headings, [["" if row[name] is None else str(row[name]) for name in headings] for row in feeds])


@feed.command("revoke")
@click.argument("feed_id", type=click.IntRange(1, 2**31 - 1), metavar="ID")
@acting
@as_json
def feed_revoke(feed_id: int, actor: str, *, is_json: bool) -> None:
    """End a feed for good: from now on its address leads nowhere. Copies that programs have kept stay with them.

    \b
    Example:
      switchboard calendar feed revoke 3
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    with opened_database() as database, database.begin() as session:
        document = _feed_document(revoke_feed(session, SystemClock().now(), feed_id, actor))
    if is_json:
        print_json(document)
    else:
        click.echo(f"feed {feed_id} is revoked")


def _feed_document(row: FeedRow) -> Document:
    return {
        "id": row.id,
        "technician": row.technician,
        "roster": row.roster_key,
        "created_at": iso(row.created_at),
        "created_by": row.created_by,
        "last_read_at": iso_or_none(row.last_read_at),
        "revoked_at": iso_or_none(row.revoked_at),
    }


def _address(row: FeedRow) -> str:
    """Write where the feed is read; without a public address, the path on this service."""
    return f"{read_settings().public_base_url or ''}/api/calendars/{row.token}.ics"


# Time off -------------------------------------------------------------------------------------------------------------


@calendar.command("import-time-off")
@click.argument("source", metavar="FILE|URL")
@click.option("--technician", required=True, metavar="KEY", help="Whose calendar it is.")
@click.option(
    "--roster", "rosters", required=True, multiple=True, metavar="KEY", help="For which roster; may be repeated."
)
@click.option("--from", "start", metavar="ISO", help="Import what lasts longer than this. Default: now.")
@click.option("--to", "end", metavar="ISO", help=f"Import what begins before this. Default: {AHEAD.days} days later.")
@click.option("--only", metavar="TEXT", help="Only events with this in their summary or categories, such as vacation.")
@click.option("--skip-refused", is_flag=True, help="Import the good ones although others are refused.")
@click.option("--dry-run", is_flag=True, help="Only print what would be imported.")
@acting
@as_json
def import_time_off(  # noqa: PLR0913 - one argument per option
    source: str,
    technician: str,
    rosters: tuple[str, ...],
    start: str | None,
    end: str | None,
    only: str | None,
    actor: str,
    *,
    skip_refused: bool,
    dry_run: bool,
    is_json: bool,
) -> None:
    """Put the absences of a calendar on a roster as time off: the next in order covers.

    FILE|URL is an iCalendar file, its address (http, https or webcal), or - for standard input. All-day events last from
    midnight to midnight by the person's own clock. Events that are on record already are left as they are. If anything
    is refused, such as an absence that overlaps another, nothing is imported, and each reason is printed.

    \b
    Example:
      switchboard calendar import-time-off sam.ics --technician sam --roster critical --dry-run
      switchboard calendar import-time-off https://calendar.example/sam.ics --technician sam --roster critical --only vacation
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    asked = Asked(technician, rosters, only, shown_source(source))
    contents, at = read_source(source), SystemClock().now()
    with opened_database() as database, database.read() if dry_run else database.begin() as session:
        report = import_report(session, contents, asked, _window(own_zone(session, asked), at, start, end))
        is_applied = not dry_run and (skip_refused or not report.refusals)
        if is_applied:
            do_import(session, at, asked, report, actor)
    if is_json:
        print_json(report_document(report, is_applied=is_applied))
    else:
        click.echo("\n".join(report_lines(report)))
    if report.refusals and not skip_refused:
        raise Refused("time_off_refused", count=report.refusals)


def _window(zone: ZoneInfo, at: datetime, start: str | None, end: str | None) -> Interval:
    """Read --from and --to, wall clocks being the person's; Refused if they are the wrong way round."""
    begins = at if start is None else instant("--from", start, zone)
    ends = begins + AHEAD if end is None else instant("--to", end, zone)
    if ends <= begins:
        raise Refused("window_backwards", start=start or iso(begins), end=end)
    return Interval(begins.astimezone(UTC), ends.astimezone(UTC))
