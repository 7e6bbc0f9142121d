import pytest

from ivr_flows.catalogue import FLOWS
from ivr_flows.diagram import mermaid
from tests.switchboard.conftest import Run, printed


def test_the_shipped_flows_have_no_faults(run_nowhere: Run) -> None:
    assert printed(run_nowhere("flows", "check", "--json")) == {"faults": []}
    assert run_nowhere("flows", "check").stdout == f"no faults in {', '.join(FLOWS)}\n"


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_is_drawn_as_mermaid(name: str, run_nowhere: Run) -> None:
    assert run_nowhere("flows", "draw", name).stdout == mermaid(FLOWS[name])


def test_without_a_name_every_flow_is_drawn(run_nowhere: Run) -> None:
    assert run_nowhere("flows", "draw").stdout.count("flowchart TD") == len(FLOWS)


def test_a_flow_can_be_walked_with_keys_and_answers_of_the_house(run_nowhere: Run) -> None:
    said = run_nowhere("flows", "walk", "front_desk", "one_account", "1", "hunting").stdout.splitlines()
    assert "presses 1" in said
    assert said[-1] == "waits for keys, or silence"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("draw", "x"), "There is no flow 'x'. Known flows: front_desk"),
        (("walk", "front_desk", "1"), "Step '1' is not possible here: Waits for the house: who_is_calling?"),
        (("walk", "front_desk", "one_account", "speaks"), "Step 'speaks' is not possible here: nothing is recorded at"),
    ],
)
def test_what_is_not_possible_is_refused(words: tuple[str, ...], says: str, run_nowhere: Run) -> None:
    refused = run_nowhere("flows", *words)
    assert refused.exit_code == 1
    assert says in refused.stderr
