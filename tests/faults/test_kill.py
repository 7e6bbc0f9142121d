"""kill -9 in the middle of four hunts that stand at four different moments; started again, all four end well."""

import pytest

from tests.faults.house import House
from tests.faults.processes import Process
from tests.faults.steps import (
    all_talk,
    everybody_takes_what_rings,
    picks_up,
    presses_the_deciding_key,
    takes_it,
)

pytestmark = pytest.mark.processes

RINGS_AT_MOST = {("clock",): 4, ("web",): 5, ("web", "clock"): 5}
"""By what is killed. Without a web process the call dies that was about to be connected, so that one more phone rings."""


def four_moments(house: House) -> None:
    """Dana's technician has just accepted, omar's is being asked, priya's phone rings, marisol has just pressed the key."""
    for caller in (house.dana, house.omar, house.priya):
        presses_the_deciding_key(caller)
    house.lee.rings(within=10)
    picks_up(house.kim)
    picks_up(house.sam)
    takes_it(house.sam)
    presses_the_deciding_key(house.marisol)


@pytest.mark.parametrize("victims", RINGS_AT_MOST, ids=" and ".join)
def test_after_kill_9_every_hunt_goes_on_and_every_caller_talks_to_a_technician(
    house: House, victims: tuple[str, ...]
) -> None:
    four_moments(house)
    killed: list[Process] = [getattr(house, name) for name in victims]
    for process in killed:
        process.kill()
    house.start(*killed)
    everybody_takes_what_rings(house)
    house.network.carrier.pace = 8
    callers = (house.dana, house.omar, house.priya, house.marisol)
    all_talk(house, callers)
    assert house.rung_twice_for_one_step() == []
    assert len(house.created_calls()) <= RINGS_AT_MOST[victims]
    assert house.texts_sent_twice() == []
    assert [case.status for case in house.cases()] == ["acknowledged"] * 4
    assert len({id(caller.call.peer) for caller in callers}) == 4
