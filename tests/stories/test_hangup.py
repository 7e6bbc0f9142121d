import pytest
from sqlalchemy import func, select

from intake.tables import CallEventRow, RecordingRow
from ivr_flows.flows.front_desk import FRONT_DESK
from ivr_flows.nodes import Collect, Hold, Menu, Record
from tests.stories.explorer import OVER, Explorer
from tests.stories.stage import CAST, SERVICE, Stage
from tests.stories.steps import takes_it

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


def test_a_message_that_ends_with_hanging_up_is_a_message(stage: Stage) -> None:
    stage.dana.dials(SERVICE)
    stage.dana.hears("the problem after the tone", within=50)
    stage.line.waits(6)
    stage.dana.says("Dana here, the archive is slow", seconds=4)
    stage.line.waits(3)
    stage.dana.hangs_up()
    stage.dana.gets_text("Your case number is 100014.")
    stage.ana.gets_text("New medium case 100014: Northside Clinic, Premium.")
    stage.line.waits(30)
    stage.line.nothing_else()
    with stage.session() as session:
        [kept] = session.scalars(select(RecordingRow))
    assert (stage.call().end, kept.purpose, kept.case_id) == ("voicemail", "message", stage.case().id)


@pytest.mark.parametrize("keys", ["", "204517"])
def test_whoever_said_that_all_is_down_and_is_cut_off_is_called_back(stage: Stage, keys: str) -> None:
    stage.stranger.dials(SERVICE)
    stage.stranger.presses("1")
    stage.line.waits(2)
    for key in keys:
        stage.stranger.presses(key)
    stage.stranger.hangs_up()
    stage.stranger.gets_text("Your case number is 100014. We are calling our technicians now.")
    stage.sam.rings(within=3)
    stage.sam.gets_text("Northside Clinic, Premium." if keys else "unverified caller, account unknown.")
    stage.maria.gets_text("NOBODY HAS ACCEPTED", within=120)
    assert stage.call().end == "abandoned-and-chased"


def test_a_technician_hears_that_a_caller_who_was_cut_off_needs_a_call_back(stage: Stage) -> None:
    stage.stranger.dials(SERVICE)
    stage.stranger.presses("1")
    stage.stranger.hangs_up()
    stage.sam.rings(within=3)
    stage.sam.gets_text("CRITICAL 10 00 14")
    takes_it(stage.sam)
    stage.stranger.gets_text("Your case number is 100014.")
    stage.stranger.gets_text("Sam Ortiz has taken your case and will call you back.")
    stage.sam.hears("The caller has hung up.", within=5)
    stage.sam.presses("1")
    stage.stranger.rings(within=5)
    stage.stranger.answers()
    stage.stranger.is_talking_to(stage.sam)
    stage.line.nothing_else()


@pytest.mark.parametrize(
    ("who", "caller_id", "policy", "caller"),
    [
        ("dana", "anonymous", "", "a withheld number"),
        ("priya", None, 'uncovered_critical = "billable"', "+12025550114"),
        ("omar", None, "", None),
    ],
)
def test_whoever_cannot_be_called_back_or_was_not_asked_for_consent_is_a_missed_call(
    stage: Stage, who: str, caller_id: str | None, policy: str, caller: str | None
) -> None:
    stage.apply(f"[policies]\n{policy}")
    phone = stage.line.phone(CAST[who], who)
    phone.dials(SERVICE, caller_id)
    if caller is not None:
        phone.presses("1")
    phone.hangs_up()
    stage.ana.gets_text(f"Missed call from {caller or CAST[who]}")
    stage.line.waits(30)
    stage.line.nothing_else()
    assert (stage.cases(), stage.call().end) == ([], "abandoned-and-chased")
