"""The repository as the house tests see it: what is ours, without what make and running have left behind."""

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

LEFT_BEHIND = {".git", ".venv", "var", "build", "__pycache__", ".env"}


def files(*suffixes: str) -> list[Path]:
    """Return every file of ours with one of these suffixes, or every file at all."""
    return sorted(path for path in walk(ROOT) if not suffixes or path.suffix in suffixes)


def walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in LEFT_BEHIND or path.name.endswith(("_cache", ".egg-info", ".hypothesis")):
            continue
        if path.is_dir():
            yield from walk(path)
        else:
            yield path


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def folders() -> set[str]:
    """Return the top-level folders that hold something of ours."""
    return {named(path).split("/")[0] for path in files() if "/" in named(path)}


def packages() -> set[str]:
    """Return the top-level packages, without the tests."""
    return {name for name in folders() if (ROOT / name / "__init__.py").exists()} - {"tests"}


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the comments of a Python file with their line numbers."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the functions of a Python file with their length in lines, from `def` to the end."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - node.lineno + 1
