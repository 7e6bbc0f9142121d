"""Nobody accepts in time, or the caller would rather not wait: voicemail, call-back, and a chase until somebody has it."""

from simulator.story import Phone
from tests.stories.stage import SERVICE, Stage
from tests.stories.steps import QUICK, is_paged, picks_up, reports_an_outage, takes_it


def are_chased(*people: Phone, within: float = 10) -> None:
    """Ring, all of them, with the text that says how long the case has been open."""
    for person in people:
        person.rings(within)
        person.gets_text("NOBODY HAS ACCEPTED case")


def ring_out(*people: Phone) -> None:
    """Ring for their time, with nobody there."""
    for person in people:
        person.stops_ringing()


def leaves_a_message(caller: Phone, words: str) -> None:
    """Hear the tone, speak, and hear that the chase goes on."""
    caller.hears("After the tone")
    caller.line.waits(8)
    caller.says(words, seconds=4)
    caller.hears("We keep calling our technicians")
    caller.hears("Goodbye")
    caller.is_hung_up()


def test_nobody_accepts_and_the_caller_leaves_a_message_at_the_ceiling(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    for _ in range(2):
        for phone in (stage.sam, stage.kim, stage.maria):
            phone.rings()
            ring_out(phone)
    for phone in (stage.sam, stage.kim, stage.maria):
        phone.gets_text("CRITICAL")
    are_chased(stage.maria)
    ring_out(stage.maria)
    stage.dana.hears("Nobody has answered yet. We keep trying.", within=40)
    began = stage.hunt().started_at
    stage.dana.hears("Nobody has answered yet. We keep calling.", within=80)
    assert 180 <= (stage.clock.now() - began).total_seconds() <= 185
    leaves_a_message(stage.dana, "The whole hospital is dark")
    stage.line.nothing_else()
    assert (stage.case().status, stage.call().end, stage.hunt().status) == ("new", "voicemail", "voicemail")


def test_the_chase_goes_on_every_few_minutes_until_somebody_accepts_and_calls_back(stage: Stage) -> None:
    stage.apply(QUICK)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    is_paged(stage.kim)
    stage.dana.hangs_up()
    are_chased(stage.maria, within=20)
    are_chased(stage.theo, stage.maria, stage.sam, stage.kim, within=62)
    ring_out(stage.theo, stage.maria, stage.sam, stage.kim)
    are_chased(stage.maria, stage.theo, stage.sam, stage.kim, within=62)
    takes_it(stage.theo)
    stage.dana.gets_text("Theo Barrett has taken your case and will call you back")
    for other in (stage.maria, stage.sam, stage.kim):
        other.gets_text("Theo Barrett has it")
    stage.theo.hangs_up()
    stage.line.nothing_else()
    assert stage.case().technician == "theo"


def test_whoever_accepts_after_the_caller_has_gone_calls_back_and_both_see_the_service_number(stage: Stage) -> None:
    stage.apply(QUICK)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    stage.dana.hangs_up()
    stage.sam.answers()
    assert stage.sam.call.from_number == SERVICE
    stage.sam.hears("The caller has hung up and needs a call back")
    stage.sam.hears("Critical call for")
    stage.sam.presses("1")
    stage.dana.gets_text("Sam Ortiz has taken your case")
    stage.sam.presses("1")
    stage.dana.rings()
    assert stage.dana.call.from_number == SERVICE
    stage.dana.answers()
    stage.dana.hears("calls you back")
    stage.dana.is_talking_to(stage.sam)
    stage.line.waits(25)
    stage.dana.hangs_up()
    stage.sam.hears("Press 1 if it is resolved")
    stage.sam.presses("1")
    stage.sam.is_hung_up()
    stage.line.nothing_else()
    assert (stage.case().status, stage.case().responded_at is not None) == ("resolved", True)


def is_rung_again(technician: Phone) -> None:
    """Ring in a later round, without another text."""
    technician.rings()


def waits_in_the_queue(caller: Phone) -> None:
    """Say nothing more and hear, in the queue, what can be chosen."""
    caller.hears("To leave a message, press 1", within=90)


def test_a_caller_who_asks_for_voicemail_is_let_go_and_the_hunt_goes_on(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    is_paged(stage.kim)
    is_paged(stage.maria)
    waits_in_the_queue(stage.dana)
    stage.dana.presses("1")
    leaves_a_message(stage.dana, "It is the whole network")
    is_rung_again(stage.sam)
    is_rung_again(stage.kim)
    is_rung_again(stage.maria)
    takes_it(stage.kim)
    stage.dana.gets_text("Kim Nakamura has taken your case and will call you back")
    for other in (stage.sam, stage.maria):
        other.gets_text("Kim Nakamura has it")
    stage.kim.hears("The caller has hung up. Press 1 to call them back now")
    stage.kim.hangs_up()
    stage.line.nothing_else()
    assert stage.call().end == "voicemail"


def test_a_caller_who_asks_to_be_called_back_is_let_go_and_called_back(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    for phone in (stage.sam, stage.kim, stage.maria):
        is_paged(phone)
    waits_in_the_queue(stage.dana)
    stage.dana.presses("2")
    stage.dana.hears("back on 2 0 2, 5 5 5, 0 1 1 1")
    stage.dana.is_hung_up()
    is_rung_again(stage.sam)
    calls_back(stage.sam, stage.dana)
    for other in (stage.kim, stage.maria):
        other.gets_text("Sam Ortiz has it")
    stage.sam.hangs_up()
    stage.line.nothing_else()
    assert (stage.call().end, stage.case().status) == ("call-back", "acknowledged")


def calls_back(technician: Phone, caller: Phone) -> None:
    """Accept a case whose caller has gone, call back, and be answered."""
    technician.answers()
    technician.hears("needs a call back")
    technician.presses("1")
    technician.presses("1")
    caller.gets_text("has taken your case and will call you back")
    technician.presses("1")
    caller.rings()
    caller.answers()
    caller.is_talking_to(technician)


def test_a_caller_with_a_withheld_number_is_called_back_on_the_number_they_key_in(stage: Stage) -> None:
    stage.dana.dials(SERVICE, caller_id="anonymous")
    stage.dana.presses("1")
    stage.dana.hears("Key in your account number")
    stage.dana.presses("204517")
    stage.dana.hears("If right, press 1")
    stage.dana.presses("1")
    for phone in (stage.sam, stage.kim, stage.maria):
        is_paged(phone)
    waits_in_the_queue(stage.dana)
    stage.dana.presses("2")
    stage.dana.hears("Please key in the number where we can reach you")
    stage.dana.presses("2025550113#")
    stage.dana.hears("back on 2 0 2, 5 5 5, 0 1 1 3")
    is_rung_again(stage.sam)
    calls_back(stage.sam, stage.marisol)
    for other in (stage.kim, stage.maria):
        other.gets_text("Sam Ortiz has it")
    stage.dana.is_hung_up()
    stage.line.nothing_else()
    assert stage.call().end == "call-back"


def test_a_ceiling_of_30_seconds_and_rings_of_12_are_kept_and_a_call_back_is_offered(stage: Stage) -> None:
    stage.apply(QUICK)
    reports_an_outage(stage.dana)
    is_paged(stage.sam)
    is_paged(stage.kim)
    are_chased(stage.maria, within=15)
    assert [leg.ring_seconds for leg in stage.legs()[:2]] == [12, 12]
    stage.dana.hears("To be called back, press 2")
    stage.dana.presses("2")
    stage.dana.hears("back on 2 0 2, 5 5 5, 0 1 1 1")
    stage.dana.is_hung_up()
    stage.line.nothing_else()
    assert stage.call().end == "call-back"


def test_a_technician_takes_it_in_the_moment_in_which_the_caller_gives_up_waiting(stage: Stage) -> None:
    reports_an_outage(stage.dana)
    for phone in (stage.sam, stage.kim, stage.maria):
        is_paged(phone)
    picks_up(stage.kim)
    waits_in_the_queue(stage.dana)
    stage.kim.handset.press("1")
    stage.dana.presses("1")
    stage.dana.is_talking_to(stage.kim, within=20)
    for other in (stage.sam, stage.maria):
        other.gets_text("Kim Nakamura has it")
    stage.line.nothing_else()
