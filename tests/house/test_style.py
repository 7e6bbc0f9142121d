import ast
import re
import statistics
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.house.tree import ROOT, comments, files, folders, functions, named, packages

REASONED_NOQA = re.compile(r"# noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* - \S.+")
REASONED_IGNORE = re.compile(r"# type: ignore\[[a-z-]+(, ?[a-z-]+)*\]  # \S.+")

CEILING = 40
TEST_CEILING = 25
MEDIAN = 8

# Written in two parts, so that this file does not hold them itself.
PLACES = tuple("/" + folder + "/" for folder in ("work", "home", "root", "opt"))
HOSTS = tuple(host + ".org" for host in ("pypi", "pythonhosted"))

SAYS_NOTHING = {"utils.py", "util.py", "helpers.py", "helper.py", "manager.py", "common.py", "misc.py"}


def test_every_silenced_check_carries_its_code_and_its_reason() -> None:
    bare = [
        f"{named(path)}:{line}: {comment}"
        for path in files(".py")
        for line, comment in comments(path)
        if re.match(r"# (ruff: )?noqa|# type: ignore", comment)
        and not (REASONED_NOQA.match(comment) or REASONED_IGNORE.match(comment))
    ]
    assert bare == []


def test_no_function_is_longer_than_forty_lines() -> None:
    ours = [path for path in files(".py") if not named(path).startswith("migrations/versions/")]  # Alembic writes those
    assert too_long(CEILING, ours) == []


def test_no_test_is_longer_than_twenty_five_lines() -> None:
    assert too_long(TEST_CEILING, (ROOT / "tests").rglob("test_*.py"), prefix="test_") == []


def test_the_median_function_has_at_most_eight_lines() -> None:
    lengths = [length for name in packages() for path in (ROOT / name).rglob("*.py") for _, length in functions(path)]
    assert statistics.median(lengths) <= MEDIAN


def too_long(ceiling: int, paths: Iterable[Path], prefix: str = "") -> list[str]:
    return [
        f"{named(path)}: {name} has {length} lines"
        for path in paths
        for name, length in functions(path)
        if name.startswith(prefix) and length > ceiling
    ]


@pytest.mark.parametrize("package", sorted(packages()))
def test_the_init_of_a_package_is_one_paragraph_and_nothing_else(package: str) -> None:
    module = ast.parse((ROOT / package / "__init__.py").read_text())
    paragraph = ast.get_docstring(module)
    assert paragraph
    assert "\n\n" not in paragraph
    assert len(module.body) == 1


def test_every_top_level_folder_of_code_is_a_package() -> None:
    holding_code = {name for name in folders() if any((ROOT / name).glob("*.py"))}
    assert holding_code - {"tests", "benchmarks", "docs"} == packages()


def test_nothing_names_a_place_that_only_one_machine_has() -> None:
    found = [f"{named(path)}: {word}" for path in files() for word in PLACES + HOSTS if word in words(path)]
    assert found == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [named(path) for path in files(".py") if path.name in SAYS_NOTHING] == []


def words(path: Path) -> str:
    return path.read_text(errors="replace")
