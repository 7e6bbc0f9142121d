from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from telephony.tables import OutboxRow
from tests.stories.stage import Stage, set_stage

BEFORE_SEVEN = datetime(2026, 3, 3, 12, 58, 50, tzinfo=UTC)
"""Tuesday, 3 March 2026, a little before seven in Chicago."""

HOLE = """
[[rosters]]
key = "critical"
layers = [{ key = "primary", unit = "weeks", start = "2026-01-05T08:00", participants = ["sam", ""] }]
"""


@pytest.fixture
def early(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    """The whole house before the managers' morning, with a week ahead in which nobody is on the critical line."""
    built = set_stage(database_url, tmp_path, BEFORE_SEVEN)
    built.apply(HOLE)
    yield built
    built.close()


def test_a_hole_in_the_critical_line_reaches_the_duty_manager_at_seven_and_once(early: Stage) -> None:
    said = early.maria.gets_text(
        "Check of the next 14 days: Critical line: nobody is on duty from Mon 9 Mar", within=80
    )
    assert said.endswith("All of them: switchboard roster guards")
    early.line.waits(130)
    with early.session() as session:
        checks = session.scalars(select(OutboxRow.status).where(OutboxRow.dedupe_key.startswith("guards:"))).all()
    assert len(checks) == 1
