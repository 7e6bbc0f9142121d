from zoneinfo import ZoneInfo

from oncall.layers import Roster
from routing.hunt import Mode
from routing.replay import NamedStep, PastCall, Replay, replay, steps_with, waves
from tests.oncall.written import instant, layer, roster

UTC_ZONE = ZoneInfo("UTC")
STEPS = (
    NamedStep(("roster:line",), Mode.IN_ORDER),
    NamedStep(("technician:x", "roster:managers"), Mode.AT_ONCE),
)
MANAGERS = roster(layer(participants=["m"]), key="managers")
MONDAY_NIGHT, TUESDAY = instant("2026-06-02T03:00"), instant("2026-06-02T12:00")
"""The first in a's shift, the second in b's."""


def played(calls: list[PastCall], who: Roster, zones: dict[str, ZoneInfo] | None = None) -> Replay:
    return replay(calls, STEPS, {"line": who, "managers": MANAGERS}, zones or {}, UTC_ZONE)


def test_the_policy_is_walked_with_the_proposed_roster() -> None:
    two = roster(layer(), layer("second", participants=["s"]))
    assert waves(STEPS, {"line": two, "managers": MANAGERS}, TUESDAY) == (("b",), ("s",), ("x", "m"))


def test_nobody_is_rung_twice_in_a_round() -> None:
    assert waves(STEPS, {"line": roster(layer(participants=["x"])), "managers": MANAGERS}, TUESDAY) == (("x",), ("m",))


def test_each_call_says_who_was_rung_then_and_who_would_be_now() -> None:
    call = PastCall(TUESDAY, "100014", ((0, "z"), (1, "b")), "b")
    (replayed,) = played([call], roster()).calls
    assert (replayed.call.first, replayed.first, replayed.behind) == (("z",), ("b",), ("x", "m"))


def test_people_are_counted_with_their_nights() -> None:
    calls = [PastCall(MONDAY_NIGHT, None, ((0, "z"),), None), PastCall(TUESDAY, None, ((0, "z"), (1, "b")), "b")]
    people = {person.technician: person for person in played(calls, roster()).people}
    z, a, b = (people[name] for name in "zab")
    assert (z.rung_then, z.taken_then, z.first_then, z.first_now, z.nights_then) == (2, 0, 2, 0, 1)
    assert (a.first_now, a.nights_now, b.first_now, b.nights_now) == (1, 1, 1, 0)
    assert (b.rung_then, b.taken_then, b.first_then) == (1, 1, 0)
    assert people["m"].behind_now == 2


def test_a_night_is_that_of_the_person() -> None:
    call = PastCall(MONDAY_NIGHT, None, (), None)
    people = {p.technician: p for p in played([call], roster(), {"a": ZoneInfo("Australia/Sydney")}).people}
    assert people["a"].nights_now == 0


def test_a_call_that_would_ring_nobody_is_counted() -> None:
    empty = roster(layer(participants=[""]))
    found = replay([PastCall(TUESDAY, None, (), None)], STEPS[:1], {"line": empty}, {}, UTC_ZONE)
    assert len(found.unanswered) == 1


def test_a_roster_that_the_policy_does_not_ring_is_rung_alone() -> None:
    assert steps_with(STEPS, "line") == STEPS
    assert steps_with(STEPS, "desk") == (NamedStep(("roster:desk",), Mode.IN_ORDER),)
