"""`switchboard case`: pausing, resuming, reprioritising, upgrading, recomputing, and explaining a date."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from foundation.db import Database
from intake.severity import Severity
from routing.sla import ASSUMED
from tests.routing.open_cases import Records
from tests.switchboard.conftest import CAST, Run, printed, running

NUMBER = "100014"
"""The number of the first case of a database."""

LONG_AGO = timedelta(minutes=5)


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """The commands on the standing cast, once on each kind of database, with one case of Riverbend opened just now."""
    command = running(database_url, tmp_path)
    assert command("apply", *CAST).exit_code == 0
    records = Records(Database(database_url))
    records.opened("riverbend", Severity.MEDIUM, datetime.now(UTC).replace(microsecond=0) - LONG_AGO)
    records.database.close()
    return command


def clocks(document: dict[str, list[dict[str, object]]]) -> dict[str, dict[str, object]]:
    return {str(clock["clock"]): clock for clock in document["clocks"]}


def test_explaining_a_date_names_hours_target_and_that_they_are_assumed(run: Run) -> None:
    found = clocks(printed(run("case", "explain", NUMBER, "--json")))
    assert found["response"]["state"] == "running"
    assert found["response"]["assumption"] == found["update"]["assumption"] == ASSUMED
    sentences = found["response"]["explain"]
    assert isinstance(sentences, list)
    assert "target 4 hours." in sentences[0]
    said = run("case", "explain", NUMBER).stdout
    assert "First response: running, due" in said
    assert "assumption: the support guide names no times" in said


def test_a_target_that_was_agreed_is_not_called_an_assumption(run: Run, tmp_path: Path) -> None:
    level = 'service_levels = [{ tier = "premium", severity = "medium", response = "1h", update = "3h", calendar = "case-24x7" }]'
    (tmp_path / "agreed.toml").write_text(level)
    assert run("apply", tmp_path / "agreed.toml").exit_code == 0
    found = clocks(printed(run("case", "upgrade", NUMBER, "--tier", "premium", "--by", "maria", "--json")))
    assert (found["response"]["assumption"], found["response"]["version"]) == (None, 1)


def test_a_case_waits_until_it_is_resumed(run: Run) -> None:
    paused = (
        "case",
        "pause",
        NUMBER,
        "--reason",
        "spare part ordered",
        "--resume-at",
        "2040-01-01T09:00",
        "--by",
        "ana",
    )
    waiting = printed(run(*paused, "--json"))
    assert (waiting["status"], clocks(waiting)["update"]["state"]) == ("waiting", "paused")
    explained = clocks(waiting)["update"]["explain"]
    assert isinstance(explained, list)
    assert explained[-1] == "The wait is planned until Sun 1 Jan 2040 09:00 CST."
    resumed = printed(run("case", "resume", NUMBER, "--json"))
    assert (resumed["status"], clocks(resumed)["update"]["state"]) == ("new", "running")


def test_what_got_worse_is_due_earlier(run: Run) -> None:
    words = ("--severity", "critical", "--reason", "impact_changed", "--by", "maria", "--json")
    found = clocks(printed(run("case", "reprioritise", NUMBER, *words)))
    sentences = found["response"]["explain"]
    assert isinstance(sentences, list)
    assert any("it got worse, severity critical, target 30 minutes" in sentence for sentence in sentences)


def test_an_answer_gives_the_response_and_the_case_an_owner(run: Run) -> None:
    document = printed(run("case", "answered", NUMBER, "--by", "ana", "--how", "call", "--json"))
    assert clocks(document)["response"]["met"] is True
    assert printed(run("case", "show", NUMBER, "--json"))["technician"] == "ana"


def edit(run: Run, folder: Path) -> None:
    (folder / "edited.toml").write_text('calendars = [{ key = "case-24x5", mode = "always" }]')
    assert run("apply", folder / "edited.toml").exit_code == 0


def test_an_edited_calendar_is_tried_and_then_brought_to_the_open_cases(run: Run, tmp_path: Path) -> None:
    assert printed(run("case", "recompute", "--json")) == {"dry_run": False, "clocks": []}
    edit(run, tmp_path)
    tried = printed(run("case", "recompute", "--calendar", "case-24x5", "--dry-run", "--json"))
    assert [clock["clock"] for clock in tried["clocks"]] == ["response", "update"]
    done = printed(run("case", "recompute", "--by", "maria", "--json"))
    assert done["clocks"] == tried["clocks"]
    assert run("case", "recompute").stdout == "0 clocks changed\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("resume", NUMBER), "Case 100014 does not wait: it is new."),
        (("upgrade", NUMBER, "--tier", "essential"), "Name a better tier."),
        (("pause", NUMBER, "--reason", "x", "--resume-at", "2020-01-01"), "an instant that is still to come"),
        (("explain", "999999"), "There is no case '999999'."),
        (("recompute", "--calendar", "nights"), "Known calendars: business-hours, case-24x5, case-24x7."),
    ],
)
def test_what_cannot_be_done_says_what_can(run: Run, words: tuple[str, ...], says: str) -> None:
    refused = run("case", *words)
    assert (refused.exit_code, says in refused.stderr) == (1, True), refused.stderr


def test_a_case_without_an_agreement_is_explained_too(run: Run, database_url: str) -> None:
    records = Records(Database(database_url))
    records.opened("lakeshore", Severity.LOW, datetime.now(UTC))
    records.database.close()
    assert "nothing is promised and no clock runs" in run("case", "explain", "100023").stdout
