"""Claims of rings, in one process: who may still ask the carrier, and when a claim is handed back instead."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from foundation.phone import PhoneNumber
from routing.ring_service import LegAddresses, claim_handsets, ring_handset
from telephony.recorder import Recorder
from tests.stories.stage import SERVICE, Stage, set_stage

ADDRESSES = LegAddresses(
    "https://line.example/leg/{token}", "https://line.example/status/{token}", "https://line.example/"
)


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    built = set_stage(database_url, tmp_path)
    yield built
    built.close()


@pytest.fixture
def recorder(stage: Stage) -> Recorder:
    return Recorder()


def rings_after(stage: Stage, recorder: Recorder, seconds: float) -> None:
    """Claim what is due, and come to asking the carrier for it so much later."""
    database, at = stage.runtime.database, stage.clock.now()
    for handset in claim_handsets(database, at):
        ring = ADDRESSES.ring(handset, PhoneNumber(SERVICE))
        ring_handset(database, recorder, ring, handset, at + timedelta(seconds=seconds))


def test_a_claim_that_waited_too_long_for_its_turn_is_handed_back_and_rung_by_the_next(
    stage: Stage, recorder: Recorder
) -> None:
    stage.dana.dials(SERVICE)
    stage.dana.presses("1")
    rings_after(stage, recorder, seconds=2)
    assert recorder.rings == []
    stage.clock.advance(2)
    rings_after(stage, recorder, seconds=0)
    assert [ring.to.e164 for ring in recorder.rings] == [stage.sam.number]
