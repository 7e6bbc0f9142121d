import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from foundation.settings import EXAMPLES
from intake.entitlement import Tier
from intake.severity import Severity
from routing.decision import ClockKind, UncoveredCritical, UnverifiedCritical, Way
from routing.hunt import HuntStatus, LegStatus, Mode
from tests.house.tree import ROOT, files, folders, named

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
README = (ROOT / "README.md").read_text()
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
SPOKEN_OF = (Tier, Severity, Way, ClockKind, Mode, HuntStatus, LegStatus, UncoveredCritical, UnverifiedCritical)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")
DOCUMENTS = [path for path in files(".md") if path.name != "CHANGELOG.md"]


def first_column(text: str, heading: str) -> list[str]:
    """Return the first cells of the table under a heading, without its head."""
    section = text.split(f"\n{heading}\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]
    rows = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("|")]
    return rows[2:]


@pytest.mark.parametrize(
    ("heading", "stated"),
    [
        ("## To run", PROJECT["dependencies"]),
        ("## To test and check", PROJECT["optional-dependencies"]["dev"]),
    ],
)
def test_every_direct_dependency_is_listed_with_its_reason(heading: str, stated: list[str]) -> None:
    listed = first_column((ROOT / "docs" / "dependencies.md").read_text(), heading)
    assert listed == sorted(Requirement(line).name for line in stated)


def test_the_readme_maps_every_top_level_folder() -> None:
    mapped = {cell.strip("`/") for cell in first_column(README, "## The tree")}
    assert mapped == {name for name in folders() if not name.startswith(".")}


def test_the_readme_explains_every_setting() -> None:
    cells = " ".join(first_column(README, "## Settings"))
    assert set(re.findall(r"`(\w+)`", cells)) == set(EXAMPLES)


def test_the_example_of_an_env_file_names_every_setting() -> None:
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)) == set(EXAMPLES)


@pytest.mark.parametrize("word", sorted({value for words in SPOKEN_OF for value in words}))
def test_the_glossary_explains_every_word_of_the_records(word: str) -> None:
    assert f"`{word}`" in GLOSSARY


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_no_document_points_at_a_file_that_is_not_there(document: Path) -> None:
    dead = [target for target in LINK.findall(document.read_text()) if not (document.parent / target).exists()]
    assert dead == []


def test_the_index_of_decisions_lists_every_decision() -> None:
    records = {path.name for path in (ROOT / "docs" / "adr").glob("[0-9]*.md")}
    assert set(LINK.findall((ROOT / "docs" / "adr" / "README.md").read_text())) == records


def test_the_readme_names_only_targets_that_make_knows() -> None:
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)(?=[` ;])", README)) <= known
