"""The carrier on a bad day: callbacks that are lost, doubled, late or out of order; requests that are refused or never answered."""

import pytest

from simulator.faults import Faults, RestAnswer, RestFault
from tests.stories.stage import Stage
from tests.stories.steps import QUICK, are_connected, finishes, is_paged, picks_up, reports_an_outage, takes_it

ALL = frozenset({"*"})


def placed(stage: Stage, number: str) -> int:
    """How many calls the carrier was asked to place to a handset."""
    return sum(
        call.direction == "outbound-api" and call.to_number == number for call in stage.carrier.exchange.calls.values()
    )


def test_without_any_callback_a_ring_is_over_at_its_time_and_the_next_one_begins(stage: Stage) -> None:
    stage.apply(QUICK)
    stage.carrier.injected = Faults(drop_callbacks=ALL)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    stage.sam.declines()
    stage.kim.does_not_ring(during=9)
    is_paged(stage.kim, within=5)
    takes_it(stage.kim)
    stage.dana.is_talking_to(stage.kim, within=45)
    stage.sam.gets_text("Kim Nakamura has it")
    stage.dana.hangs_up()
    stage.kim.hears("Press 1 if it is resolved")
    stage.kim.hangs_up()
    stage.line.waits(90)
    stage.line.nothing_else()
    assert (stage.call().end, stage.case().technician) == ("connected", "kim")
    assert all(leg.ended_at is not None for leg in stage.legs())


def test_a_winner_whose_end_nobody_tells_does_not_keep_the_caller_waiting(stage: Stage) -> None:
    stage.carrier.injected = Faults(drop_callbacks=ALL)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    takes_it(stage.sam)
    stage.sam.hears("one moment")
    stage.sam.hangs_up()
    stage.line.waits(20)
    is_paged(stage.kim, within=40)
    is_paged(stage.maria)
    takes_it(stage.kim)
    stage.dana.is_talking_to(stage.kim, within=20)
    for other in (stage.sam, stage.maria):
        other.gets_text("Kim Nakamura has it")
    stage.line.nothing_else()


def test_a_whisper_whose_end_nobody_tells_frees_the_handset_within_a_minute(stage: Stage) -> None:
    stage.apply(QUICK)
    stage.carrier.injected = Faults(drop_callbacks=ALL)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    picks_up(stage.sam)
    stage.sam.hangs_up()
    is_paged(stage.kim)
    stage.maria.rings()
    stage.maria.gets_text("NOBODY HAS ACCEPTED")
    stage.dana.hangs_up()
    for phone in (stage.maria, stage.theo, stage.sam, stage.kim):
        phone.rings(within=70)
        phone.gets_text("NOBODY HAS ACCEPTED")
    stage.line.nothing_else()


BAD_DAYS = {
    "late": Faults(delay_callbacks_seconds=30),
    "everything twice": Faults(webhooks_twice=True, duplicate_callbacks=ALL),
    "late, doubled and out of order": Faults(
        delay_callbacks_seconds=7, reorder_callbacks=True, duplicate_callbacks=ALL
    ),
}


@pytest.mark.parametrize("day", BAD_DAYS.values(), ids=BAD_DAYS)
def test_callbacks_may_come_in_any_way(stage: Stage, day: Faults) -> None:
    stage.carrier.injected = day
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    is_paged(stage.kim)
    is_paged(stage.maria)
    takes_it(stage.kim)
    for other in (stage.sam, stage.maria):
        other.gets_text("Kim Nakamura has it")
    stage.dana.is_talking_to(stage.kim, within=45)
    stage.kim.hangs_up()
    finishes(stage.dana)
    stage.line.waits(32)
    stage.line.nothing_else()
    assert (stage.call().end, stage.case().status, stage.hunt().status) == ("connected", "acknowledged", "done")
    assert [placed(stage, phone.number) for phone in (stage.sam, stage.kim, stage.maria)] == [1, 1, 1]


@pytest.mark.parametrize(("answer", "within"), [("429", 6), ("503", 6), ("500", 13), ("silent", 4)])
def test_one_bad_answer_costs_seconds_and_never_a_second_ring(stage: Stage, answer: RestAnswer, within: float) -> None:
    stage.carrier.injected = Faults(rest=RestFault(answer, path="/Calls", times=1))
    reports_an_outage(stage.dana)
    stage.sam.rings(within)
    stage.sam.gets_text("CRITICAL")
    takes_it(stage.sam)
    stage.dana.is_talking_to(stage.sam, within=45)
    stage.line.waits(5)
    stage.line.nothing_else()
    assert placed(stage, stage.sam.number) == 1


def test_answers_that_never_come_ring_nobody_twice_for_one_step(stage: Stage) -> None:
    stage.apply(QUICK)
    stage.carrier.injected = Faults(rest=RestFault("silent", path="/Calls"), drop_callbacks=ALL)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    is_paged(stage.kim)
    stage.line.waits(30)
    assert [placed(stage, phone.number) for phone in (stage.sam, stage.kim)] == [1, 1]


@pytest.mark.parametrize("answer", ["429", "503"])
def test_when_the_carrier_places_no_calls_at_all_texts_go_out_and_the_caller_leaves_a_message(
    stage: Stage, answer: RestAnswer
) -> None:
    stage.apply(QUICK)
    stage.carrier.injected = Faults(rest=RestFault(answer, path="/Calls"))
    reports_an_outage(stage.dana)
    for phone in (stage.sam, stage.kim):
        phone.gets_text("CRITICAL")
    stage.maria.gets_text("NOBODY HAS ACCEPTED")
    stage.dana.hears("To leave a message, press 1", within=60)
    stage.dana.hangs_up()
    stage.carrier.injected = Faults()
    for phone in (stage.maria, stage.theo, stage.sam, stage.kim):
        phone.rings(within=62)
        phone.gets_text("NOBODY HAS ACCEPTED")
    takes_it(stage.sam)
    stage.dana.gets_text("Sam Ortiz has taken your case")
    for other in (stage.maria, stage.theo, stage.kim):
        other.gets_text("Sam Ortiz has it")
    stage.line.nothing_else()


def test_rings_in_doubt_are_asked_for_again_when_the_carrier_says_that_nothing_rang(stage: Stage) -> None:
    stage.apply(QUICK)
    stage.carrier.injected = Faults(rest=RestFault("500", path="/Calls"))
    reports_an_outage(stage.dana)
    stage.sam.gets_text("CRITICAL")
    stage.kim.gets_text("CRITICAL", within=20)
    stage.carrier.injected = Faults()
    for phone in (stage.sam, stage.kim):
        phone.rings()
    takes_it(stage.sam)
    stage.kim.gets_text("Sam Ortiz has it")
    stage.dana.is_talking_to(stage.sam, within=45)
    stage.line.nothing_else()
    assert [placed(stage, phone.number) for phone in (stage.sam, stage.kim)] == [1, 1]


def test_texts_that_the_carrier_refuses_for_a_while_come_later_and_once(stage: Stage) -> None:
    stage.carrier.injected = Faults(rest=RestFault("429", path="/Messages", times=3))
    reports_an_outage(stage.dana)
    are_connected(stage, stage.sam, stage.dana)
    stage.line.waits(10)
    stage.line.nothing_else()


def test_texts_whose_answer_never_comes_are_sent_once(stage: Stage) -> None:
    stage.carrier.injected = Faults(rest=RestFault("silent", path="/Messages", times=2))
    reports_an_outage(stage.dana)
    are_connected(stage, stage.sam, stage.dana)
    stage.line.waits(25)
    stage.line.nothing_else()
