"""`switchboard roster`: what a file or a stored roster will do, and who is on duty."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.switchboard.conftest import Run, printed

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "vectors" / "rotation.json").read_text())
WEEK = ("--from", "2026-01-05T00:00", "--to", "2026-01-12T00:00")
ROSTER = """
[[rosters]]
key = "line"
name = "Line"
time_zone = "America/Chicago"
coverage = [["mon 00:00", "sat 00:00"]]
[[rosters.layers]]
key = "main"
unit = "weeks"
start = "2026-01-05T08:00"
participants = ["u1", "", "u2"]
"""


def written(folder: Path, text: str, name: str = "rosters.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("vector", VECTORS[::6], ids=lambda vector: vector["id"])
def test_the_preview_of_a_file_is_the_vector_s(vector: dict[str, Any], run_nowhere: Run, tmp_path: Path) -> None:
    file = written(tmp_path, json.dumps({"rosters": [vector["roster"]]}), "r.json")
    shown = printed(run_nowhere("roster", "preview", file, "--from", vector["from"], "--to", vector["to"], "--json"))
    assert [{key: s[key] for key in ("start", "end", "on_duty")} for s in shown["segments"]] == vector["expect"][
        "segments"
    ]
    assert all(segment["why"] for segment in shown["segments"])
    assert shown["gaps"] == vector["expect"]["gaps"]


def test_a_file_of_rosters_alone_needs_neither_people_nor_a_database(run_nowhere: Run, tmp_path: Path) -> None:
    shown = printed(run_nowhere("roster", "preview", written(tmp_path, ROSTER), *WEEK))
    assert [(s["start"], s["end"], s["on_duty"]) for s in shown["segments"]] == [
        ("2026-01-05T06:00:00Z", "2026-01-05T14:00:00Z", ["u2"]),
        ("2026-01-05T14:00:00Z", "2026-01-10T06:00:00Z", ["u1"]),
    ]


def test_gaps_are_shown_to_people_in_the_roster_s_own_time(run_nowhere: Run, tmp_path: Path) -> None:
    words = ("--from", "2026-01-12", "--to", "2026-01-13", "--text")
    said = run_nowhere("roster", "preview", written(tmp_path, ROSTER), *words).stdout.splitlines()
    assert said[-1] == "GAP  Mon 2026-01-12 08:00:00 CST to Tue 2026-01-13 00:00:00 CST: nobody is on duty"


def test_a_file_with_faults_is_refused_with_all_of_them(run_nowhere: Run, tmp_path: Path) -> None:
    file = written(tmp_path, ROSTER.replace("weeks", "fortnights").replace("Chicago", "Chikago"))
    refused = run_nowhere("roster", "preview", file, *WEEK)
    assert refused.exit_code == 1
    assert f"{file}:5: rosters[line].time_zone: 'America/Chikago' is not a time zone" in refused.stderr
    assert f"{file}:9: rosters[line].layers[main].unit: 'fortnights' is not possible here" in refused.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("none.toml", *WEEK), "There is no file none.toml"),
        (("{file}", "--from", "2026-01-05", "--to", "2026-01-05"), "Give --to a later instant than --from"),
        (("{two}", *WEEK), "{two} holds 2 rosters: line, other. Name one: --roster line"),
        (("{two}", "--roster", "x", *WEEK), "There is no roster 'x'"),
        (("{none}", *WEEK), "{none} holds no roster"),
    ],
)
def test_what_cannot_be_previewed_is_told(words: tuple[str, ...], says: str, run_nowhere: Run, tmp_path: Path) -> None:
    places = {
        "file": written(tmp_path, ROSTER),
        "two": written(tmp_path, ROSTER + ROSTER.replace('"line"', '"other"'), "two.toml"),
        "none": written(tmp_path, "[policies]\n", "none-in-it.toml"),
    }
    refused = run_nowhere("roster", "preview", *(word.format(**places) for word in words))
    assert refused.exit_code == 1
    assert says.format(**places) in refused.stderr


def test_one_of_several_rosters_can_be_named(run_nowhere: Run, tmp_path: Path) -> None:
    file = written(tmp_path, ROSTER + ROSTER.replace('"line"', '"other"').replace("u1", "v1"))
    shown = printed(run_nowhere("roster", "preview", file, "--roster", "other", *WEEK))
    assert shown["segments"][1]["on_duty"] == ["v1"]


def test_a_stored_roster_is_previewed_by_its_key(run_cast: Run) -> None:
    shown = printed(run_cast("roster", "preview", "critical", "--from", "2026-12-31T00:00", "--to", "2027-01-02T00:00"))
    assert [(s["end"], s["on_duty"]) for s in shown["segments"]] == [
        ("2027-01-01T06:00:00Z", ["sam"]),
        ("2027-01-02T06:00:00Z", ["kim"]),
    ]
    assert shown["gaps"] == []


def test_who_is_on_duty_is_told_with_phone_end_and_reason(run_cast: Run) -> None:
    rows = printed(run_cast("roster", "who", "critical", "--at", "2026-03-01T08:00:00Z", "--json"))
    assert [{name: row[name] for name in ("technician", "phone", "until")} for row in rows] == [
        {"technician": "sam", "phone": "+12025550141", "until": "2027-01-01T06:00:00Z"}
    ]
    assert rows[0]["why"].startswith("layer primary, turn 0 ")


def test_the_end_of_an_override_is_the_end_of_its_person_s_duty(run_cast: Run, tmp_path: Path) -> None:
    override = '[[rosters.overrides]]\nkind = "replace"\ntechnician = "ana"\nreplaces = "sam"\n'
    times = 'start = "2026-03-01T08:00"\nend = "2026-03-01T12:00"\n'
    run_cast("apply", written(tmp_path, '[[rosters]]\nkey = "critical"\n' + override + times))
    rows = printed(run_cast("roster", "who", "critical", "--at", "2026-03-01T09:00", "--json"))
    assert [(row["technician"], row["until"]) for row in rows] == [("ana", "2026-03-01T18:00:00Z")]


def test_somebody_who_is_always_on_duty_has_no_end(run_cast: Run) -> None:
    rows = printed(run_cast("roster", "who", "managers", "--json"))
    assert [(row["technician"], row["until"]) for row in rows] == [("maria", None)]


def test_nobody_on_duty_is_an_empty_list(run_cast: Run) -> None:
    assert printed(run_cast("roster", "who", "desk", "--at", "2026-03-07T18:00:00Z", "--json")) == []
    said = run_cast("roster", "who", "desk", "--at", "2026-03-07T18:00:00Z").stdout
    assert said == "nobody is on duty on desk at 2026-03-07 12:00:00 CST (18:00:00 UTC)\n"


def test_an_unknown_roster_is_refused_with_the_known_ones(run_cast: Run) -> None:
    refused = run_cast("roster", "who", "crtical")
    assert refused.exit_code == 1
    assert refused.stderr.endswith("Known rosters: critical, desk, leadership, managers.\n")
