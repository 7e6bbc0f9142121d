import json
from pathlib import Path
from typing import Any

import pytest

from oncall.layers import parse_roster
from oncall.preview import preview
from oncall.resolver import on_duty
from tests.oncall.written import instant

VECTORS = Path(__file__).parent.parent / "vectors"
ROTATION = json.loads((VECTORS / "rotation.json").read_text(encoding="utf-8"))
WHO = json.loads((VECTORS / "who.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", ROTATION, ids=lambda vector: vector["id"])
def test_a_preview_shows_the_segments_and_gaps_of_the_table(vector: dict[str, Any]) -> None:
    found = preview(parse_roster(vector["roster"]), instant(vector["from"]), instant(vector["to"]))
    plain = [{name: segment[name] for name in ("start", "end", "on_duty")} for segment in found["segments"]]
    assert {"segments": plain, "gaps": found["gaps"]} == vector["expect"]


@pytest.mark.parametrize("vector", WHO, ids=lambda vector: vector["id"])
def test_the_people_of_the_table_are_on_duty(vector: dict[str, Any]) -> None:
    found = on_duty(parse_roster(vector["roster"]), instant(vector["at"]))
    assert [duty.technician for duty in found] == vector["on_duty"]


@pytest.mark.parametrize("vector", ROTATION, ids=lambda vector: vector["id"])
def test_every_segment_of_the_table_is_explained(vector: dict[str, Any]) -> None:
    found = preview(parse_roster(vector["roster"]), instant(vector["from"]), instant(vector["to"]))
    assert all(len(segment["why"]) >= len(segment["on_duty"]) for segment in found["segments"])
