from pathlib import Path

import pytest
from sqlalchemy import delete

from foundation.phone import PhoneNumber
from oncall.tables import LayerRow
from routing.tables import EscalationPolicyRow
from telephony.break_glass import read_snapshot
from tests.webhooks.door import CAST, SERVICE, Door, calls, make_door


@pytest.fixture
def machine(peopled_url: str, tmp_path: Path) -> Door:
    """A web process alone on its machine; the clock processes run elsewhere."""
    return make_door(peopled_url, tmp_path)


def known(machine: Door) -> list[str]:
    """Whom this machine would ring one by one, were the database away now."""
    snapshot = read_snapshot(machine.runtime.settings.on_duty_file, PhoneNumber(SERVICE))
    return [person.phone.e164 for person in snapshot.people]


def test_a_machine_that_takes_calls_knows_whom_to_ring_when_the_database_is_away(machine: Door) -> None:
    calls(machine)
    technician, backup, manager, director = known(machine)
    assert (technician, backup) == (CAST["sam"], CAST["kim"])
    assert (manager, director) == ("+12025550151", "+12025550161")


def test_the_snapshot_is_made_anew_by_the_first_call_after_a_minute(machine: Door) -> None:
    calls(machine)
    machine.runtime.settings.on_duty_file.unlink()
    machine.clock.advance(59)
    calls(machine)
    assert known(machine) == []
    machine.clock.advance(1)
    calls(machine)
    assert known(machine)[0] == CAST["sam"]


def test_with_nobody_on_duty_whoever_was_last_stays(machine: Door) -> None:
    calls(machine)
    before = known(machine)
    with machine.runtime.database.begin() as session:
        session.execute(delete(LayerRow))
        session.execute(delete(EscalationPolicyRow))
    machine.clock.advance(120)
    calls(machine)
    assert known(machine) == before


def test_a_snapshot_that_cannot_be_written_costs_no_caller_anything(peopled_url: str, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")
    machine = make_door(peopled_url, tmp_path / "var")
    assert "completely down" in calls(machine).text
