import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.export import world_toml
from switchboard.toml_lines import Path, key_lines
from tests.switchboard.worlds import worlds

WRITTEN = '''# a comment with [brackets] and "quotes"
[policies]
a = "x" # b = 1
"quoted.key" = 'literal # not a comment'

[[rosters]]
key = "c"
coverage = [["mon 00:00", "sat 00:00"],
  # between
  ["sun 00:00", "mon 00:00"]]
[[rosters.layers]]
text = """two
lines with ] and \\""" in them"""
people = [
  "sam",
  "kim",
]
[[rosters.layers]]
inline = { key = "z", dotted.name = 3 }
[[rosters]]
key = "d"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("policies",), 2),
        (("policies", "a"), 3),
        (("policies", "quoted.key"), 4),
        (("rosters", 0), 6),
        (("rosters", 0, "coverage", 0, 1), 8),
        (("rosters", 0, "coverage", 1), 10),
        (("rosters", 0, "layers", 0), 11),
        (("rosters", 0, "layers", 0, "people"), 14),
        (("rosters", 0, "layers", 0, "people", 1), 16),
        (("rosters", 0, "layers", 1), 18),
        (("rosters", 0, "layers", 1, "inline", "key"), 19),
        (("rosters", 0, "layers", 1, "inline", "dotted", "name"), 19),
        (("rosters", 1), 20),
        (("rosters", 1, "key"), 21),
    ],
)
def test_every_key_is_found_on_its_line(path: Path, line: int) -> None:
    assert key_lines(WRITTEN)[path] == line


def ways(value: object, path: Path = ()) -> Iterator[Path]:
    """Yield the way to everything in a document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, entry in entries:
        yield (*path, name)
        yield from ways(entry, (*path, name))


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_everything_in_a_file_has_a_line(document: dict[str, object]) -> None:
    written = world_toml(document)
    assert key_lines(written).keys() == set(ways(tomllib.loads(written)))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="\"'#[]{},=\\\n ab", max_size=12))
def test_whatever_a_string_holds_the_next_key_is_found(text: str) -> None:
    letters = text.replace("\\", "").replace('"', "").replace("'", "")
    written = f'first = """{letters}"""\nsecond = 1\n'
    assert key_lines(written)["second",] == written.count("\n")
