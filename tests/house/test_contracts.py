import tomllib

from grimp import ImportGraph
from importlinter import cli

from tests.house.pure_files import PureFiles
from tests.house.tree import ROOT, packages

OUTSIDE_THE_LAYERS = {"simulator", "migrations"}
"""A stranger, and Alembic's own folder."""

LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def test_every_import_contract_is_kept() -> None:
    kept = cli.lint_imports(str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert kept == 0, "run lint-imports to read which contract is broken"


def test_every_package_stands_under_the_contracts() -> None:
    assert set(LINTER["root_packages"]) == packages() - {"migrations"}


def test_every_package_has_its_layer() -> None:
    layers = next(contract for contract in LINTER["contracts"] if contract["id"] == "layers")["layers"]
    placed = {name.strip(" ()") for layer in layers for name in layer.split("|")}
    assert packages() - OUTSIDE_THE_LAYERS <= placed


def test_a_pure_file_that_reaches_the_database_over_another_is_found() -> None:
    graph = ImportGraph()
    graph.add_import(importer="oncall.rotation", imported="oncall.layers")
    graph.add_import(importer="oncall.layers", imported="sqlalchemy")
    assert ("oncall.rotation", "oncall.layers", "sqlalchemy") in ways(graph)
    assert ("oncall.layers", "sqlalchemy") in ways(graph)


def test_a_pure_file_that_reaches_a_table_is_found() -> None:
    graph = ImportGraph()
    graph.add_import(importer="oncall.rotation", imported="oncall.tables")
    assert ways(graph) == [("oncall.rotation", "oncall.tables")]


def test_a_store_may_know_its_tables() -> None:
    graph = ImportGraph()
    graph.add_import(importer="oncall.store", imported="oncall.tables")
    graph.add_import(importer="oncall.tables", imported="sqlalchemy")
    assert ways(graph) == []


def ways(graph: ImportGraph) -> list[tuple[str, ...]]:
    options = {"packages": ["oncall"], "touching": ["*.tables", "*.store"], "forbidden": ["sqlalchemy"]}
    contract = PureFiles(name="pure", session_options={}, contract_options=options)
    return [tuple(way) for way in contract.check(graph, verbose=False).metadata["ways"]]
