"""`switchboard audit`: who changed what, when and why."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy import ColumnElement, select

from foundation.audit import AuditRow
from foundation.clock import iso
from oncall.layers import UTC_ZONE
from switchboard.commands.options import as_json, instant, print_json, print_table
from switchboard.opening import opened_database
from switchboard.world_shape import Document

LINES_FOR_PEOPLE = 50
"""Changes that a table shows to people who did not ask for more."""

LONGEST_TOLD = 120
"""Letters of one change in a table; the JSON has it whole."""


@click.group()
def audit() -> None:
    """Say who changed what, when and why."""


@audit.command("list")
@click.option("--kind", metavar="KIND", help="Only records of this kind, such as roster or technician.")
@click.option("--key", metavar="KEY", help="Only the record of this key.")
@click.option("--from", "start", metavar="ISO", help="Only since this instant: ISO, else UTC.")
@click.option("--to", "end", metavar="ISO", help="Only before this instant.")
@click.option(
    "--limit", type=click.IntRange(1), help=f"At most so many. Default: all in JSON, {LINES_FOR_PEOPLE} in a table."
)
@as_json
def audit_list(
    kind: str | None, key: str | None, start: str | None, end: str | None, limit: int | None, *, is_json: bool
) -> None:
    """Print changes, the newest first: by whom, of what, before and after, and the reason given.

    \b
    Example:
      switchboard audit list --kind roster --key critical
      switchboard audit list --from 2026-03-01 --json
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    wanted = list(_wanted(kind, key, _moment("--from", start), _moment("--to", end)))
    newest = select(AuditRow).where(*wanted).order_by(AuditRow.id.desc())
    with opened_database() as database, database.read() as session:
        rows = list(session.scalars(newest.limit(limit or (None if is_json else LINES_FOR_PEOPLE))))
    if is_json:
        print_json({"audit": [_document(row) for row in rows]})
    elif rows:
        print_table(("at (UTC)", "who", "what", "change", "reason"), [_row(row) for row in rows])
    else:
        click.echo("no change is on record")


def _moment(option: str, text: str | None) -> datetime | None:
    return None if text is None else instant(option, text, UTC_ZONE)


def _wanted(
    kind: str | None, key: str | None, start: datetime | None, end: datetime | None
) -> Iterator[ColumnElement[bool]]:
    if kind is not None:
        yield AuditRow.kind == kind
    if key is not None:
        yield AuditRow.key == key
    if start is not None:
        yield AuditRow.at >= start
    if end is not None:
        yield AuditRow.at < end


def _document(row: AuditRow) -> Document:
    return {
        "at": iso(row.at),
        "actor": row.actor,
        "kind": row.kind,
        "key": row.key,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
    }


def _row(row: AuditRow) -> tuple[str, ...]:
    what = f"{row.kind} {row.key}"
    return (
        f"{row.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        row.actor,
        what,
        change_words(row.before, row.after),
        row.reason or "",
    )


def change_words(before: Any, after: Any) -> str:  # noqa: ANN401 - JSON values
    """Tell a change in one line: the fields that differ, what came and what went of lists."""
    if before is None or after is None:
        return "created" if before is None else "removed"
    if not isinstance(before, dict) or not isinstance(after, dict):
        return _cut(f"{before} -> {after}")
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return _cut("; ".join(f"{name}: {_field(before.get(name), after.get(name))}" for name in names))


def _field(before: object, after: object) -> str:
    if not isinstance(before, list) or not isinstance(after, list):
        return f"{before} -> {after}"
    gone, come = (sum(entry not in other for entry in one) for one, other in ((before, after), (after, before)))
    return f"{come} new, {gone} gone" if gone or come else "another order"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TOLD else f"{text[: LONGEST_TOLD - 3]}..."
