"""A manager changes a roster: looks at the impact, applies it from an instant on, and finds it in the audit."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from foundation.db import Database
from oncall.tables import OverrideRow
from oncall.versions import NextHandoff, Now
from switchboard.apply import Signature, apply_world
from switchboard.demo import demo_world
from switchboard.roster_change import Dating, dated_world, layer_document, roster_of
from switchboard.stored_world import load_world
from switchboard.world import read_texts
from switchboard.world_shape import LAYERS
from tests.switchboard.conftest import CAST, Run, printed

NOON = datetime(2026, 3, 4, 18, tzinfo=UTC)
"""Wednesday, 4 March 2026, noon in Chicago: in the backup week that began on Monday the 2nd, which is lee's."""

BACKUP = """
[[rosters]]
key = "critical"
layers = [
  { key = "primary", priority = 2, unit = "months", length = 12, start = "2026-01-01T00:00", participants = ["sam", "kim"] },
  { key = "backup", unit = "days", start = "2026-01-05T08:00", participants = ["ana", "lee", "theo"] },
]
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "changed.toml"
    file.write_text(text, encoding="utf-8")
    return file


def layers_of(run: Run, roster: str = "critical") -> list[dict[str, Any]]:
    rosters = printed(run("export", "--json"))["rosters"]
    found: list[dict[str, Any]] = next(one["layers"] for one in rosters if one["key"] == roster)
    return found


# Dated versions -------------------------------------------------------------------------------------------------------


def test_a_changed_layer_of_a_file_becomes_a_version_and_the_other_stays_as_it_is(sqlite_database_url: str) -> None:
    database = Database(sqlite_database_url)
    world, _ = read_texts([("w.toml", BACKUP)])
    with database.begin() as session:
        apply_world(session, demo_world())
        apply_world(session, world, (), None, Dating(NextHandoff(), NOON))
        layers = roster_of(load_world(session)["rosters"]["critical"]).layers
    database.close()
    told = [(layer.key, layer.effective_from, layer.unit, layer.participants) for layer in layers]
    assert told == [
        ("primary", None, "months", ("sam", "kim")),
        ("backup", None, "weeks", ("lee", "ana")),
        ("backup", "2026-03-09T08:00", "days", ("ana", "lee", "theo")),
    ]


def test_a_layer_that_is_dated_is_written_like_one_of_a_file() -> None:
    (document,) = (r.given["layers"][0] for r in read_texts([("w.toml", BACKUP)])[0].of("rosters"))
    (layer,) = roster_of({"key": "r", "time_zone": "UTC", "layers": [document]}).layers
    assert layer_document(layer) == LAYERS.complete(document)


def test_a_roster_that_is_not_stored_is_taken_as_written() -> None:
    world, _ = read_texts([("w.toml", BACKUP)])
    assert dated_world({}, world, Dating(Now(), NOON)) == (world, ())


def test_applying_what_was_exported_dates_nothing(run_cast: Run, tmp_path: Path) -> None:
    exported = written(tmp_path, run_cast("export").stdout)
    answer = printed(run_cast("apply", exported, "--when", "now", "--json"))
    assert (answer["changed"], "layers" in answer) == ([], False)


def test_who_is_current_is_told_when_a_layer_changes(run_cast: Run, tmp_path: Path) -> None:
    said = run_cast("apply", written(tmp_path, BACKUP), "--when", "next-handoff").stdout
    assert "dated      roster critical, layer backup changes on" in said
    assert "stays current" in said


def test_applying_the_same_file_again_makes_no_further_version(run_cast: Run, tmp_path: Path) -> None:
    file = written(tmp_path, BACKUP)
    for _ in range(3):
        assert run_cast("apply", file, "--when", "now").exit_code == 0
    assert [layer["key"] for layer in layers_of(run_cast)] == ["primary", "backup", "backup"]


def test_without_when_layers_are_taken_as_written(run_cast: Run, tmp_path: Path) -> None:
    run_cast("apply", written(tmp_path, BACKUP))
    assert [layer.get("effective_from") for layer in layers_of(run_cast)] == [None, None]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--when", "2020-01-01T00:00"), 1, "2020-01-01T00:00 is past, and what has been stays on record."),
        (("--when", "soon"), 1, "'soon' is neither now nor next-handoff, and 'soon' is not a moment"),
        (("--as-ordered",), 2, "--as-ordered goes with --when"),
    ],
)
def test_a_date_that_cannot_be_is_refused_and_nothing_changes(
    words: tuple[str, ...], code: int, says: str, run_cast: Run, tmp_path: Path
) -> None:
    refused = run_cast("apply", written(tmp_path, BACKUP), *words)
    assert (refused.exit_code, says in refused.stderr) == (code, True)
    assert len(layers_of(run_cast)) == 2


# Impact ---------------------------------------------------------------------------------------------------------------


def test_the_impact_of_a_file_is_told_and_nothing_is_saved(run_cast: Run, tmp_path: Path) -> None:
    file = written(tmp_path, BACKUP.replace('"sam", "kim"', '""'))
    (shown,) = printed(run_cast("roster", "impact", file, "--when", "now", "--days", "7", "--json"))["rosters"]
    gone = [one for one in shown["people"] if one["technician"] in {"sam", "kim"}]
    assert [sum(one[f"hours_{side}"] for one in gone) for side in ("before", "after")] == [7 * 24, 0]
    assert len(shown["clock_changes"]) == 2
    assert len(layers_of(run_cast)) == 2


def test_the_horizon_is_counted_from_the_change(run_cast: Run, tmp_path: Path) -> None:
    file = written(tmp_path, BACKUP.replace('"sam", "kim"', '"ana"'))
    shown = printed(run_cast("roster", "impact", file, "--when", "next-handoff", "--days", "3", "--json"))
    primary = next(one for one in shown["layers"] if one["layer"] == "primary")
    assert primary["current_after"] == "ana"
    assert sum(one["hours_after"] for one in shown["rosters"][0]["people"] if one["technician"] == "ana") >= 3 * 24


def test_the_impact_names_the_tiers_that_are_left_without_anybody(run_cast: Run, tmp_path: Path) -> None:
    empty = written(tmp_path, '[[rosters]]\nkey = "critical"\nlayers = []\n')
    (shown,) = printed(run_cast("roster", "impact", empty, "--json"))["rosters"]
    assert [hole["tier"] for hole in shown["uncovered"]] == ["essential", "advanced", "premium"]
    assert shown["uncovered"][2]["accounts"] == ["northside"]
    said = run_cast("roster", "impact", empty, "--text").stdout
    assert "CONTRACT LEFT UNCOVERED Premium (1 account): 24/7 critical support" in said
    assert "GAP OPENED" in said


def test_a_dry_run_tells_the_impact_too(run_cast: Run, tmp_path: Path) -> None:
    file = written(tmp_path, BACKUP.replace('"sam", "kim"', '"kim"'))
    answer = printed(run_cast("apply", file, "--dry-run", "--json"))
    assert [change["roster"] for change in answer["impact"]] == ["critical"]
    said = run_cast("apply", file, "--dry-run").stdout
    assert "Impact on Critical line (critical)" in said


def test_a_file_without_rosters_has_no_impact(run_cast: Run, tmp_path: Path) -> None:
    refused = run_cast("roster", "impact", written(tmp_path, "[policies]\ngrace_days = 1\n"))
    assert (refused.exit_code, "holds no roster" in refused.stderr) == (1, True)


def test_a_file_with_faults_has_no_impact_but_its_faults(run_cast: Run, tmp_path: Path) -> None:
    refused = run_cast("roster", "impact", written(tmp_path, BACKUP.replace("theo", "nobody")))
    assert refused.exit_code == 1
    assert "there is no technician 'nobody'" in refused.stderr


# Guards ---------------------------------------------------------------------------------------------------------------


def test_the_guards_tell_programs_and_people_what_is_wrong(run_cast: Run) -> None:
    words = ("roster", "guards", "--roster", "desk", "--from", "2026-03-02T00:00", "--days", "7")
    shown = printed(run_cast(*words, "--json"))
    assert (shown["from"], shown["to"]) == ("2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z")
    assert {one["kind"] for one in shown["findings"]} == {"uncovered", "unreachable", "unproven"}
    assert "Premium (1 account): case support has nobody who can be reached on desk" in run_cast(*words).stdout


def test_the_guards_of_an_unknown_roster_are_refused(run_cast: Run) -> None:
    refused = run_cast("roster", "guards", "--roster", "crit")
    assert (refused.exit_code, "There is no roster 'crit'" in refused.stderr) == (1, True)


def test_where_nothing_is_wrong_that_is_said(run_sqlite: Run) -> None:
    assert run_sqlite("roster", "guards").stdout == "nothing is wrong in the next 14 days\n"


# Audit ----------------------------------------------------------------------------------------------------------------


def audit(run: Run, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = printed(run("audit", "list", *words, "--json"))["audit"]
    return found


def test_every_change_is_on_record_with_who_before_after_and_why(run: Run, tmp_path: Path) -> None:
    run("apply", *CAST)
    run("apply", written(tmp_path, BACKUP), "--when", "now", "--by", "maria", "--reason", "Theo joins")
    (change, made) = audit(run, "--kind", "roster", "--key", "critical")
    assert (change["actor"], change["reason"], made["before"]) == ("maria", "Theo joins", None)
    assert [len(change[side]["layers"]) for side in ("before", "after")] == [2, 3]
    assert abs(datetime.now(UTC) - datetime.fromisoformat(change["at"])) < timedelta(minutes=5)


def test_nothing_is_put_on_record_where_nothing_changes(run_cast: Run) -> None:
    before = audit(run_cast)
    run_cast("apply", *CAST)
    run_cast("apply", *CAST, "--dry-run")
    assert audit(run_cast) == before


def test_pins_are_never_in_the_audit(run_cast: Run, tmp_path: Path) -> None:
    run_cast("apply", written(tmp_path, '[[accounts]]\nkey = "lakeshore"\npin = "9988"\n'))
    assert not {"4711", "9988"} & set(json.dumps(audit(run_cast)).replace('"', " ").split())
    assert audit(run_cast, "--key", "lakeshore")[0]["after"] == {"pin": "(hidden)"}


def test_the_audit_is_narrowed_by_time_and_number(run_cast: Run) -> None:
    assert audit(run_cast, "--to", "2020-01-01") == []
    assert len(audit(run_cast, "--from", "2020-01-01", "--limit", "3")) == 3


def test_people_read_the_audit_in_lines(run_cast: Run, tmp_path: Path) -> None:
    run_cast("apply", written(tmp_path, '[[technicians]]\nkey = "sam"\nname = "Samuel Ortiz"\n'), "--by", "maria")
    assert "maria  technician sam  name: Sam Ortiz -> Samuel Ortiz" in run_cast("audit", "list", "--key", "sam").stdout
    assert run_cast("audit", "list", "--kind", "nothing").stdout == "no change is on record\n"


def test_applying_a_roster_keeps_how_an_override_came_about(database_url: str) -> None:
    override = (
        'overrides = [{ kind = "add", technician = "ana", start = "2026-03-05T08:00", end = "2026-03-05T12:00" }]'
    )
    database = Database(database_url)
    texts = [
        read_texts([("w.toml", f'[[rosters]]\nkey = "critical"\n{name}{override}\n')])[0]
        for name in ("", 'name = "C"\n')
    ]
    with database.begin() as session:
        apply_world(session, demo_world())
        apply_world(session, texts[0])
        row = session.scalars(select(OverrideRow)).one()
        row.source, row.request_id = "cover", 17
    with database.begin() as session:
        apply_world(session, texts[1], (), Signature(NOON, "maria"))
    with database.read() as session:
        row = session.scalars(select(OverrideRow)).one()
        assert (row.source, row.request_id) == ("cover", 17)
    database.close()
