"""Writing a world as a file that `switchboard apply` reads: TOML laid out as people write it, or JSON."""

import json
from collections.abc import Iterator, Mapping

from switchboard.world import Documents
from switchboard.world_shape import SHAPES, Document, Shape

INLINE = ("contracts", "contacts", "steps")
"""Lists of tables that stand in brackets, one entry a line; the others get headings of their own."""


def world_document(world: Documents) -> Document:
    """Put the records into the shape of a world file; fields without a value are left out."""
    kinds = [kind for kind in SHAPES if world.get(kind)]
    document: Document = {kind: [_given(record) for record in world[kind].values()] for kind in kinds}
    if "policies" in document:
        document["policies"] = document["policies"][0]
    return document


def _given(record: Mapping[str, object]) -> Document:
    return {name: _tidy(value) for name, value in record.items() if value is not None}


def _tidy(value: object) -> object:
    if isinstance(value, list):
        return [_tidy(entry) for entry in value]
    return _given(value) if isinstance(value, dict) else value


def world_json(document: Document) -> str:
    """Write a world document as JSON."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def world_toml(document: Document) -> str:
    """Write a world document as TOML."""
    kinds = [shape for kind, shape in SHAPES.items() if kind in document]
    return "\n".join(line for shape in kinds for line in _kind(shape, document[shape.name]))


def _kind(shape: Shape, value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"[{shape.name}]", *_pairs(value), "")
        return
    assert isinstance(value, list)
    for record in value:
        yield from _table(shape, shape.name, record)


def _table(shape: Shape, heading: str, record: Document) -> Iterator[str]:
    """Write one table with its heading: plain fields first, then the lists that have headings of their own."""
    below = [f.read for f in shape.fields if isinstance(f.read, Shape) and f.name not in INLINE and record.get(f.name)]
    names = [nested.name for nested in below]
    yield from (f"[[{heading}]]", *_pairs({k: v for k, v in record.items() if k not in names}), "")
    for nested in below:
        for entry in record[nested.name]:
            yield from _table(nested, f"{heading}.{nested.name}", entry)


def _pairs(record: Document) -> Iterator[str]:
    for name, value in record.items():
        if name in INLINE and value:
            yield f"{name} = ["
            yield from (f"  {_value(entry)}," for entry in value)
            yield "]"
        else:
            yield f"{name} = {_value(value)}"


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)  # a JSON string without control characters is a TOML string
        case list():
            return "[" + ", ".join(_value(entry) for entry in value) + "]"
        case dict():
            return "{ " + ", ".join(f"{name} = {_value(entry)}" for name, entry in value.items()) + " }"
        case _:
            return str(value)
