"""How a command comes to its database: it must be there, at this version's schema, else the way to that is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError

from foundation.db import Database, sqlite_path
from foundation.errors import Refused
from foundation.settings import read_settings
from switchboard.schema import is_current, upgrade


def upgrade_or_refuse(url: str) -> None:
    """Bring a database up to this version's schema; Refused if it cannot be reached."""
    try:
        upgrade(url)
    except DatabaseError as fault:
        raise _unreachable(url, fault) from fault


@contextmanager
def opened_database() -> Iterator[Database]:
    """Open the configured database; Refused if it is missing, out of reach, or at another schema. Never makes one."""
    url = read_settings().database_url
    refuse_unless_ready(url)
    database = Database(url)
    try:
        yield database
    except OperationalError as fault:
        raise _unreachable(url, fault) from fault
    finally:
        database.close()


def refuse_unless_ready(url: str) -> None:
    """Refuse a database that no command can work with."""
    if is_missing(url):
        raise Refused("database_missing", url=shown(url))
    try:
        ready = is_current(url)
    except DatabaseError as fault:
        raise _unreachable(url, fault) from fault
    except CommandError as fault:
        raise Refused("database_not_migrated", url=shown(url)) from fault
    if not ready:
        raise Refused("database_not_migrated", url=shown(url))


def is_missing(url: str) -> bool:
    """Whether the address names a SQLite file that is not there: opening it would make an empty one."""
    path = sqlite_path(url)
    return path is not None and not Path(path).exists()


def is_ready(url: str) -> bool:
    """Whether a database is there, answers and is at this version's schema."""
    try:
        return not is_missing(url) and is_current(url)
    except (SQLAlchemyError, CommandError):
        return False


def shown(url: str) -> str:
    """Write a database's address without its password."""
    return make_url(url).render_as_string(hide_password=True)


def _unreachable(url: str, fault: DatabaseError) -> Refused:
    return Refused("database_unreachable", url=shown(url), why=str(fault.orig).strip().splitlines()[0])
