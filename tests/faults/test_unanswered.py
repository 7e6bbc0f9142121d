"""The clock is killed between claiming a ring and the carrier's answer: the ring is found again, never blindly repeated."""

from dataclasses import replace

import pytest

from simulator.faults import EVERY, Faults, RestFault
from simulator.story import Phone
from tests.faults.house import House
from tests.faults.steps import presses_the_deciding_key, takes_it

pytestmark = pytest.mark.processes

CREATE = "/Calls.json"


def the_answer_is_lost_when(house: House, caller: Phone) -> None:
    """The carrier carries out the caller's first ring, and the clock never hears of it."""
    house.network.carrier.injected = replace(house.network.carrier.injected, rest=RestFault("silent", CREATE, times=1))
    before = len(house.created_calls())
    presses_the_deciding_key(caller)
    house.network.line.until(lambda: len(house.created_calls()) > before, 10, "the carrier is asked to ring")


def the_request_is_lost_when(house: House, caller: Phone) -> None:
    """The caller's first ring is asked for, and the carrier never hears of it."""
    house.network.gate.swallow(CREATE)
    presses_the_deciding_key(caller)
    house.network.line.until(lambda: house.network.gate.swallowed == 1, 10, "a request is lost")


def picks_up_and_takes_it(technician: Phone) -> None:
    technician.answers()
    technician.hears("Critical call for")
    takes_it(technician)


def test_a_ring_whose_answer_died_with_the_clock_is_settled_by_its_callback(house: House) -> None:
    the_answer_is_lost_when(house, house.dana)
    house.clock.kill()
    house.sam.rings(within=10)
    house.network.line.until(lambda: house.legs()[0].call_sid is not None, 10, "the callback settles the leg")
    house.start(house.clock)
    picks_up_and_takes_it(house.sam)
    assert house.rings_of(house.sam) == 1
    assert house.legs()[0].attempt == 1


def test_without_callbacks_the_carriers_list_tells_a_ring_that_was_made_from_one_that_was_not(house: House) -> None:
    house.network.carrier.injected = Faults(calls_per_second=5, drop_callbacks=frozenset({EVERY}))
    the_answer_is_lost_when(house, house.dana)
    the_request_is_lost_when(house, house.omar)
    house.clock.kill()
    house.network.gate.let_through()
    house.start(house.clock)
    house.kim.rings(within=20)
    house.network.line.until(lambda: house.legs()[0].call_sid is not None, 10, "the list settles the leg")
    for technician in (house.sam, house.kim):
        picks_up_and_takes_it(technician)
    assert [house.rings_of(phone) for phone in (house.sam, house.kim, house.lee)] == [1, 1, 0]
    assert [leg.attempt for leg in house.legs()] == [1, 2]
