from flask import Response

from simulator.calls import Source
from simulator.carrier import CallOrder
from simulator.faults import Faults
from tests.simulator.rig import BASE, SAM, SERVICE, Rig, make_rig

ENQUEUE = '<Enqueue action="/left" waitUrl="/wait">q1</Enqueue><Say>No action.</Say>'
JOIN = '<Dial action="/joined" timeout="10"><Queue url="/about">q1</Queue></Dial>'
HOLD = "<Say>Please hold.</Say><Pause length='4'/>"


def waiting(**documents: str) -> Rig:
    given = {"voice": ENQUEUE, "wait": HOLD, "left": "<Say>Out of the queue.</Say>", "about": "", "join": JOIN}
    rig = make_rig(**{**given, "joined": "<Say>Well done.</Say>", **documents})
    rig.dana.dials(SERVICE)
    return rig


def sam_joins(rig: Rig) -> None:
    rig.carrier.order_call(CallOrder(SERVICE, SAM, Source(f"{BASE}/join")))
    rig.sam.rings()
    rig.sam.answers()


def in_queue(rig: Rig) -> int:
    return sum(len(queue.members) for queue in rig.carrier.exchange.queues.values())


def test_the_waiting_document_is_asked_for_again_whenever_it_ends() -> None:
    rig = waiting()
    rig.line.waits(12)
    waits = rig.service.to("wait")
    assert [wait["QueueTime"] for wait in waits] == ["0", "4", "9"]
    assert {wait["QueuePosition"] for wait in waits} == {"1"}
    assert {wait["CurrentQueueSize"] for wait in waits} == {"1"}


def test_a_waiting_document_that_takes_no_time_is_asked_for_once_a_second() -> None:
    rig = waiting(wait="")
    rig.line.waits(5)
    assert len(rig.service.to("wait")) == 6


def test_dialling_the_queue_joins_the_first_caller() -> None:
    rig = waiting()
    sam_joins(rig)
    rig.dana.is_talking_to(rig.sam)
    rig.line.nothing_else()


def test_the_caller_hears_the_connecting_document_first_and_the_technician_waits() -> None:
    rig = waiting(about="<Say>You are being connected to a technician.</Say>")
    sam_joins(rig)
    rig.dana.hears("you are being connected", within=0)
    rig.dana.is_alone()
    rig.dana.is_talking_to(rig.sam, within=4)
    assert rig.service.last("about")["DequeingCallSid"] == rig.sam.call.sid


def test_when_the_technician_hangs_up_the_caller_goes_on_with_the_enqueue_action() -> None:
    rig = waiting()
    sam_joins(rig)
    rig.dana.is_talking_to(rig.sam)
    rig.line.waits(20)
    rig.sam.hangs_up()
    rig.dana.hears("out of the queue")
    left = rig.service.last("left")
    assert (left["QueueResult"], left["QueueTime"]) == ("bridged", "1")
    assert rig.service.last("joined")["CallStatus"] == "completed"


def test_when_the_caller_hangs_up_the_technician_goes_on_with_the_dial_action() -> None:
    rig = waiting()
    sam_joins(rig)
    rig.dana.is_talking_to(rig.sam)
    rig.line.waits(20)
    rig.dana.hangs_up()
    rig.sam.hears("well done")
    joined = rig.service.last("joined")
    assert (joined["DialCallStatus"], joined["DialBridged"], joined["DialCallDuration"]) == ("completed", "true", "20")
    assert rig.service.last("left")["CallStatus"] == "completed"


def test_dialling_a_queue_that_does_not_exist_reports_an_error() -> None:
    rig = make_rig(join=JOIN, joined="<Say>Well done.</Say>")
    sam_joins(rig)
    rig.sam.hears("well done", within=1)
    assert (rig.service.last("joined")["DialCallStatus"], rig.service.last("joined")["DialBridged"]) == (
        "failed",
        "false",
    )


def test_an_empty_queue_is_waited_for_until_the_timeout() -> None:
    rig = waiting()
    rig.dana.hangs_up()
    sam_joins(rig)
    rig.line.waits(9)
    assert rig.service.to("joined") == []
    rig.line.waits(2)
    assert rig.service.last("joined")["DialCallStatus"] == "no-answer"


def test_a_technician_who_is_there_first_gets_the_caller_who_comes() -> None:
    rig = make_rig(voice=ENQUEUE, wait=HOLD, join=JOIN)
    rig.carrier.exchange.create_queue("q1")
    sam_joins(rig)
    rig.line.waits(5)
    rig.dana.dials(SERVICE)
    rig.dana.is_talking_to(rig.sam, within=1)


def test_a_queue_deleted_under_a_waiting_technician_is_an_error() -> None:
    rig = make_rig(join=JOIN)
    queue = rig.carrier.exchange.create_queue("q1")
    sam_joins(rig)
    rig.carrier.exchange.delete_queue(queue)
    rig.line.waits(1)
    assert rig.service.last("joined")["DialCallStatus"] == "failed"


def test_hanging_up_while_waiting_tells_the_action_and_empties_the_queue() -> None:
    rig = waiting()
    rig.line.waits(7)
    rig.dana.hangs_up()
    rig.line.waits(1)
    left = rig.service.last("left")
    assert (left["QueueResult"], left["QueueTime"], left["CallStatus"]) == ("hangup", "7", "completed")
    assert in_queue(rig) == 0


def test_leave_takes_the_caller_out_at_once() -> None:
    rig = waiting(wait='<Gather numDigits="1" action="/key"><Say>Press 1 to leave.</Say></Gather>', key="<Leave/>")
    rig.dana.hears("press 1 to leave")
    rig.dana.presses("1")
    rig.dana.hears("out of the queue", within=0)
    assert rig.service.last("left")["QueueResult"] == "leave"


def test_a_redirect_in_the_waiting_document_stays_in_the_queue() -> None:
    rig = waiting(wait="<Redirect>/more</Redirect>", more=HOLD)
    rig.line.waits(1)
    assert rig.service.last("more")["CallSid"] == rig.dana.call.sid
    assert in_queue(rig) == 1


def test_a_hang_up_in_the_waiting_document_ends_the_call() -> None:
    rig = waiting(wait="<Hangup/>")
    rig.dana.is_hung_up(within=1)


def test_a_waiting_document_that_fails_takes_the_caller_out_with_an_error() -> None:
    rig = waiting()
    rig.answer("wait", Response("no", status=500))
    rig.dana.hears("out of the queue")
    assert rig.service.last("left")["QueueResult"] == "error"


def test_a_waiting_document_that_cannot_be_fetched_may_leave_the_caller_with_music() -> None:
    rig = waiting()
    rig.carrier.injected = Faults(hold_survives_failures=True)
    rig.answer("wait", Response("no", status=500))
    rig.line.waits(12)
    assert in_queue(rig) == 1
    rig.answer("wait", HOLD)
    rig.dana.hears("please hold")


def test_a_verb_that_may_not_stand_in_a_waiting_document_is_a_fault() -> None:
    rig = waiting(wait=f"<Dial>{SAM}</Dial>" + HOLD)
    rig.line.waits(1)
    assert "not allowed here" in rig.carrier.faults[0].text


def test_a_full_queue_turns_callers_away() -> None:
    rig = waiting(voice=ENQUEUE.replace("<Enqueue ", '<Enqueue maxQueueSize="1" '))
    rig.kim.dials(SERVICE)
    rig.kim.hears("out of the queue")
    assert rig.service.last("left")["QueueResult"] == "queue-full"


def test_sending_a_waiting_call_elsewhere_tells_the_action_and_performs_the_new_document() -> None:
    rig = waiting(elsewhere="<Say>Over here.</Say>")
    rig.line.waits(3)
    rig.carrier.send_elsewhere(rig.dana.call, Source(f"{BASE}/elsewhere"))
    rig.dana.hears("over here")
    assert rig.service.last("left")["QueueResult"] == "redirected"
    assert in_queue(rig) == 0


def test_a_caller_gone_during_the_connecting_document_lets_the_technician_go_on() -> None:
    rig = waiting(about="<Say>You are being connected to a technician.</Say>")
    sam_joins(rig)
    rig.dana.hears("being connected")
    rig.dana.hangs_up()
    rig.sam.hears("well done")
    assert rig.service.last("joined")["DialBridged"] == "false"


def test_a_technician_gone_during_the_connecting_document_gives_the_caller_back() -> None:
    rig = waiting(about="<Say>You are being connected to a technician.</Say>")
    sam_joins(rig)
    rig.dana.hears("being connected")
    rig.sam.hangs_up()
    rig.dana.hears("out of the queue")
    assert rig.service.last("left")["QueueResult"] == "error"


def test_two_technicians_get_two_callers_in_order() -> None:
    rig = waiting(voice="<Enqueue>q1</Enqueue>")
    other = rig.line.phone("+12025550112", "lee")
    other.dials(SERVICE)
    sam_joins(rig)
    rig.carrier.order_call(CallOrder(SERVICE, rig.kim.number, Source(f"{BASE}/join")))
    rig.kim.rings()
    rig.kim.answers()
    rig.dana.is_talking_to(rig.sam)
    other.is_talking_to(rig.kim)
