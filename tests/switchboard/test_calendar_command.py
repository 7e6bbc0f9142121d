"""`switchboard calendar`: feeds made and revoked, time off imported."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from foundation.audit import AuditRow
from foundation.db import Database
from switchboard.apply import apply_world
from switchboard.demo import demo_world
from tests.switchboard.conftest import Run, printed

WINDOW = ("--from", "2026-06-01", "--to", "2026-09-01")
WHOSE = ("--technician", "ana", "--roster", "desk", *WINDOW)
VACATION = "UID:1\nSUMMARY:Vacation\nDTSTART;VALUE=DATE:20260706\nDTEND;VALUE=DATE:20260711"
HALFWAY = "UID:2\nSUMMARY:Dentist\nDTSTART:20260707T150000Z\nDTEND:20260707T170000Z"


@pytest.fixture
def cast(run: Run, database_url: str) -> Run:
    """The commands with the standing cast, on either kind of database."""
    database = Database(database_url)
    with database.begin() as session:
        apply_world(session, demo_world())
    database.close()
    return run


def written(folder: Path, *events: str) -> Path:
    framed = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    file = folder / "ana.ics"
    file.write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{framed}END:VCALENDAR\n", encoding="utf-8")
    return file


def time_off(run: Run) -> list[dict[str, str]]:
    found: list[dict[str, str]] = next(
        one for one in json.loads(run("export", "--json").stdout)["rosters"] if one["key"] == "desk"
    ).get("time_off", [])
    return found


def test_a_feed_is_made_listed_and_revoked(cast: Run) -> None:
    made = printed(cast("calendar", "feed", "create", "--technician", "sam", "--by", "maria", "--json"))
    assert made["url"].startswith("/api/calendars/")
    assert (made["technician"], made["created_by"], made["revoked_at"]) == ("sam", "maria", None)
    assert made["url"].removeprefix("/api/calendars/")[:32] not in cast("calendar", "feed", "list", "--json").stdout
    assert cast("calendar", "feed", "revoke", made["id"]).stdout == f"feed {made['id']} is revoked\n"
    assert printed(cast("calendar", "feed", "list", "--json"))["feeds"][0]["revoked_at"] is not None
    assert "has been revoked before" in cast("calendar", "feed", "revoke", made["id"]).stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Give --technician KEY, --roster KEY, or both"),
        (("--technician", "zoe"), "There is no technician 'zoe'"),
        (("--roster", "x"), "There is no roster 'x'"),
    ],
)
def test_a_feed_of_nobody_is_refused(words: tuple[str, ...], says: str, run_cast: Run) -> None:
    refused = run_cast("calendar", "feed", "create", *words)
    assert refused.exit_code == 1
    assert says in refused.stderr


def test_time_off_is_imported_once_and_covered_by_the_next(cast: Run, tmp_path: Path) -> None:
    file = written(tmp_path, VACATION)
    first = printed(cast("calendar", "import-time-off", file, *WHOSE, "--json"))
    assert [(one["start"], one["end"]) for one in first["rosters"][0]["new"]] == [
        ("2026-07-06T06:00:00Z", "2026-07-11T06:00:00Z")
    ]
    assert time_off(cast) == [{"technician": "ana", "start": "2026-07-06T01:00", "end": "2026-07-11T01:00"}]
    again = printed(cast("calendar", "import-time-off", file, *WHOSE, "--json"))
    assert (len(again["rosters"][0]["new"]), len(again["rosters"][0]["already"])) == (0, 1)
    assert len(time_off(cast)) == 1
    week = printed(
        cast("roster", "preview", "desk", "--from", "2026-07-06T08:00", "--to", "2026-07-10T08:00", "--json")
    )
    assert {person for segment in week["segments"] for person in segment["on_duty"]} == {"lee"}


def test_a_dry_run_changes_nothing(cast: Run, tmp_path: Path) -> None:
    said = cast("calendar", "import-time-off", written(tmp_path, VACATION), *WHOSE, "--dry-run")
    assert said.stdout.splitlines() == [
        "roster desk: 1 new, 0 on record already, 0 refused",
        "  + Mon 2026-07-06 00:00 to Sat 2026-07-11 00:00 MDT  'Vacation'",
    ]
    assert time_off(cast) == []


def test_an_overlap_refuses_the_whole_import_and_says_which(cast: Run, tmp_path: Path) -> None:
    refused = cast("calendar", "import-time-off", written(tmp_path, VACATION, HALFWAY), *WHOSE)
    assert refused.exit_code == 1
    assert "'Dentist' overlaps 'Vacation' of the same calendar" in refused.stdout
    assert "Refused: 1, as printed, so nothing was imported" in refused.stderr
    assert time_off(cast) == []


def test_the_good_ones_can_be_imported_without_the_others(cast: Run, tmp_path: Path) -> None:
    told = cast(
        "calendar", "import-time-off", written(tmp_path, VACATION, HALFWAY, "UID:3"), *WHOSE, "--skip-refused", "--json"
    )
    document = printed(told)
    assert document["applied"]
    assert [fault["why"] for fault in document["faults"]] == ["has no start; write a DTSTART"]
    assert len(time_off(cast)) == 1


def test_an_import_is_on_record_with_before_and_after(cast: Run, tmp_path: Path, database_url: str) -> None:
    cast("calendar", "import-time-off", written(tmp_path, VACATION), *WHOSE, "--by", "maria")
    database = Database(database_url)
    with database.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.key == "desk")).one()
    database.close()
    assert (row.actor, row.kind, row.before, row.reason) == (
        "maria",
        "roster",
        {"time_off": []},
        "time off of ana imported from ana.ics",
    )
    assert row.after["time_off"][0]["technician"] == "ana"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("none.ics", *WHOSE), "The calendar none.ics cannot be read: No such file"),
        (("ana.ics", "--technician", "zoe", "--roster", "desk"), "There is no technician 'zoe'"),
        (("ana.ics", "--technician", "ana", "--roster", "x"), "There is no roster 'x'"),
        (("ana.ics", "--technician", "sam", "--roster", "desk"), "sam is in no layer of roster desk"),
        (("ana.ics", *WHOSE[:4], "--from", "2026-06-01", "--to", "2026-05-01"), "Give --to a later instant"),
    ],
)
def test_what_cannot_be_imported_is_told(words: tuple[str, ...], says: str, run_cast: Run, tmp_path: Path) -> None:
    written(tmp_path, VACATION)
    refused = run_cast("calendar", "import-time-off", *words)
    assert refused.exit_code == 1
    assert says in refused.stderr


def test_what_is_no_calendar_is_told(run_cast: Run) -> None:
    refused = run_cast("calendar", "import-time-off", "-", *WHOSE, stdin="hello")
    assert refused.exit_code == 1
    assert "standard input is no calendar (iCalendar, RFC 5545)" in refused.stderr
