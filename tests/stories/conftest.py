from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.stage import Stage, set_stage


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    """The whole house on a database of its own, once on SQLite and once on PostgreSQL, at ten on a Monday morning in New York."""
    built = set_stage(database_url, tmp_path)
    yield built
    built.close()
