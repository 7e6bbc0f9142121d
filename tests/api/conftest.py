"""The application on a database of its own with the standing cast, and a clock that stands."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from oncall.feed_service import NewFeed, create_feed
from tests.stories.stage import Stage, set_stage


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    """The whole house, once on each kind of database."""
    built = set_stage(database_url, tmp_path)
    yield built
    built.close()


def made_feed(house: Stage, technician: str | None = None, roster: str | None = None) -> str:
    """Make a feed and return its token."""
    with house.runtime.database.begin() as session:
        return create_feed(session, house.clock.now(), NewFeed(technician, roster), "tester").token


def asked(house: Stage, token: str, **headers: str) -> TestResponse:
    """Ask for a calendar as a calendar program does."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return house.app.test_client().get(f"/api/calendars/{token}.ics", headers=named)
