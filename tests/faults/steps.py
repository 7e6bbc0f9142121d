"""Steps that the tests of real processes share: callers with an outage, technicians at a known moment, and eager ones."""

from simulator.story import Phone
from tests.faults.house import TECHNICIANS, House
from tests.faults.network import SERVICE


def presses_the_deciding_key(caller: Phone) -> None:
    """Call, press 1: the answer says that case and hunt are on record."""
    caller.dials(SERVICE)
    caller.hears("completely down", within=5)
    caller.presses("1")
    caller.hears("help is being called", within=5)


def picks_up(technician: Phone) -> None:
    technician.rings(within=10)
    technician.answers()
    technician.hears("Critical call for", within=5)


def takes_it(technician: Phone) -> None:
    """Press 1, and hear that it counts."""
    technician.presses("1")
    technician.hears("Connecting you", within=5)


def everybody_takes_what_rings(house: House) -> None:
    """From now on whoever rings picks up, and presses 1 when asked to."""
    phones = [house.network.line.phone(number, name) for name, number in TECHNICIANS.items()]
    house.network.bystanders = [Eager(phone).act for phone in phones]


class Eager:
    """A technician who answers every ring and takes every call."""

    def __init__(self, phone: Phone) -> None:
        self._handset = phone.handset
        self._pressed_at: int | None = None

    def act(self) -> None:
        """Do what is to be done now, if anything."""
        if self._handset.is_ringing:
            self._handset.answer()
        asked = self._last_question()
        if asked is not None and asked != self._pressed_at and self._handset.call is not None:
            self._pressed_at = asked
            self._handset.press("1")

    def _last_question(self) -> int | None:
        lines = self._handset.lines
        return next((n for n in reversed(range(len(lines))) if lines[n].kind == "hears" and asks(lines[n].text)), None)


def asks(text: str) -> bool:
    return "Press 1 to take it" in text or "press 1 to call them back" in text.lower()


def all_talk(house: House, callers: tuple[Phone, ...]) -> None:
    """Wait until each of these callers talks to somebody."""
    names = ", ".join(caller.name for caller in callers)
    house.network.line.until(lambda: all(map(is_talking, callers)), 40, f"{names} talk to technicians")


def is_talking(caller: Phone) -> bool:
    return caller.handset.call is not None and caller.handset.call.peer is not None
