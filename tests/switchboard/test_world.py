"""A refused file says everything at once: where, what, and what to write instead."""

import json
from pathlib import Path

import pytest

from switchboard.world import in_order, read_texts, read_world
from switchboard.world_check import check

TECHNICIAN = '[[technicians]]\nkey = "sam"\nname = "Sam"\nphone = "+12025550141"\n'
ACCOUNT = '[[accounts]]\nkey = "a"\nnumber = "1"\nname = "A"\ntime_zone = "UTC"\n'
ROSTER = TECHNICIAN + '[[rosters]]\nkey = "r"\nname = "R"\ntime_zone = "UTC"\n'
LAYER = '[[rosters.layers]]\nkey = "l"\nunit = "days"\nstart = "2026-01-05T08:00"\nparticipants = ["sam"]\n'
OVERRIDE = '[[rosters.overrides]]\nkind = "add"\ntechnician = "sam"\n'
LEVEL = '[[service_levels]]\ntier = "premium"\nseverity = "low"\nresponse = "4h"\nupdate = "1bd"\ncalendar = "c"\n'
CALENDAR = '[[calendars]]\nkey = "c"\nmode = "always"\n'


def told(text: str, name: str = "w.toml") -> list[str]:
    world, faults = read_texts([(name, text)])
    return [str(fault) for fault in in_order((*faults, *check(world, {})), world.files)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[policies\n", "w.toml:1: is not TOML: Expected ']' at the end of a table declaration; mend the syntax there"),
        ("x = [\n\n", "w.toml:3: is not TOML: Invalid value; mend the syntax there"),
        ("[polices]\n", "w.toml:1: polices: is not a known key; did you mean policies?"),
        ("technicians = 3\n", "w.toml:1: technicians: is no list of tables; write [[technicians]] above each of them"),
        ('[technicians]\nkey = "sam"', "w.toml:1: technicians: is no list of tables; write [[technicians]] above each"),
        ("technicians = [3]\n", "w.toml:1: technicians[0]: is not a table; write keys with their values"),
        ('[[technicians]]\nname = "Sam"\n', "w.toml:1: technicians[0]: has no key; write one"),
        ('[[technicians]]\nkey = "s m"\n', "w.toml:2: technicians[s m].key: 's m' is not a key (letters, digits, dot"),
        ('[[technicians]]\nkey = "sam"\n', "w.toml:1: technicians[sam].name: is missing; a new record needs it"),
        (TECHNICIAN + 'emial = "x"\n', "w.toml:5: technicians[sam].emial: is not a known key; did you mean email?"),
        (TECHNICIAN + 'email = "x"\n', "w.toml:5: technicians[sam].email: 'x' is not an e-mail address; write for ex"),
        (TECHNICIAN + 'sms_phone = "12"\n', "w.toml:5: technicians[sam].sms_phone: '12' is not a phone number; write"),
        (TECHNICIAN + "sms_phone = 1202\n", "w.toml:5: technicians[sam].sms_phone: 1202 is not a phone number; write"),
        (
            TECHNICIAN + 'time_zone = "Chicago"\n',
            "w.toml:5: technicians[sam].time_zone: 'Chicago' is not a time zone; w",
        ),
        (
            TECHNICIAN + 'languages = "en"\n',
            "w.toml:5: technicians[sam].languages: 'en' is not a list; write the entries",
        ),
        (
            TECHNICIAN + 'languages = ["en", "English"]\n',
            "w.toml:5: technicians[sam].languages[1]: 'English' is not a lang",
        ),
        (
            TECHNICIAN * 2,
            "w.toml:5: technicians[sam]: is already in w.toml:1; keep one of the two, or write another key",
        ),
        (
            TECHNICIAN + TECHNICIAN.replace("sam", "kim"),
            "w.toml:8: technicians[kim].phone: +12025550141 belongs to techn",
        ),
        (
            '[policies]\nwait_ceiling_seconds = "180"\n',
            "w.toml:2: policies.wait_ceiling_seconds: '180' is not a whole num",
        ),
        (
            "[policies]\nchase_every_minutes = 0\n",
            "w.toml:2: policies.chase_every_minutes: 0 is out of bounds; write 1 t",
        ),
        (
            "[policies]\ngrace_days = true\n",
            "w.toml:2: policies.grace_days: True is not a whole number; write one from",
        ),
        (
            '[policies]\nuncovered_critical = "free"\n',
            "w.toml:2: policies.uncovered_critical: 'free' is not possible her",
        ),
        (
            '[policies]\ncase_desk_roster = "desk"\n',
            "w.toml:2: policies.case_desk_roster: there is no roster 'desk'; add",
        ),
        (
            ACCOUNT.replace('"1"', "1"),
            "w.toml:3: accounts[a].number: 1 is a quantity and would lose its leading zeros; w",
        ),
        (
            ACCOUNT.replace('"1"', '"1a"'),
            "w.toml:3: accounts[a].number: '1a' is not an account number: it has digits on",
        ),
        (
            ACCOUNT + 'pin = "12x"\n',
            "w.toml:6: accounts[a].pin: '12x' is not a PIN: it has digits only; write for example",
        ),
        (
            ACCOUNT + "pin_required = true\n",
            "w.toml:6: accounts[a].pin_required: asks for a PIN that the account does n",
        ),
        (
            ACCOUNT + 'pin_required = "yes"\n',
            "w.toml:6: accounts[a].pin_required: 'yes' is neither true nor false; writ",
        ),
        (
            ACCOUNT + ACCOUNT.replace('"a"', '"b"'),
            "w.toml:8: accounts[b].number: 1 belongs to account 'a' already; writ",
        ),
        (
            ACCOUNT + "contacts = 1\n",
            "w.toml:6: accounts[a].contacts: is no list of tables; write each of them in braces",
        ),
        (ACCOUNT + 'contacts = [\n{ key = "d" }]\n', "w.toml:7: accounts[a].contacts[d].name: is missing; write it"),
        (
            ACCOUNT + 'contacts = [{ key = "d", name = "D" },\n{ key = "d", name = "E" }]\n',
            "w.toml:7: accounts[a].contacts[d]: is there twice; write another key",
        ),
        (
            ACCOUNT + 'contracts = [{ tier = "gold", starts = "2026-01-01", ends = "2026-12-31" }]\n',
            "w.toml:6: accounts[a].contracts[0].tier: 'gold' is not possible here; write essential, advanced or premium",
        ),
        (
            ACCOUNT + 'contracts = [{ tier = "premium", starts = "2026-02-30", ends = "2026-12-31" }]\n',
            "w.toml:6: accounts[a].contracts[0].starts: '2026-02-30' is not a date: day",
        ),
        (
            ACCOUNT + 'contracts = [{ tier = "premium", starts = "2026-02-01", ends = 2026-01-31 }]\n',
            "w.toml:6: accounts[a].contracts[0].ends: 2026-01-31 is before 2026-02-01; write a last day that is not",
        ),
        (
            ROSTER + LAYER.replace("days", "fortnights"),
            "w.toml:11: rosters[r].layers[l].unit: 'fortnights' is not possi",
        ),
        (
            ROSTER + LAYER.replace("sam", "sma"),
            "w.toml:13: rosters[r].layers[l].participants[0]: there is no technician",
        ),
        (
            ROSTER + LAYER.replace("2026-01-05T", "5 Jan "),
            "w.toml:12: rosters[r].layers[l].start: '5 Jan 08:00' is not",
        ),
        (
            ROSTER + LAYER + LAYER,
            "w.toml:14: rosters[r].layers[l].effective_from: layer l has another version from the",
        ),
        (
            ROSTER + 'coverage = "weekdays"\n',
            "w.toml:9: rosters[r].coverage: 'weekdays' is no coverage; write ",
        ),
        (
            ROSTER + OVERRIDE + 'start = "2026-01-02T00:00"\nend = "2026-01-01T00:00"\n',
            "w.toml:13: rosters[r].overrides[0].end: 2026-01-01T00:00 is not after 2026-01-02T00:00; write an end later",
        ),
        (
            ROSTER + OVERRIDE.replace("add", "replace") + 'start = "2026-01-01T00:00"\nend = "2026-01-02T00:00"\n',
            "w.toml:9: rosters[r].overrides[0].replaces: is missing; write replaces",
        ),
        (
            ROSTER + (OVERRIDE + 'start = "2026-01-01T00:00"\nend = "2026-01-02T00:00"\n') * 2,
            "w.toml:14: rosters[r].overrides[1]: sam is also in overrides[0] at that time; move one of the two, or remo",
        ),
        (
            ROSTER + '[[rosters.time_off]]\ntechnician = "kim"\nstart = "2026-01-01T00:00"\nend = "2026-01-02T00:00"\n',
            "w.toml:10: rosters[r].time_off[0].technician: there is no technician 'kim'; add it to technicians",
        ),
        (
            '[[escalation_policies]]\nkey = "critical"\nsteps = [{ ring = ["roster:managers", "sam"] }]\n',
            "w.toml:3: escalation_policies[critical].steps[0].ring[0]: there is no roster 'managers'; add it to rosters",
        ),
        (
            '[[escalation_policies]]\nkey = "critical"\nsteps = [{ ring = [] }]\n',
            "w.toml:3: escalation_policies[critical].steps[0].ring: is empty; write the entries in brackets",
        ),
        (LEVEL, "w.toml:6: service_levels[premium low].calendar: there is no calendar 'c'; add it to calendars"),
        (
            CALENDAR + LEVEL.replace("4h", "2d"),
            "w.toml:7: service_levels[premium low].response: '2d' is not a target; ",
        ),
        (
            CALENDAR + LEVEL.replace("low", "high"),
            "w.toml:6: service_levels[premium high].severity: 'high' is not poss",
        ),
        (
            CALENDAR.replace("always", "windows"),
            "w.toml:1: calendars[c].windows: never opens; write windows such as [[",
        ),
        (
            CALENDAR + 'holidays = ["24.12."]\n',
            "w.toml:4: calendars[c].holidays: '24.12.' is not a date; write for exa",
        ),
    ],
)
def test_a_fault_is_told_with_line_key_and_mend(text: str, says: str) -> None:
    lines = told(text)
    assert any(line.startswith(says) for line in lines), lines


def test_one_slip_is_told_once() -> None:
    assert len(told(ROSTER + LAYER.replace("days", "fortnights"))) == 1


def test_every_fault_of_every_file_is_told_together_in_the_order_of_the_files() -> None:
    first = TECHNICIAN + 'email = "x"\n'
    second = ROSTER.replace("[[technicians]]", "[[technicans]]") + LAYER.replace("sam", "kim")
    world, faults = read_texts([("first.toml", first), ("second.toml", second)])
    lines = [str(fault) for fault in in_order((*check(world, {}), *faults), world.files)]
    assert [line.split(": ")[0] for line in lines] == ["first.toml:5", "second.toml:1", "second.toml:13"]


def test_a_fault_in_one_override_hides_no_fault_between_two_others() -> None:
    day = 'start = "2026-01-01T00:00"\nend = "2026-01-02T00:00"\n'
    lines = told(ROSTER + OVERRIDE.replace("add", "ad") + day + (OVERRIDE + day) * 2)
    assert [line.split(": ")[:2] for line in lines] == [
        ["w.toml:10", "rosters[r].overrides[0].kind"],
        ["w.toml:19", "rosters[r].overrides[2]"],
    ]
    assert "sam is also in overrides[1]" in lines[1]


def test_json_of_the_same_shape_is_read_and_told_by_key() -> None:
    document = {"technicians": [{"key": "sam", "name": "Sam", "phone": "12"}]}
    says = "technicians[sam].phone: '12' is not a phone number; write it like +12025550141"
    assert told(json.dumps(document), "w.json") == [f"w.json: {says}"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "w.json:1: is not JSON: Expecting property name"),
        ('{\n"technicians": [}', "w.json:2: is not JSON: Expecting value"),
        (
            '{"policies": {}, "policies": {}}',
            "w.json: cannot be read: the key 'policies' stands twice in one table; keep",
        ),
        ('{"technicians": {}}', "w.json: technicians: is no list of tables; write [[technicians]] above each of them"),
        ('{"policies": {"grace_days": 1.5}}', "w.json: policies.grace_days: 1.5 is not a whole number"),
        ('{"accounts": [{"key": "a", "name": "\\u0000"}]}', "w.json: accounts[a].name: '\\x00' has control characters"),
        (
            '{"accounts": [{"key": "a", "name": "\\ud800"}]}',
            "w.json: accounts[a].name: '\\ud800' has control characters",
        ),
        ('{"a": ' + "[" * 100_000, "w.json: cannot be read: "),
    ],
)
def test_broken_json_is_told_like_broken_toml(text: str, says: str) -> None:
    lines = told(text, "w.json")
    assert any(line.startswith(says) for line in lines), lines


def test_a_file_that_is_missing_or_no_text_is_told(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'name = "Jos\xe9"')
    _, faults = read_world([tmp_path / "none.toml", tmp_path, latin])
    assert [fault.says.split(";")[0] for fault in faults] == [
        "cannot be read (No such file or directory)",
        "cannot be read (Is a directory)",
        "is not UTF-8 (byte 11)",
    ]


def test_numbers_and_moments_are_kept_in_one_way() -> None:
    text = (
        TECHNICIAN.replace("+12025550141", "+1 (202) 555-0141")
        + '[[calendars]]\nkey = "c"\nwindows = [["MON 8:00", "Fri 24:00"]]\n'
    )
    world, faults = read_texts([("w.toml", text)])
    assert not faults
    assert world.of("technicians")[0].given["phone"] == "+12025550141"
    assert world.of("calendars")[0].given["windows"] == [["mon 08:00", "fri 24:00"]]


def test_dates_may_be_written_as_toml_writes_them() -> None:
    contract = 'contracts = [{ tier = "premium", starts = 2026-01-01, ends = 2026-12-31 }]\n'
    world, faults = read_texts([("w.toml", ACCOUNT + contract)])
    assert not faults
    assert world.of("accounts")[0].given["contracts"] == [
        {"tier": "premium", "starts": "2026-01-01", "ends": "2026-12-31"}
    ]


def test_policies_of_two_files_are_laid_together_unless_both_set_the_same() -> None:
    one, other = "[policies]\ngrace_days = 1\n", "[policies]\nchase_every_minutes = 1\n"
    assert not read_texts([("one.toml", one), ("other.toml", other)])[1]
    _, faults = read_texts([("one.toml", one), ("other.toml", one)])
    assert [str(fault) for fault in faults] == [
        "other.toml:2: policies.grace_days: is already in one.toml:2; keep one of the two, or write another key"
    ]


def test_the_number_of_one_person_may_belong_to_contacts_of_two_accounts() -> None:
    contact = 'contacts = [{ key = "jo", name = "Jo", phone = "+12025550115" }]\n'
    other = ACCOUNT.replace('"a"', '"b"').replace('"1"', '"2"')
    assert told(ACCOUNT + contact + other + contact) == []
