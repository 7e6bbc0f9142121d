"""kill -9 in the middle of four hunts that stand at four different moments; started again, all four end well."""

import pytest

from tests.faults.house import House
from tests.faults.processes import Process
from tests.faults.steps import (
    everybody_takes_what_rings,
    is_talking,
    picks_up,
    presses_the_deciding_key,
    takes_it,
)

pytestmark = pytest.mark.processes

VICTIMS = {"web": ["web"], "clock": ["clock"], "both": ["web", "clock"]}


def four_moments(house: House) -> None:
    """Dana's technician has just accepted, omar's is being asked, priya's phone rings, marisol has just pressed the key."""
    for caller in (house.dana, house.omar, house.priya):
        presses_the_deciding_key(caller)
    house.lee.rings(within=10)
    picks_up(house.kim)
    picks_up(house.sam)
    takes_it(house.sam)
    presses_the_deciding_key(house.marisol)


@pytest.mark.parametrize("victims", VICTIMS.values(), ids=VICTIMS)
def test_after_kill_9_every_hunt_goes_on_and_every_caller_talks_to_a_technician(
    house: House, victims: list[str]
) -> None:
    four_moments(house)
    killed: list[Process] = [getattr(house, name) for name in victims]
    for process in killed:
        process.kill()
    house.start(*killed)
    everybody_takes_what_rings(house)
    house.network.carrier.pace = 8
    callers = (house.dana, house.omar, house.priya, house.marisol)
    for caller in callers:
        house.network.line.until(lambda c=caller: is_talking(c), 30, f"{caller.name} talks to a technician")  # type: ignore[misc]  # mypy cannot infer a lambda's default argument
    assert house.rung_twice_for_one_step() == []
    assert house.texts_sent_twice() == []
    assert [case.status for case in house.cases()] == ["acknowledged"] * 4
    talking_to = [caller.call.peer.handset for caller in callers if caller.call.peer]
    assert len(set(map(id, talking_to))) == 4
