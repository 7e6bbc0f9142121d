"""`switchboard flows`: what a call says, checked, drawn and walked through."""

import click

from foundation.errors import Refused
from ivr_flows.catalogue import FLOWS
from ivr_flows.check import faults
from ivr_flows.diagram import mermaid
from ivr_flows.events import Answered
from ivr_flows.nodes import Flow
from ivr_flows.pace import SAMPLES
from ivr_flows.questions import ASKED
from ivr_flows.turns import AwaitKeys, AwaitRecording, DialNumber, EnterQueue, JoinQueue
from ivr_flows.walk import Walk, WrongStep
from ivr_flows.wording import SHIPPED
from switchboard.commands.options import as_json, print_json

WITHOUT_KEYS = {
    "silence": lambda walk: walk.silence(),
    "speaks": lambda walk: walk.records(),
    "hangs-up": lambda walk: walk.hangs_up(),
    "bridged": lambda walk: walk.leaves_queue("bridged"),
    "left": lambda walk: walk.leaves_queue("leave"),
    "talked": lambda walk: walk.bridge_ends(),
    "alone": lambda walk: walk.bridge_ends(bridged=False),
}
"""Steps that are words: what the caller or the carrier does besides pressing keys."""


@click.group()
def flows() -> None:
    """Check, draw and walk what a call says."""


def _flow(name: str) -> Flow:
    if name not in FLOWS:
        raise Refused("flow_unknown", flow=name, known=", ".join(FLOWS))
    return FLOWS[name]


@flows.command()
@as_json
def check(*, is_json: bool) -> None:
    """Print what is wrong with the flows; exit code 1 if anything is.

    \b
    Example:
      switchboard flows check
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    found = [fault for flow in FLOWS.values() for fault in faults(flow)]
    if is_json:
        print_json({"faults": [{"flow": f.flow, "node": f.node, "says": f.text} for f in found]})
    else:
        click.echo("\n".join(str(fault) for fault in found) or f"no faults in {', '.join(FLOWS)}")
    if found:
        raise Refused("flow_faults", count="1 fault" if len(found) == 1 else f"{len(found)} faults")


@flows.command()
@click.argument("flow", required=False)
def draw(flow: str | None) -> None:
    """Print a flow as Mermaid; all of them if none is named.

    \b
    Example:
      switchboard flows draw front_desk > front_desk.mmd
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    chosen = FLOWS.values() if flow is None else [_flow(flow)]
    click.echo("\n".join(mermaid(one) for one in chosen), nl=False)


@flows.command()
@click.argument("flow")
@click.argument("steps", nargs=-1)
def walk(flow: str, steps: tuple[str, ...]) -> None:
    """Walk through a flow as a caller does, without a phone.

    STEPS are keys such as 1 or 204517#, answers of the house such as one_account (what is open is printed), or one of
    silence, speaks, hangs-up, bridged, left, talked, alone. Names and numbers are samples.

    \b
    Example:
      switchboard flows walk front_desk one_account 1 hunting
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    call = Walk(_flow(flow), SHIPPED, **SAMPLES)
    for step in steps:
        _take(call, step)
    click.echo("\n".join((*call.transcript, _waits_for(call))))


def _take(call: Walk, step: str) -> None:
    try:
        if call.question is not None:
            _answer(call, step)
        elif step in WITHOUT_KEYS:
            WITHOUT_KEYS[step](call)
        else:
            call.press(step)
    except WrongStep as fault:
        raise Refused("step_impossible", step=step, why=f"{fault}. {_waits_for(call).capitalize()}.") from fault


def _answer(call: Walk, step: str) -> None:
    assert call.question is not None
    outcomes = {outcome.value: outcome for outcome in ASKED[call.question].outcomes}
    if step not in outcomes:
        raise Refused("step_impossible", step=step, why=f"{_waits_for(call).capitalize()}.")
    call.answer_with(Answered(outcomes[step], SAMPLES))


def _waits_for(call: Walk) -> str:
    """Say what may come next."""
    if call.question is not None:
        return (
            f"waits for the house: {call.question.value}? {', '.join(o.value for o in ASKED[call.question].outcomes)}"
        )
    if call.is_over:
        return "is over"
    match call.then:
        case AwaitKeys():
            return "waits for keys, or silence"
        case AwaitRecording():
            return "waits for speech: speaks, or silence"
        case EnterQueue():
            return "waits in the queue: bridged or left"
        case JoinQueue() | DialNumber():
            return "is being connected: talked or alone"
        case _:
            return "waits for silence"
