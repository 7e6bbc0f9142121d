import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from foundation.clock import FrozenClock
from foundation.db import Database
from foundation.phone import PhoneNumber
from telephony.outbox import BATCH, Message, Sender, Wish, pump, put, settle_unknown, told
from telephony.port import OutcomeUnknown, TelephonyRefused, Text
from telephony.recorder import Recorder
from tests.telephony.mailbag import KIM, MONDAY, SAM, SERVICE, STATUS, page, put_in, row, rows

TOO_MANY = TelephonyRefused(20429, permanent=False)
BAD_NUMBER = TelephonyRefused(21211, permanent=True)
NO_ANSWER = OutcomeUnknown("no answer")


def pumped(database: Database, sender: Sender, clock: FrozenClock, seconds: int) -> None:
    """Let a clock process pump once a second."""
    for _ in range(seconds):
        pump(database, sender, clock)
        settle_unknown(database, sender, clock.now())
        clock.advance(1)


# Putting


def test_a_reason_is_told_once_whoever_tries_and_however_often(database: Database) -> None:
    assert put_in(database, page(), page(), page("page:1:kim", KIM)) == [True, False, True]
    assert put_in(database, page(body="other words")) == [False]
    assert [r.to_phone for r in rows(database)] == [SAM, KIM]


def test_what_is_rolled_back_never_leaves(database: Database, sender: Sender, clock: FrozenClock) -> None:
    def decide_and_fail() -> None:
        with database.begin() as session:
            put(session, MONDAY, page())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        decide_and_fail()
    assert pump(database, sender, clock) == 0


def test_two_processes_with_the_same_reason_at_the_same_instant_write_it_once(database: Database) -> None:
    start = threading.Barrier(6)

    def one(_: int) -> bool:
        start.wait()
        return put_in(database, page())[0]

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(one, range(6))) == [False] * 5 + [True]


def test_a_text_is_never_longer_than_the_carrier_takes(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    put_in(database, page(body="x" * 2_000))
    pump(database, sender, clock)
    assert len(recorder.texts[0].body) == 1_600


# Sending


def test_a_text_leaves_with_its_own_status_address(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    put_in(database, page())
    pump(database, sender, clock)
    sent = row(database)
    assert recorder.texts == [Text(SAM, PhoneNumber(SERVICE), "CRITICAL 104283", f"{STATUS}/{sent.token}", 300)]
    assert (sent.status, sent.message_sid, sent.sent_at) == ("sent", f"SM{1:032x}", MONDAY)


def test_several_pumps_at_once_send_each_message_once(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    put_in(database, *(page(f"page:{number}", body=f"case {number}") for number in range(30)))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: pump(database, sender, clock), range(4)))
    assert sorted(t.body for t in recorder.texts) == sorted(f"case {number}" for number in range(30))


def test_one_pump_comes_up_for_air_after_a_batch(database: Database, sender: Sender, clock: FrozenClock) -> None:
    put_in(database, *(page(f"page:{number}", validity=None) for number in range(BATCH + 3)))
    assert [pump(database, sender, clock) for _ in range(3)] == [BATCH, 3, 0]


def test_wishes_leave_like_texts(database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock) -> None:
    put_in(database, Wish("cancel_call", "CA1"), Wish("delete_queue", "QU1"), Wish("cancel_call", "CA1"))
    pump(database, sender, clock)
    assert (recorder.cancelled, recorder.deleted, recorder.texts) == (["CA1"], ["QU1"], [])


# Refusals


def test_a_passing_refusal_is_tried_again_with_doubling_pauses(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    put_in(database, page())
    recorder.failures = [TOO_MANY] * 4
    tried = []
    for second in range(40):
        if pump(database, sender, clock):
            tried.append(second)
        clock.advance(1)
    assert tried == [0, 1, 3, 7, 15]
    assert (row(database).status, len(recorder.texts)) == ("sent", 1)


def test_a_refusal_for_good_is_not_tried_again(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    put_in(database, page())
    recorder.failures = [BAD_NUMBER]
    pumped(database, sender, clock, 10)
    assert (row(database).status, row(database).error_code, row(database).attempt) == ("failed", 21211, 1)
    assert recorder.texts == []


def test_a_page_is_tried_as_long_as_it_is_worth_something_and_then_wakes_nobody(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    put_in(database, page(validity=300))
    recorder.failures = [TOO_MANY] * 100
    pumped(database, sender, clock, 299)
    assert row(database).status == "queued"
    recorder.failures = []
    clock.advance(60)
    pumped(database, sender, clock, 2)
    assert (row(database).status, recorder.texts) == ("failed", [])


def test_a_page_that_waited_with_us_may_wait_so_much_less_at_the_carrier(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    put_in(database, page(validity=300))
    clock.advance(100.5)
    pump(database, sender, clock)
    assert recorder.texts[0].validity_seconds == 199


def test_a_callers_case_number_is_tried_for_an_hour(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    put_in(database, page("opened:1:critical", validity=None))
    recorder.failures = [TOO_MANY] * 20
    clock.advance(0)
    for _ in range(50):
        pump(database, sender, clock)
        clock.advance(60)
    assert row(database).status == "sent"
    assert recorder.texts[0].validity_seconds is None


# Outcomes that are not known


def test_a_text_whose_answer_never_came_is_found_at_the_carrier_and_not_sent_again(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    put_in(database, page())
    recorder.failures = [NO_ANSWER]
    pump(database, sender, clock)
    assert row(database).status == "unknown"
    recorder.texts.append(
        Text(SAM, PhoneNumber(SERVICE), "CRITICAL 104283", "", None)
    )  # it was carried out all the same
    pumped(database, sender, clock, 30)
    assert (row(database).status, row(database).message_sid, len(recorder.texts)) == ("sent", f"SM{1:032x}", 1)


def test_a_text_that_never_reached_the_carrier_is_sent_once_more(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    put_in(database, page())
    recorder.failures = [NO_ANSWER]
    pumped(database, sender, clock, 30)
    assert (row(database).status, row(database).attempt, len(recorder.texts)) == ("sent", 2, 1)


def test_a_carrier_that_cannot_be_asked_either_is_asked_later(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    put_in(database, page())
    recorder.failures = [NO_ANSWER, NO_ANSWER, TOO_MANY, NO_ANSWER]
    pumped(database, sender, clock, 40)
    assert (row(database).status, len(recorder.texts)) == ("sent", 1)


def test_news_from_the_carrier_settles_what_the_list_was_to_be_asked_for(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    put_in(database, page())
    recorder.failures = [NO_ANSWER]
    pump(database, sender, clock)
    with database.begin() as session:
        told(session, row(database).token, "SM7", "sent", None)
    pumped(database, sender, clock, 30)
    assert (row(database).status, row(database).message_sid, recorder.texts) == ("sent", "SM7", [])


def test_a_process_that_was_killed_over_a_text_leaves_it_to_the_next(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    class Killed(BaseException):
        """What kill -9 looks like from inside: nothing after it runs."""

    put_in(database, page())
    recorder.failures = [Killed()]  # type: ignore[list-item]  # nothing of the house may catch it
    with pytest.raises(Killed):
        pump(database, sender, clock)
    assert row(database).status == "sending"
    pumped(database, sender, clock, 30)
    assert (row(database).status, len(recorder.texts)) == ("sent", 1)


def test_texts_behind_a_slow_carrier_are_not_taken_for_lost(database: Database, clock: FrozenClock) -> None:
    class Slow(Recorder):
        """Takes 6 s over each text, while another process settles what looks lost and pumps."""

        def text(self, text: Text) -> str:
            clock.advance(6)
            settle_unknown(database, other, clock.now())
            if self is slow:
                pump(database, other, clock)
            return Recorder.text(self, text)

    slow, quick = Slow(), Recorder()
    other = Sender(quick, PhoneNumber(SERVICE), STATUS)
    put_in(database, *(page(f"page:{number}", body=f"case {number}") for number in range(8)))
    pump(database, Sender(slow, PhoneNumber(SERVICE), STATUS), clock)
    assert sorted(t.body for t in (*slow.texts, *quick.texts)) == [f"case {number}" for number in range(8)]


# News of texts


def test_news_in_any_order_ends_with_what_is_furthest(database: Database) -> None:
    orders = list(itertools.permutations(["queued", "sent", "delivered", "nonsense"]))
    put_in(database, *(page(f"page:{number}") for number in range(len(orders))))
    for order, token in zip(orders, [r.token for r in rows(database)], strict=True):
        for status in (*order, *order):
            with database.begin() as session:
                told(session, token, "SM1", status, None)
    assert {(r.status, r.message_sid) for r in rows(database)} == {("delivered", "SM1")}


@pytest.mark.parametrize("final", ["delivered", "undelivered", "failed"])
def test_a_final_state_stays_whatever_comes_later(database: Database, final: str) -> None:
    put_in(database, page())
    token = row(database).token
    for number, status in enumerate((final, "sent", "delivered", "undelivered", "failed", "queued")):
        with database.begin() as session:
            new = told(session, token, "", status, 30003 if number == 0 else 1)
        assert (new is not None) == (number == 0)
    assert (row(database).status, row(database).error_code) == (final, 30003)


def test_two_pieces_of_news_at_the_same_instant_lose_neither(database: Database) -> None:
    put_in(database, page())
    token, start = row(database).token, threading.Barrier(6)

    def tell(status: str) -> bool:
        start.wait()
        with database.begin() as session:
            return told(session, token, "SM1", status, None) is not None

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(tell, ["sent", "delivered"] * 3)) == 1
    assert row(database).status == "delivered"


def test_news_of_a_text_that_is_not_ours_is_nothing(database: Database) -> None:
    with database.begin() as session:
        assert told(session, "unknown", "SM1", "delivered", None) is None


def test_a_message_waits_for_its_time(
    database: Database, sender: Sender, recorder: Recorder, clock: FrozenClock
) -> None:
    put_in(database, Message("later", SAM, "hello"), at=MONDAY + timedelta(seconds=5))
    assert pump(database, sender, clock) == 0
    clock.advance(5)
    assert pump(database, sender, clock) == 1
    assert len(recorder.texts) == 1
