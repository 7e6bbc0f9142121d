"""Different webhooks at the same instant, each on a thread of its own, against a real database."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from intake.tables import CaseRow
from routing.tables import EscalationPolicyRow, HuntRow, LegRow
from tests.webhooks.door import CALL, INBOUND, TURN, Door, Webhook, from_caller, on_leg, reports_outage, well

ALL_TOGETHER = [{"ring": ["technician:sam", "technician:kim", "technician:lee"], "mode": "at_once", "ring_seconds": 20}]


@pytest.fixture
def crowd(door: Door) -> Iterator[Door]:
    """A house whose critical calls ring three technicians together."""
    with door.runtime.database.begin() as session:
        policy = session.get_one(EscalationPolicyRow, "critical")
        before, policy.steps = policy.steps, ALL_TOGETHER
    yield door
    with door.runtime.database.begin() as session:
        session.get_one(EscalationPolicyRow, "critical").steps = before


def at_once(door: Door, webhooks: Sequence[Webhook]) -> list[TestResponse]:
    start = threading.Barrier(len(webhooks))

    def deliver(webhook: Webhook) -> TestResponse:
        start.wait()
        return door.send(webhook)

    with ThreadPoolExecutor(len(webhooks)) as pool:
        return list(pool.map(deliver, webhooks))


def all_pick_up(door: Door) -> list[Webhook]:
    """Everybody who is rung picks up; returns what each sends on pressing 1."""
    reports_outage(door)
    with door.session() as session:
        legs = list(session.scalars(select(LegRow).order_by(LegRow.id)))
    for leg in legs:
        well(door.post(f"/webhooks/voice/leg/{leg.token}", on_leg(leg.phone.e164, f"CA-{leg.technician}")))
    return [Webhook(TURN.format(1), on_leg(leg.phone.e164, f"CA-{leg.technician}", Digits="1")) for leg in legs]


def test_of_three_who_accept_at_the_same_instant_one_is_connected_and_the_others_hear_who(crowd: Door) -> None:
    answers = at_once(crowd, all_pick_up(crowd))
    connected = [answer for answer in answers if "<Queue" in answer.text]
    assert len(connected) == 1
    with crowd.session() as session:
        case, hunt = session.scalars(select(CaseRow)).one(), session.scalars(select(HuntRow)).one()
        winner = session.get_one(LegRow, hunt.winner_leg_id)
    assert (case.status, case.technician) == ("acknowledged", winner.technician)
    assert all(winner.name in answer.text for answer in answers if answer not in connected)


def test_a_caller_who_hangs_up_as_somebody_accepts_is_in_good_hands_either_way(crowd: Door) -> None:
    accept, *_ = all_pick_up(crowd)
    hang_up = Webhook("/webhooks/voice/status", from_caller(CallStatus="completed"))
    answer, news = at_once(crowd, [accept, hang_up])
    assert (answer.status_code, news.status_code) == (200, 204)
    assert "One moment" not in answer.text
    with crowd.session() as session:
        case, hunt = session.scalars(select(CaseRow)).one(), session.scalars(select(HuntRow)).one()
    assert (case.status, hunt.status) == ("acknowledged", "won")
    assert ("<Queue" in answer.text) == (hunt.left_at is None)


def test_news_keys_polls_and_recordings_of_one_hunt_at_once_neither_fail_nor_lock_each_other_out(crowd: Door) -> None:
    keys = all_pick_up(crowd)
    with crowd.session() as session:
        hunt, legs = session.scalars(select(HuntRow.token)).one(), list(session.scalars(select(LegRow)))
    recorded = {"RecordingSid": "RE1", "RecordingUrl": "https://carrier.example/RE1"}
    webhooks = [
        *keys,
        *(
            Webhook(f"/webhooks/voice/leg/{leg.token}/status", on_leg(leg.phone.e164, f"CA-{leg.technician}"))
            for leg in legs
        ),
        Webhook(f"/webhooks/voice/hold/{hunt}", from_caller(QueueSid="QU1")),
        Webhook(f"/webhooks/voice/joining/{hunt}", from_caller()),
        Webhook("/webhooks/voice/recording", from_caller(**recorded)),
        Webhook(TURN.format(crowd.call().turn), from_caller()),
    ]
    answers = at_once(crowd, webhooks)
    assert {answer.status_code for answer in answers} <= {200, 204}
    assert not any("One moment" in answer.text for answer in answers)


def test_thirty_calls_that_come_in_at_once_are_all_greeted_and_hunted_for(door: Door) -> None:
    calls = [from_caller(sid=f"{CALL[:-2]}{number:02}") for number in range(30)]
    greetings = at_once(door, [Webhook(INBOUND, call) for call in calls])
    assert all("completely down" in greeting.text for greeting in greetings)
    opened = at_once(door, [Webhook(TURN.format(1), call | {"Digits": "1"}) for call in calls])
    assert all("Your case number is" in answer.text for answer in opened)
    with door.session() as session:
        assert len(set(session.scalars(select(CaseRow.number)))) == 30
