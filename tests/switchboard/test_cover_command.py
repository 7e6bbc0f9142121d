from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.switchboard.conftest import Run, printed

TURNS = """
[[rosters]]
key = "critical"
time_zone = "UTC"
layers = [{ key = "primary", priority = 2, unit = "days", length = 1, start = "2026-01-01T00:00", participants = ["sam", "kim"] }]
"""


@pytest.fixture
def run_turns(run_cast: Run, tmp_path: Path) -> Run:
    """The commands where sam and kim take turns of a day, and it is somewhere within one."""
    (tmp_path / "turns.toml").write_text(TURNS)
    assert run_cast("apply", "turns.toml").exit_code == 0
    return run_cast


def next_turn(run: Run) -> tuple[str, str, str]:
    """Who has tomorrow's shift, and when it begins and ends."""
    start = (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    written = [at.isoformat().replace("+00:00", "Z") for at in (start, start + timedelta(days=1))]
    who = printed(run("roster", "who", "critical", "--at", written[0], "--json"))[0]["technician"]
    return who, written[0], written[1]


def other(who: str) -> str:
    return {"sam": "kim", "kim": "sam"}[who]


def test_a_manager_asks_in_somebodys_name_and_enters_the_answer(run_turns: Run) -> None:
    who, start, end = next_turn(run_turns)
    period = ("--from", start, "--to", end)
    asked = printed(
        run_turns("roster", "cover", "ask", "critical", "--technician", who, *period, "--by", "maria", "--json")
    )
    assert (asked["number"], asked["state"], asked["waiting_for"]) == (1, "open", [other(who)])
    assert run_turns("roster", "cover", "list").stdout.count("anybody") == 1
    taken = run_turns("roster", "cover", "accept", "1", "--technician", other(who), "--by", "maria", "--json")
    assert (printed(taken)["accepted_by"], printed(taken)["decided_how"]) == (other(who), "command, entered by maria")
    assert printed(run_turns("roster", "who", "critical", "--at", start, "--json"))[0]["technician"] == other(who)
    export = run_turns("export").stdout
    assert f'replaces = "{who}"' in export


def test_what_cannot_be_is_refused_with_the_reason(run_turns: Run) -> None:
    who, start, end = next_turn(run_turns)
    asked = ("roster", "cover", "ask", "critical", "--technician", other(who), "--from", start, "--to", end)
    refused = run_turns(*asked)
    assert refused.exit_code == 1
    assert "is not on duty for critical" in refused.stderr.lower()


def test_wrong_usage_and_unknown_things_are_told_apart(run_turns: Run) -> None:
    assert run_turns("roster", "cover", "ask", "critical", "--technician", "sam", "--from", "2026-01-01").exit_code == 2
    assert "no technician 'zoe'" in run_turns("roster", "cover", "ask", "critical", "--technician", "zoe").stderr
    assert "no request 9" in run_turns("roster", "cover", "accept", "9", "--technician", "sam").stderr
    assert "no roster 'x'" in run_turns("roster", "cover", "list", "--roster", "x").stderr


def test_a_request_is_declined_or_withdrawn(run_turns: Run) -> None:
    who, start, end = next_turn(run_turns)
    ask = ("roster", "cover", "ask", "critical", "--technician", who, "--from", start, "--to", end)
    run_turns(*ask)
    stranger = run_turns("roster", "cover", "withdraw", "1", "--technician", other(who))
    assert (stranger.exit_code, "can withdraw it" in stranger.stderr) == (1, True)
    assert printed(run_turns("roster", "cover", "withdraw", "1", "--technician", who, "--json"))["state"] == "withdrawn"
    run_turns(*ask)
    declined = printed(run_turns("roster", "cover", "decline", "2", "--technician", other(who), "--json"))
    assert declined["state"] == "refused"
    states = [r["state"] for r in printed(run_turns("roster", "cover", "list", "--state", "all", "--json"))["requests"]]
    assert states == ["refused", "withdrawn"]


def test_somebody_is_put_on_duty_now(run_turns: Run) -> None:
    now = printed(run_turns("roster", "who", "critical", "--json"))[0]["technician"]
    taken = printed(run_turns("roster", "take-over", "critical", "--technician", "lee", "--by", "maria", "--json"))
    assert (taken["technician"], taken["instead_of"]) == ("lee", [now])
    assert [row["technician"] for row in printed(run_turns("roster", "who", "critical", "--json"))] == ["lee"]
    again = run_turns("roster", "take-over", "critical", "--technician", "lee")
    assert (again.exit_code, "already on duty" in again.stderr) == (1, True)
