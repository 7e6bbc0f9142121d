import pytest
from sqlalchemy import func, select

from intake.tables import CallEventRow
from ivr_flows.flows.front_desk import FRONT_DESK
from ivr_flows.nodes import Collect, Hold, Menu, Record
from tests.stories.explorer import OVER, Explorer
from tests.stories.stage import CAST, Stage

ENDS = {"connected", "ticket", "voicemail", "call-back", "abandoned-and-chased", "rejected"}

TICKET = {"severity", "ticket_menu", "describe", "message"}
RINGING = {"describe_outage", "callback_confirm", "callback_number", "hold"}
NUMBER = {
    "account_number",
    "emergency_number",
    "number_again",
    "read_back",
    "name",
    "number_menu",
    "other_organisation",
}

LANES = {
    "known": ("dana", "", {"hunting_menu", "other_organisation"} | TICKET | RINGING),
    "several accounts": ("jo", "", {"choose_account", "hunting_menu"} | TICKET | RINGING | NUMBER),
    "unknown": ("stranger", "", TICKET | RINGING | NUMBER),
    "billable": ("priya", 'uncovered_critical = "billable"',
                 {"consent", "refused_menu", "hunting_menu", "other_organisation"} | TICKET | RINGING),
    "ticket only": ("priya", 'uncovered_critical = "ticket"', TICKET),
}  # fmt: skip
"""Who calls, under which policy, and where they can get to before the wait."""

WAITING = {"after_talk", "ceiling", "voicemail", "promise_number"}
"""Where a caller gets to after the wait."""


def listening() -> set[str]:
    """Every node of the flow at which a call waits for the caller."""
    return {name for name, node in FRONT_DESK.nodes.items() if isinstance(node, Menu | Collect | Record | Hold)}


def test_the_lanes_lead_to_every_prompt_of_the_flow() -> None:
    assert set().union(*(nodes for *_, nodes in LANES.values())) | WAITING | {"greeting"} == listening()


@pytest.mark.parametrize("lane", LANES)
def test_hanging_up_at_any_prompt_leaves_a_case_or_a_missed_call_that_the_desk_hears_of(
    stage: Stage, lane: str
) -> None:
    who, policy, nodes = LANES[lane]
    stage.apply(f"[policies]\n{policy}")
    explorer = Explorer(stage, stage.line.phone(CAST[who]).handset)
    assert explorer.explore() - {OVER} == nodes | {"greeting", "goodbye"}
    assert {call.end for call in explorer.calls} <= ENDS - {"connected", "rejected"}
    without_case = [call for call in explorer.calls if call.case_id is None]
    assert {call.end for call in without_case} <= {"abandoned-and-chased"}
    assert told_as_missed(stage) == len(without_case)
    assert explorer.line.new_faults() == []


def told_as_missed(stage: Stage) -> int:
    """How many calls without a case the desk was told of."""
    with stage.session() as session:
        told = select(func.count()).where(CallEventRow.kind == "missed_call_told")
        return session.scalar(told) or 0
