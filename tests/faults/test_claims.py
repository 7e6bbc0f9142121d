"""Claims of rings and what comes of them, in one process: a ring is asked for once, and one of two calls counts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from foundation.phone import PhoneNumber
from routing.hunt_service import LegNews, leg_answered, leg_news
from routing.ring_service import LegAddresses, claim_handsets, ring_handset
from routing.store import locked_leg
from routing.tables import LegRow
from telephony.recorder import Recorder
from telephony.tables import OutboxRow
from tests.stories.stage import SERVICE, Stage, set_stage

ADDRESSES = LegAddresses(
    "https://line.example/leg/{token}", "https://line.example/status/{token}", "https://line.example/"
)
FIRST, SECOND = f"CA{1:032x}", f"CA{99:032x}"


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    """A house in which dana has just pressed 1, and nobody has rung yet."""
    built = set_stage(database_url, tmp_path)
    built.dana.dials(SERVICE)
    built.dana.presses("1")
    yield built
    built.close()


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def rings_after(stage: Stage, recorder: Recorder, seconds: float) -> None:
    """Claim what is due, and come to asking the carrier for it so much later."""
    database = stage.runtime.database
    for handset in claim_handsets(database, stage.clock):
        ring = ADDRESSES.ring(handset, PhoneNumber(SERVICE))
        ring_handset(database, recorder, ring, handset, stage.clock.now() + timedelta(seconds=seconds))


def cancelled(stage: Stage) -> list[str | None]:
    with stage.session() as session:
        return list(session.scalars(select(OutboxRow.target_sid).where(OutboxRow.kind == "cancel_call")))


def news(stage: Stage, call_sid: str, status: str) -> LegRow:
    """Have the carrier tell of a call of the one leg."""
    [leg] = stage.legs()
    with stage.runtime.database.begin() as session:
        mine = locked_leg(session, leg.token)
        assert mine is not None
        leg_news(session, mine, LegNews(call_sid, status, 1), stage.clock.now())
    return stage.legs()[0]


def test_a_claim_that_waited_too_long_for_its_turn_is_handed_back_and_rung_by_the_next(
    stage: Stage, recorder: Recorder
) -> None:
    rings_after(stage, recorder, seconds=2)
    assert recorder.rings == []
    stage.clock.advance(2)
    rings_after(stage, recorder, seconds=0)
    assert [ring.to.e164 for ring in recorder.rings] == [stage.sam.number]


@pytest.mark.parametrize("status", ["busy", "completed"])
def test_the_end_of_a_second_call_of_a_leg_does_not_end_the_first(
    stage: Stage, recorder: Recorder, status: str
) -> None:
    rings_after(stage, recorder, seconds=0)
    leg = news(stage, SECOND, status)
    assert (leg.status, leg.call_sid) == ("ringing", FIRST)


def test_a_second_call_of_a_leg_is_cancelled_as_soon_as_it_is_heard_of(stage: Stage, recorder: Recorder) -> None:
    rings_after(stage, recorder, seconds=0)
    news(stage, SECOND, "ringing")
    assert cancelled(stage) == [SECOND]


def test_of_two_calls_of_a_leg_the_one_that_is_picked_up_counts(stage: Stage, recorder: Recorder) -> None:
    rings_after(stage, recorder, seconds=0)
    with stage.runtime.database.begin() as session:
        leg = locked_leg(session, stage.legs()[0].token)
        assert leg is not None
        leg_answered(session, leg, SECOND, stage.clock.now())
    assert (stage.legs()[0].status, stage.legs()[0].call_sid) == ("screening", SECOND)
    assert cancelled(stage) == [FIRST]
