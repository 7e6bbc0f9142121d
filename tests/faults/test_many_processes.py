"""Several processes and threads over one database: everything happens once."""

import pytest
from sqlalchemy import make_url

from tests.databases import execute
from tests.faults.house import CALLERS, House
from tests.faults.network import SERVICE
from tests.faults.steps import all_talk, everybody_takes_what_rings, picks_up, presses_the_deciding_key, takes_it

pytestmark = pytest.mark.processes


def all_press_1_at_once(house: House) -> None:
    callers = [house.network.line.phone(number, name) for name, number in CALLERS.items()]
    for caller in callers:
        caller.dials(SERVICE)
    for caller in callers:
        caller.hears("completely down", within=5)
    for caller in callers:
        caller.handset.press("1")
    for caller in callers:
        caller.hears("help is being called", within=5)


def rings_per_technician(house: House) -> list[int]:
    return [house.rings_of(phone) for phone in (house.sam, house.kim, house.lee, house.ana)]


def test_callers_of_the_same_second_get_a_case_and_a_technician_each(house: House) -> None:
    all_press_1_at_once(house)
    house.network.line.until(lambda: len(house.created_calls()) > 3, 10, "four technicians are rung")
    assert rings_per_technician(house) == [1, 1, 1, 1]
    assert len({case.number for case in house.cases()}) == 4


def test_two_clocks_ring_everybody_once_and_send_every_text_once(postgresql_house: House) -> None:
    house = postgresql_house
    house.start(house.another_clock())
    all_press_1_at_once(house)
    house.network.carrier.pace = 8
    everybody_takes_what_rings(house)
    all_talk(house, (house.dana, house.omar, house.priya, house.marisol))
    assert rings_per_technician(house) == [1, 1, 1, 1]
    assert house.texts_sent_twice() == []


def test_a_database_that_drops_every_connection_costs_no_ring(postgresql_house: House) -> None:
    house = postgresql_house
    presses_the_deciding_key(house.dana)
    drop_connections(house)
    picks_up(house.sam)
    drop_connections(house)
    takes_it(house.sam)
    presses_the_deciding_key(house.omar)
    picks_up(house.kim)
    assert rings_per_technician(house) == [1, 1, 0, 0]


def drop_connections(house: House) -> None:
    url = make_url(house.database.url)
    # names of the tests' own databases hold nothing that would need escaping
    others = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'"  # noqa: S608 - as above
    execute(url.set(database="postgres"), others)
