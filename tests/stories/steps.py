"""Steps that many stories share: a caller with an outage, a technician who takes it or is busy with it."""

from simulator.story import Phone
from tests.stories.stage import SERVICE, Stage

QUICK = """
[policies]
wait_ceiling_seconds = 30
chase_every_minutes = 1

[[escalation_policies]]
key = "critical"
steps = [{ ring = ["technician:sam"], ring_seconds = 12 }, { ring = ["technician:kim"], ring_seconds = 12 }]
rounds = 1
"""
"""Sam, then kim, twelve seconds each, a ceiling of thirty, and a chase each minute: short stories."""


CHASE_EACH_MINUTE = "[policies]\nchase_every_minutes = 1\n"
"""A chase that comes round in a story's time."""


def reports_an_outage(caller: Phone) -> None:
    """Call, press 1, hear that help is being called, get the case number by text."""
    caller.dials(SERVICE)
    caller.presses("1")
    caller.hears("help is being called", within=1)
    caller.gets_text("Your case number is")


def is_paged(technician: Phone, within: float = 30) -> None:
    """Ring, with the text that goes beside it."""
    technician.rings(within)
    technician.gets_text("We are ringing you now: press 1")


def picks_up(technician: Phone) -> None:
    """Answer the ring and hear the whisper."""
    technician.answers()
    technician.hears("Critical call for")


def takes_it(technician: Phone) -> None:
    """Answer, hear the whisper, and accept."""
    picks_up(technician)
    technician.presses("1")


def are_connected(stage: Stage, technician: Phone, caller: Phone) -> None:
    """Ring, take it, and talk."""
    is_paged(technician)
    takes_it(technician)
    caller.is_talking_to(technician, within=45)
    stage.line.waits(1)


def finishes(caller: Phone) -> None:
    """The technician has hung up; the caller says that this was all."""
    caller.hears("If you are finished, press 1")
    caller.presses("1")
    caller.is_hung_up()
