import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DIRECT = {
    "run": PROJECT["dependencies"],
    "dev": [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]],
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = (("linux", "Linux", "x86_64"), ("linux", "Linux", "aarch64"), ("darwin", "Darwin", "arm64"))

PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+) \\$", re.MULTILINE)


def lock(kind: str) -> str:
    return (ROOT / "requirements" / f"{kind}.lock").read_text()


def pins(kind: str) -> dict[str, str]:
    return {pin["name"]: pin["version"] for pin in PIN.finditer(lock(kind))}


@pytest.mark.parametrize("kind", DIRECT)
def test_every_direct_dependency_is_locked_within_its_bounds(kind: str) -> None:
    locked = pins(kind)
    for requirement in map(Requirement, DIRECT[kind]):
        assert locked[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("kind", DIRECT)
def test_every_locked_line_is_a_pin_with_hashes(kind: str) -> None:
    lines = [line for line in lock(kind).splitlines() if line and not line.lstrip().startswith("#")]
    starts = [line for line in lines if not line.startswith("    --hash=sha256:")]
    assert all(PIN.match(line) for line in starts)
    assert all(lines[at + 1].startswith("    --hash") for at, line in enumerate(lines) if line in starts)


def test_both_locks_pin_the_same_versions() -> None:
    assert pins("run").items() <= pins("dev").items()


@pytest.mark.parametrize("kind", DIRECT)
def test_no_lock_names_a_download_address(kind: str) -> None:
    assert "://" not in lock(kind)
    assert "--index" not in lock(kind)
    assert "--find-links" not in lock(kind)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("kind", DIRECT)
def test_the_lock_is_complete_on_every_supported_python(kind: str, python: str) -> None:
    locked = pins(kind)
    wanted = {name for distribution in locked for name in needs(distribution, python)}
    assert wanted <= set(locked)


def needs(distribution: str, python: str) -> Iterator[str]:
    """Yield what a locked distribution needs on this Python, on any system that the house runs on."""
    try:
        stated = requires(distribution) or []
    except PackageNotFoundError:  # only "dev" is installed where the tests run; "run" is part of it
        stated = []
    for requirement in map(Requirement, stated):
        if any(asked_for(requirement, python, *system) for system in SYSTEMS):
            yield canonicalize_name(requirement.name)


def asked_for(requirement: Requirement, python: str, platform: str, system: str, machine: str) -> bool:
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": platform,
        "platform_system": system,
        "platform_machine": machine,
        "os_name": "posix",
        "extra": "",
    }
    return requirement.marker is None or requirement.marker.evaluate(environment)
