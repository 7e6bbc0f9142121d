"""Applying: what is given replaces, what is not given stays, and a refused file changes nothing."""

from pathlib import Path

import pytest

from tests.switchboard.conftest import CAST, Run, printed

SAM = '[[technicians]]\nkey = "sam"\n'


@pytest.fixture
def cast(run: Run) -> Run:
    """The commands on a database of either kind with the standing cast."""
    assert run("apply", *CAST).exit_code == 0
    return run


def written(folder: Path, text: str, name: str = "w.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def exported(run: Run, kind: str, key: str) -> dict[str, object]:
    """Return one record as the database has it."""
    records = printed(run("export", "--json"))[kind]
    found: dict[str, object] = next(record for record in records if record["key"] == key)
    return found


def test_applying_twice_changes_nothing(cast: Run) -> None:
    assert printed(cast("apply", *CAST, "--json")) == {"dry_run": False, "created": [], "changed": [], "unchanged": 28}
    assert cast("apply", *CAST).stdout == "nothing changed (28 records as they are)\n"


def test_the_example_of_the_contract_is_applied_and_then_changes_nothing(run: Run) -> None:
    example = Path(__file__).parent / "contract_world.toml"
    assert run("apply", example).stdout.endswith("10 created, 0 changed, 0 unchanged\n")
    assert run("apply", example).stdout == "nothing changed (10 records as they are)\n"


def test_only_the_fields_that_are_given_change(run_cast: Run, tmp_path: Path) -> None:
    before = exported(run_cast, "technicians", "sam")
    answer = printed(run_cast("apply", written(tmp_path, SAM + 'name = "Samuel Ortiz"\n'), "--json"))
    assert answer["changed"] == [
        {"kind": "technicians", "key": "sam", "fields": {"name": {"before": "Sam Ortiz", "after": "Samuel Ortiz"}}}
    ]
    assert exported(run_cast, "technicians", "sam") == before | {"name": "Samuel Ortiz"}


def test_a_list_that_is_given_replaces_the_stored_one(cast: Run, tmp_path: Path) -> None:
    contacts = 'contacts = [{ key = "dana", name = "Dana R", phone = "+12025550111" }]\n'
    cast("apply", written(tmp_path, '[[accounts]]\nkey = "northside"\n' + contacts))
    account = exported(cast, "accounts", "northside")
    assert account["contacts"] == [{"key": "dana", "name": "Dana R", "phone": "+12025550111"}]
    assert account["contracts"] == [{"tier": "premium", "starts": "2024-01-01", "ends": "2035-12-31"}]


def test_a_list_that_is_given_empty_is_emptied(run_cast: Run, tmp_path: Path) -> None:
    run_cast("apply", written(tmp_path, '[[rosters]]\nkey = "critical"\nlayers = []\n'))
    assert exported(run_cast, "rosters", "critical")["layers"] == []


def test_an_empty_text_takes_an_optional_value_away(run_cast: Run, tmp_path: Path) -> None:
    run_cast("apply", written(tmp_path, SAM + 'email = ""\n'))
    assert "email" not in exported(run_cast, "technicians", "sam")


def test_an_empty_text_takes_no_required_value_away(run_cast: Run, tmp_path: Path) -> None:
    assert "technicians[sam].name: is empty" in run_cast("apply", written(tmp_path, SAM + 'name = ""\n')).stderr


def test_records_that_no_file_names_are_not_touched(run_cast: Run, tmp_path: Path) -> None:
    before = printed(run_cast("export", "--json"))
    run_cast("apply", written(tmp_path, '[[technicians]]\nkey = "new"\nname = "New"\nphone = "+12025550149"\n'))
    after = printed(run_cast("export", "--json"))
    assert [p["key"] for p in after.pop("technicians")] == ["sam", "kim", "lee", "ana", "maria", "theo", "new"]
    assert after == {kind: records for kind, records in before.items() if kind != "technicians"}


def test_a_refused_file_changes_nothing_and_says_why(cast: Run, tmp_path: Path) -> None:
    before = cast("export").stdout
    good = written(tmp_path, SAM + 'name = "Samuel"\n')
    bad = written(tmp_path, '[[technicians]]\nkey = "kim"\nphone = "12"\n', "bad.toml")
    refused = cast("apply", good, bad)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert f"{bad}:3: technicians[kim].phone: '12' is not a phone number" in refused.stderr
    assert cast("export").stdout == before


def test_a_dash_reads_standard_input(run_cast: Run) -> None:
    exported_file = run_cast("export").stdout
    assert run_cast("apply", "-", stdin=exported_file).stdout == "nothing changed (28 records as they are)\n"


def test_a_dry_run_says_what_would_change_and_changes_nothing(run_cast: Run, tmp_path: Path) -> None:
    before = run_cast("export").stdout
    said = run_cast("apply", "--dry-run", written(tmp_path, SAM + 'name = "Samuel"\n')).stdout
    assert said.splitlines() == [
        "changed    technicians[sam]",
        "           name: Sam Ortiz -> Samuel",
        "would be: 0 created, 1 changed, 0 unchanged; nothing was written",
    ]
    assert run_cast("export").stdout == before


def test_of_a_list_only_what_goes_and_what_comes_is_told(run_cast: Run, tmp_path: Path) -> None:
    entry = '{ tier = "essential", starts = "2024-01-01", ends = "2035-12-31" }'
    said = run_cast("apply", written(tmp_path, f'[[accounts]]\nkey = "northside"\ncontracts = [{entry}]\n')).stdout
    assert said.splitlines()[1:3] == [
        "           contracts: - tier premium, starts 2024-01-01, ends 2035-12-31",
        "           contracts: + tier essential, starts 2024-01-01, ends 2035-12-31",
    ]


def test_a_pin_is_never_printed(run_cast: Run, tmp_path: Path) -> None:
    file = written(tmp_path, '[[accounts]]\nkey = "lakeshore"\npin = "98765"\n')
    said = run_cast("apply", "--dry-run", file).stdout + run_cast("apply", file, "--json").stdout
    assert "98765" not in said
    assert "4711" not in said
    assert exported(run_cast, "accounts", "lakeshore")["pin"] == "98765"


def test_a_file_may_name_what_the_database_already_has(run_cast: Run, tmp_path: Path) -> None:
    layer = '[[rosters.layers]]\nkey = "l"\nunit = "days"\nstart = "2026-01-05T08:00"\nparticipants = ["sam"]\n'
    roster = '[[rosters]]\nkey = "new"\nname = "New"\ntime_zone = "UTC"\n' + layer
    assert run_cast("apply", written(tmp_path, roster)).exit_code == 0


def test_a_number_that_somebody_in_the_database_has_is_refused(run_cast: Run, tmp_path: Path) -> None:
    text = '[[technicians]]\nkey = "new"\nname = "New"\nphone = "+12025550141"\n'
    assert "+12025550141 belongs to technician 'sam' already" in run_cast("apply", written(tmp_path, text)).stderr


def test_two_accounts_may_exchange_their_numbers(cast: Run, tmp_path: Path) -> None:
    text = '[[accounts]]\nkey = "northside"\nnumber = "318842"\n[[accounts]]\nkey = "riverbend"\nnumber = "204517"\n'
    assert cast("apply", written(tmp_path, text)).exit_code == 0
    assert exported(cast, "accounts", "northside")["number"] == "318842"
    assert exported(cast, "accounts", "riverbend")["number"] == "204517"


def test_an_override_is_judged_with_the_stored_zone_of_its_roster(run_cast: Run, tmp_path: Path) -> None:
    override = '[[rosters.overrides]]\nkind = "replace"\ntechnician = "kim"\nreplaces = "sam"\n'
    times = 'start = "2026-11-24T08:00"\nend = "2026-11-24T13:30:00Z"\n'
    refused = run_cast("apply", written(tmp_path, '[[rosters]]\nkey = "critical"\n' + override + times))
    assert "rosters[critical].overrides[0].end: 2026-11-24T13:30:00Z is not after 2026-11-24T08:00" in refused.stderr


def test_accounts_may_have_numbers_of_different_length(run_cast: Run, tmp_path: Path) -> None:
    text = '[[accounts]]\nkey = "short"\nnumber = "77"\nname = "Short"\ntime_zone = "UTC"\n'
    assert run_cast("apply", written(tmp_path, text)).exit_code == 0
