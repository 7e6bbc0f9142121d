"""`switchboard report`: hours, fairness, and past calls on a proposed roster."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from foundation.db import Database
from foundation.phone import PhoneNumber
from intake.tables import CaseRow
from routing.tables import HuntRow, LegRow
from switchboard.apply import apply_world
from switchboard.demo import demo_world
from tests.switchboard.conftest import Run, printed

NIGHT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
"""Monday, 2 March 2026, 02:30 in Chicago, where sam lives."""
MARCH = ("--from", "2026-03-01", "--to", "2026-04-01")
PROPOSED = """
[[rosters]]
key = "critical"
name = "Critical line"
time_zone = "America/Chicago"
[[rosters.layers]]
key = "primary"
unit = "weeks"
start = "2026-01-05T08:00"
participants = ["lee"]
"""


def hunted(session: Session) -> None:
    """Write one night call: sam's phone rang in vain, kim took it and talked."""
    case = CaseRow(number="100014", severity="critical", status="new", tier="premium", opened_at=NIGHT, source="phone")
    case.outcome, case.reason, case.clock = "hunt", "", "24/7"
    session.add(case)
    session.flush()
    hunt = HuntRow(token="h", case_id=case.id, plan={}, started_at=NIGHT, status="won", bridged_at=NIGHT)
    session.add(hunt)
    session.flush()
    for place, (name, phone) in enumerate((("sam", "+12025550141"), ("kim", "+12025550142"))):
        at = NIGHT + timedelta(seconds=20 * place)
        given = {"wave": place, "ring_seconds": 20, "status": "no_answer", "place_at": at, "placed_at": at}
        leg = LegRow(hunt_id=hunt.id, token=name, technician=name, name=name, phone=PhoneNumber(phone), **given)
        session.add(leg)
        session.flush()
    hunt.winner_leg_id = leg.id


@pytest.fixture
def called(run: Run, database_url: str) -> Run:
    """The commands where one critical call has come in at night."""
    database = Database(database_url)
    with database.begin() as session:
        apply_world(session, demo_world())
        hunted(session)
    database.close()
    return run


def test_hours_are_told_for_each_roster_and_over_all(called: Run) -> None:
    told = printed(called("report", "hours", *MARCH, "--json"))
    critical = next(one for one in told["rosters"] if one["roster"] == "critical")
    sam = next(person for person in critical["people"] if person["technician"] == "sam")
    assert (sam["hours"], sam["rang"], sam["taken"]) == (744.0, 1, 0)
    assert critical["gap_hours"] == 0
    kim = next(person for person in told["people"] if person["technician"] == "kim")
    assert (kim["hours"], kim["rang"], kim["taken"]) == (0, 1, 1)


def test_holidays_of_a_country_are_counted_where_they_are_named(called: Run) -> None:
    words = ("report", "hours", "--roster", "critical", "--from", "2026-07-01", "--to", "2026-07-31", "--json")
    without, with_them = (printed(called(*words, *more))["people"] for more in ((), ("--holidays", "US")))
    assert (without[0]["holidays"], with_them[0]["holidays"]) == (0, 48)
    assert "No holidays are known for 'XX'" in called(*words, "--holidays", "XX").stderr


def test_hours_are_shown_to_people_as_a_table(called: Run) -> None:
    said = called("report", "hours", "--roster", "critical", *MARCH).stdout
    assert "technician  hours" in said
    assert said.splitlines()[0] == "critical  (nobody on duty for 0.0 h)"


def test_fairness_is_told_as_figures_and_drawn(called: Run, tmp_path: Path) -> None:
    result = called("report", "fairness", "critical", *MARCH, "--svg", "f.svg", "--json")
    hours = printed(result)["measures"]["hours"]
    assert hours["excess"] == 0.5
    assert {p["technician"]: p["above"] for p in hours["people"]} == {"ana": 0, "kim": -371.5, "lee": 0, "sam": 371.5}
    assert (tmp_path / "f.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_fairness_is_drawn_on_a_terminal(called: Run) -> None:
    said = called("report", "fairness", "critical", *MARCH).stdout
    assert said.startswith("Critical line, 2026-03-01 00:00 to 2026-04-01 00:00 CDT\n")
    assert "Hours: 50% would have to change hands." in said


def test_past_calls_are_played_again_on_a_proposed_roster(called: Run, tmp_path: Path) -> None:
    (tmp_path / "draft.toml").write_text(PROPOSED, encoding="utf-8")
    told = printed(called("report", "replay", "draft.toml", *MARCH, "--json"))
    assert told["calls"] == [
        {
            "at": "2026-03-02T08:30:00Z",
            "case": "100014",
            "rung_then": ["sam", "kim"],
            "taken_then": "kim",
            "first_now": ["lee"],
            "behind_now": ["kim", "maria"],
        }
    ]
    nights = {person["technician"]: (person["nights_then"], person["nights_now"]) for person in told["people"]}
    assert nights == {"kim": (0, 0), "lee": (0, 1), "maria": (0, 0), "sam": (1, 0)}


def test_a_replay_changes_and_rings_nothing(called: Run, tmp_path: Path) -> None:
    (tmp_path / "draft.toml").write_text(PROPOSED, encoding="utf-8")
    before = called("export").stdout
    assert "1 calls; 0 would ring nobody" in called("report", "replay", "draft.toml", *MARCH, "--calls").stdout
    assert called("export").stdout == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("hours", "--roster", "nope"), "There is no roster 'nope'"),
        (("fairness", "nope"), "There is no roster 'nope'"),
        (("replay", "nope.toml"), "There is no file nope.toml"),
        (("hours", "--from", "2026-03-02", "--to", "2026-03-01"), "Give --to a later instant than --from"),
    ],
)
def test_what_cannot_be_reported_is_told(words: tuple[str, ...], says: str, run_cast: Run) -> None:
    refused = run_cast("report", *words)
    assert refused.exit_code == 1
    assert says in refused.stderr
