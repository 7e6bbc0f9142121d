"""The import contract "a file named by a concept is pure": every module of a package but the named ones stays clean."""

from fnmatch import fnmatch

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PureFiles(Contract):
    """No pure module reaches a forbidden library or a touching module, neither directly nor over others.

    packages: whose modules are pure, whatever is added to them later.
    touching: patterns of the modules that are not; `*.tables` stands for the one of every package.
    forbidden: libraries that touch the world.
    """

    type_name = "pure"

    packages = fields.ListField(subfield=fields.StringField())
    touching = fields.ListField(subfield=fields.StringField())
    forbidden = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - import-linter calls it so
        """Return, for each pure module that is not, the shortest way to something that it must not reach."""
        pure = [module for module in sorted(graph.modules) if self._is_pure(module)]
        dirty = [module for module in graph.modules if self._is_dirty(module)]
        output.verbose_print(verbose, f"{len(pure)} pure modules, {len(dirty)} out of their reach")
        ways = [way for module in pure if (way := shortest(graph, module, dirty))]
        return ContractCheck(kept=not ways, metadata={"ways": ways})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each way, one to a line."""
        for way in check.metadata["ways"]:
            output.print_error(f"{way[0]} is to be pure, but: {' -> '.join(way)}")

    def _is_pure(self, module: str) -> bool:
        return root(module) in listed(self.packages) and not self._touches(module)

    def _is_dirty(self, module: str) -> bool:
        return root(module) in listed(self.forbidden) or self._touches(module)

    def _touches(self, module: str) -> bool:
        return any(fnmatch(module, pattern) for pattern in listed(self.touching))


def shortest(graph: ImportGraph, module: str, targets: list[str]) -> tuple[str, ...]:
    """Return the shortest chain of imports from the module to any target; nothing if there is none."""
    reached = graph.find_upstream_modules(module).intersection(targets)
    ways = [graph.find_shortest_chain(importer=module, imported=target) or () for target in reached]
    return min(ways, key=lambda way: (len(way), way), default=())


def root(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def listed(value: object) -> list[str]:
    """Return what import-linter has put in the place of a declared field."""
    assert isinstance(value, list)
    return value
