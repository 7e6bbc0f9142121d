import json
from pathlib import Path
from typing import Any

import pytest

from tests.switchboard.conftest import Run, printed

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "vectors" / "sla.json").read_text())


@pytest.mark.parametrize("vector", VECTORS[::7], ids=lambda vector: vector["id"])
def test_the_answer_for_a_file_is_the_vector_s(vector: dict[str, Any], run_nowhere: Run, tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(vector["input"]), encoding="utf-8")
    answer = printed(run_nowhere("sla", "due", file))
    assert {key: answer[key] for key in ("due", "state")} == vector["expect"]
    assert answer["explain"]


def test_a_dash_reads_standard_input(run_nowhere: Run) -> None:
    facts = json.dumps(VECTORS[0]["input"])
    assert printed(run_nowhere("sla", "due", "-", stdin=facts))["due"] == VECTORS[0]["expect"]["due"]
    said = run_nowhere("sla", "due", "-", "--text", stdin=facts).stdout.splitlines()
    assert said[0] == f"due: {VECTORS[0]['expect']['due']}"


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ("{", "standard input cannot be read: line 1, column 2"),
        ("[]", "standard input cannot be read: it is not a JSON object"),
        ('{"clock": "response"}', "calendar is missing; write"),
        (json.dumps(VECTORS[0]["input"] | {"target": "2d"}), "'2d' is not a target; write minutes"),
        (json.dumps(VECTORS[0]["input"] | {"colour": 1}), "colour"),
    ],
)
def test_facts_that_cannot_be_used_are_refused(facts: str, says: str, run_nowhere: Run) -> None:
    refused = run_nowhere("sla", "due", "-", stdin=facts)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert says in refused.stderr


def test_a_calendar_that_never_opens_is_refused(run_nowhere: Run) -> None:
    closed = [{"date": f"{year}-{month:02d}-{day:02d}"} for year in (2026,) for month in (1,) for day in (1,)]
    calendar = {"zone": "UTC", "mode": "windows", "windows": [], "holidays": closed}
    refused = run_nowhere("sla", "due", "-", stdin=json.dumps(VECTORS[0]["input"] | {"calendar": calendar}))
    assert refused.exit_code == 1
