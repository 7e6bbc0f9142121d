"""`switchboard decide`: the world's policies and calendars where there is a database, else the shipped ones."""

from pathlib import Path

import pytest

from switchboard.pages import decision_table
from tests.switchboard.conftest import Run, printed

SATURDAY = ("--tier", "advanced", "--severity", "medium", "--at", "2026-03-07T16:00:00Z", "--json")
UNCOVERED = ("--tier", "none", "--severity", "critical", "--at", "2026-03-07T16:00:00Z", "--json")


def test_without_a_database_the_shipped_defaults_decide_and_none_is_made(run_nowhere: Run, tmp_path: Path) -> None:
    assert printed(run_nowhere("decide", *SATURDAY, "--zone", "America/Chicago")) == {
        "outcome": "ticket",
        "clock": "24/5",
        "starts_at": "2026-03-09T05:00:00Z",
        "reason": "Advanced, medium, outside 24/5: ticket; "
        "the clock starts at the next opening, which the caller hears",
        "source": "shipped defaults",
    }
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_decides_as_the_shipped_defaults(run: Run) -> None:
    decided = printed(run("decide", *SATURDAY))
    assert (decided["starts_at"], decided["source"]) == ("2026-03-09T00:00:00Z", "database")


def test_the_world_s_own_calendar_decides_when_the_clock_starts(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "w.toml"
    calendar = '[[calendars]]\nkey = "office"\nzone = "Europe/London"\nwindows = [["sun 18:00", "fri 18:00"]]\n'
    level = '[[service_levels]]\ntier = "advanced"\nseverity = "medium"\nresponse = "4h"\nupdate = "1bd"\n'
    file.write_text(calendar + level + 'calendar = "office"\n', encoding="utf-8")
    assert run("apply", file).exit_code == 0
    assert printed(run("decide", *SATURDAY))["starts_at"] == "2026-03-08T18:00:00Z"


@pytest.mark.parametrize("policy", ["duty_manager", "courtesy", "billable", "ticket"])
def test_the_world_s_policy_decides_without_an_agreement(policy: str, run_sqlite: Run, tmp_path: Path) -> None:
    file = tmp_path / "w.toml"
    file.write_text(f'[policies]\nuncovered_critical = "{policy}"\n', encoding="utf-8")
    assert run_sqlite("apply", file).exit_code == 0
    decided = printed(run_sqlite("decide", *UNCOVERED))
    assert (decided["outcome"], decided["clock"], decided["starts_at"]) == (policy, "no clock", None)


def test_a_time_without_an_offset_is_wall_clock_of_the_zone(run_nowhere: Run) -> None:
    words = ("decide", "--tier", "premium", "--severity", "low", "--zone", "Asia/Kolkata", "--json")
    assert printed(run_nowhere(*words, "--at", "2026-03-07T10:00"))["starts_at"] == "2026-03-07T04:30:00Z"
    assert printed(run_nowhere(*words, "--at", "2026-03-07T10:00+01:00"))["starts_at"] == "2026-03-07T09:00:00Z"
    assert printed(run_nowhere(*words, "--at", "2026-03-07"))["starts_at"] == "2026-03-06T18:30:00Z"


def test_for_people_the_same_is_said_in_words(run_nowhere: Run) -> None:
    said = run_nowhere("decide", *SATURDAY[:-1], "--zone", "America/Chicago").stdout.splitlines()
    assert said[:3] == [
        "outcome:    ticket",
        "clock:      24/5",
        "starts at:  2026-03-09 00:00:00 CDT (05:00:00 UTC)",
    ]


def test_the_whole_table_is_the_one_of_the_docs(run_nowhere: Run) -> None:
    assert run_nowhere("decide", "--table").stdout == decision_table()


def test_programs_get_the_table_as_rows(run_nowhere: Run) -> None:
    rules = printed(run_nowhere("decide", "--table", "--json"))["rules"]
    assert [rule["outcome"] for rule in rules if "none" in rule["tiers"]] == ["policy", "ticket"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--severity", "low"), "Give --tier and --severity"),
        (("--tier", "none", "--severity", "low", "--at", "noon"), "'noon' is not a moment; write"),
        (("--tier", "none", "--severity", "low", "--zone", "Chicago"), "'Chicago' is not a time zone; write"),
    ],
)
def test_wrong_usage_says_what_is_right(words: tuple[str, ...], says: str, run_nowhere: Run) -> None:
    ended = run_nowhere("decide", *words)
    assert ended.exit_code == 2
    assert says in ended.stderr
