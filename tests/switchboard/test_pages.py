from pathlib import Path, PurePosixPath

import pytest

from switchboard.pages import decision_table, pages, world_file
from switchboard.world_shape import SHAPES, Shape
from tests.switchboard.conftest import Run

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("place", pages(), ids=str)
def test_a_generated_page_is_what_the_code_makes_of_it(place: PurePosixPath) -> None:
    assert (DOCS / place).read_text(encoding="utf-8") == pages()[place], "write it again: make docs"


def test_the_docs_are_written_again_by_a_command(run_nowhere: Run, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    assert run_nowhere("docs").exit_code == 0
    written = {file.relative_to(tmp_path / "docs").as_posix() for file in (tmp_path / "docs").rglob("*.md")}
    assert written == {str(place) for place in pages()}


def test_elsewhere_than_in_the_repository_the_docs_are_refused(run_nowhere: Run) -> None:
    refused = run_nowhere("docs")
    assert refused.exit_code == 1
    assert "Run this at the top of the repository" in refused.stderr


def test_the_decision_table_names_every_tier_and_every_policy() -> None:
    table = decision_table()
    for words in (
        "Essential, Advanced, Premium | Critical",
        "No active SMA | Critical",
        "Unidentified caller | Medium",
    ):
        assert words in table
    for policy in ("duty_manager", "courtesy", "billable", "ticket", "hunt"):
        assert f"| `{policy}`" in table


def test_shipped_figures_are_marked_as_assumptions() -> None:
    page = pages()[next(place for place in pages() if place.name == "service-levels.md")]
    assert "Every figure on this page is an assumption" in page


def names(shape: Shape) -> set[str]:
    nested = [field.read for field in shape.fields if isinstance(field.read, Shape)]
    return {field.name for field in shape.fields}.union(*(names(inner) for inner in nested))


def test_the_page_of_the_world_file_names_every_key() -> None:
    page = world_file()
    missing = [name for shape in SHAPES.values() for name in names(shape) if f"| `{name}` |" not in page]
    assert missing == []
