import re
from pathlib import Path

import pytest

from ivr_flows.catalogue import FLOWS
from ivr_flows.diagram import mermaid, page
from ivr_flows.nodes import Flow, edges

PAGES = Path(__file__).parents[2] / "docs" / "flows"


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_the_page_of_a_flow_is_in_step(flow: Flow) -> None:
    assert (PAGES / f"{flow.name}.md").read_text("utf-8") == page(flow), "run `make docs`"


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_every_node_and_every_edge_is_drawn(flow: Flow) -> None:
    drawn = mermaid(flow)
    for name, node in flow.nodes.items():
        assert re.search(rf"^    n_{name}\W", drawn, re.MULTILINE)
        for edge in edges(node):
            assert re.search(rf"^    n_{name} .* ?n_{edge.to}$", drawn, re.MULTILINE)


def test_there_are_no_pages_of_flows_that_are_gone() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == set(FLOWS)
