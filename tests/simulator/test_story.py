from collections.abc import Callable

import pytest

from simulator.handset import Answers
from simulator.story import StoryError
from tests.simulator.rig import KIM, SAM, SERVICE, Rig, make_rig


def failure(step: Callable[[], object]) -> str:
    with pytest.raises(StoryError) as caught:
        step()
    return str(caught.value)


def talking() -> Rig:
    rig = make_rig(voice=f"<Say>Technical support.</Say><Dial>{SAM}</Dial>")
    rig.dana.dials(SERVICE)
    return rig


def test_a_ring_that_no_step_claimed_is_a_surprise() -> None:
    rig = talking()
    rig.line.waits(5)
    assert "sam rang" in failure(rig.line.nothing_else)


def test_a_text_that_no_step_claimed_is_a_surprise_also_on_a_phone_of_nobody() -> None:
    rig = make_rig()
    rig.carrier.messaging.send(SERVICE, "+12025550199", "unexpected")
    rig.line.waits(5)
    assert "+12025550199 got a text: 'unexpected'" in failure(rig.line.nothing_else)


def test_a_fault_of_the_service_is_a_surprise_until_it_is_forgiven() -> None:
    rig = make_rig(voice="<Sya>Hello</Sya>")
    rig.dana.dials(SERVICE)
    assert "fault 12200" in failure(rig.line.nothing_else)
    rig.line.forgives_faults()
    rig.line.nothing_else()


def test_a_step_that_does_not_come_true_fails_with_everybodys_transcript() -> None:
    rig = talking()
    told = failure(lambda: rig.dana.hears("press 1", within=5))
    assert told.startswith("dana hears 'press 1' did not happen within 5 s")
    assert "14:00:00.00  dana         hears: Technical support." in told
    assert "sam          event: rings" in told


def test_a_prompt_is_heard_once_and_in_order() -> None:
    rig = make_rig(voice="<Say>one</Say><Say>two</Say>")
    rig.dana.dials(SERVICE)
    rig.dana.hears("two")
    failure(lambda: rig.dana.hears("one", within=1))


def test_answering_a_phone_that_does_not_ring_fails_in_plain_words() -> None:
    assert "sam: +12025550141 does not ring" in failure(make_rig().sam.answers)


def test_what_must_not_happen_fails_when_it_does() -> None:
    rig = talking()
    assert "dana heard 'technical'" in failure(lambda: rig.dana.does_not_hear("technical"))
    assert "sam rang" in failure(lambda: rig.sam.does_not_ring(during=5))
    assert "dana is not on the line" not in failure(rig.sam.is_on_the_line)


def test_phones_that_answer_by_themselves_do_so_after_their_time() -> None:
    rig = make_rig(voice=f"<Dial>{KIM}</Dial>")
    rig.kim.behaviour = Answers(4)
    rig.dana.dials(SERVICE)
    rig.kim.rings()
    rig.dana.is_talking_to(rig.kim, within=4)
    rig.dana.is_on_the_line()
    assert "dana is talking to somebody" in failure(rig.dana.is_alone)
