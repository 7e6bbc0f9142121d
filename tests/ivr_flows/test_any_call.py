"""Whatever is pressed, said, answered or delivered late, every step ends in a legal turn and every call in an end."""

import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_flows.catalogue import FLOWS
from ivr_flows.engine import begin, present, resume
from ivr_flows.events import Answered, BridgeEnded, Event, HungUp, Pressed, QueueLeft, Recorded, Silence
from ivr_flows.flows.front_desk import FRONT_DESK
from ivr_flows.nodes import Flow
from ivr_flows.pace import SAMPLES
from ivr_flows.place import Place
from ivr_flows.questions import ASKED, Question
from ivr_flows.turns import Asking, End, EnterQueue, RejectCall, Turn
from telephony.twiml import Urls, render

URLS = Urls(action="https://line.example/turn/1#rc=2", wait="https://line.example/wait")
FLOW = st.sampled_from(list(FLOWS.values()))
KEYS = st.one_of(st.sampled_from([*"0123456789*#", "", "204517", "2025550199"]), st.text(max_size=8))
EVENTS: st.SearchStrategy[Event] = st.one_of(
    KEYS.map(Pressed),
    KEYS.map(Pressed),
    st.just(Silence()),
    st.builds(Recorded, st.sampled_from(["", "https://recordings.example/1"]), st.just("RE1"), st.integers(0, 120)),
    st.sampled_from(["bridged", "leave", "error", "?"]).map(QueueLeft),
    st.builds(BridgeEnded, bridged=st.booleans(), seconds=st.integers(0, 99), status=st.just("completed")),
)
OUTCOMES = st.integers(0, 9)


def an_answer(question: Question, choice: int) -> Answered:
    """One of the question's outcomes, with all that it must bring."""
    asked = ASKED[question]
    outcome = list(asked.outcomes)[choice % len(asked.outcomes)]
    return Answered(outcome, {fact: SAMPLES[fact] for fact in asked.facts(outcome)})


def facts_of(flow: Flow) -> dict[str, str]:
    """What the edge gives at the start."""
    return {fact: SAMPLES[fact] for fact in flow.knows}


@settings(max_examples=150, deadline=None)
@given(flow=FLOW, steps=st.lists(st.tuples(EVENTS, OUTCOMES), max_size=25))
def test_any_sequence_of_events_gives_legal_turns(flow: Flow, steps: list[tuple[Event, int]]) -> None:
    result = begin(flow, facts_of(flow))
    for event, choice in steps:
        turn_before = result.place.turn
        result = resume(flow, Place.from_json(result.place.to_json()), event)
        if isinstance(result, Asking):
            result = resume(flow, result.place, an_answer(result.question, choice))
        assert turn_before <= result.place.turn <= turn_before + 2
        assert present(flow, result.place) == result
        if isinstance(result, Turn):
            ET.fromstring(render(result, URLS))  # noqa: S314 - our own document


@settings(max_examples=60, deadline=None)
@given(flow=FLOW, node=st.text(max_size=12), event=EVENTS, answers=st.dictionaries(st.text(max_size=6), st.text()))
def test_any_stored_place_goes_on(flow: Flow, node: str, event: Event, answers: dict[str, str]) -> None:
    place = Place(flow.name, node, answers=answers, history=("gone",), lead_in=("no.such.prompt",))
    assert isinstance(resume(flow, place, event), Turn | Asking)


@settings(max_examples=60, deadline=None)
@given(flow=FLOW, choices=st.lists(OUTCOMES, min_size=1, max_size=12))
def test_a_call_without_a_key_always_comes_to_its_end(flow: Flow, choices: list[int]) -> None:
    result = begin(flow, facts_of(flow))
    for step in range(120):
        if isinstance(result, Turn) and resume(flow, result.place, Silence()) == result:
            return
        event = an_answer(result.question, choices[step % len(choices)]) if isinstance(result, Asking) else Silence()
        result = resume(flow, result.place, event)
    raise AssertionError(f"still going on at {result.place.node}")


@settings(max_examples=80, deadline=None)
@given(keys=st.lists(KEYS, max_size=12), choices=st.lists(OUTCOMES, min_size=1, max_size=9))
def test_a_caller_is_never_hung_up_on_without_a_case(keys: list[str], choices: list[int]) -> None:
    result = begin(FRONT_DESK, {"caller_id": "known"})
    for step in range(60):
        if isinstance(result, Turn) and isinstance(result.then, End | EnterQueue | RejectCall):
            break
        pressed = Pressed(keys[step]) if step < len(keys) else Silence()
        event = an_answer(result.question, choices[step % len(choices)]) if isinstance(result, Asking) else pressed
        result = resume(FRONT_DESK, result.place, event)
    assert result.place.facts.get("case_number") or result.place.node == "blocked"


@given(flow=FLOW)
@settings(max_examples=3, deadline=None)
def test_a_hang_up_is_quiet_everywhere(flow: Flow) -> None:
    for node in flow.nodes:
        assert resume(flow, Place(flow.name, node), HungUp()).place.node == node
