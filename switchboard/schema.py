"""The database's schema: brought up to date, taken down, and asked how old it is; Alembic does the work."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import migrations
from foundation.db import sqlite_path


def alembic_config(database_url: str) -> Config:
    """Configure Alembic for one database, from any current directory."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["database_url"] = database_url
    return config


def upgrade(database_url: str) -> None:
    """Bring the schema of the database up to the newest revision; doing it again changes nothing."""
    path = sqlite_path(database_url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(alembic_config(database_url), "head")


def downgrade(database_url: str, revision: str = "base") -> None:
    """Take the schema down to `revision`; for tests and for a deploy that is taken back."""
    command.downgrade(alembic_config(database_url), revision)


def is_current(database_url: str) -> bool:
    """Whether the database stands at the newest revision."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        stands_at = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return stands_at == ScriptDirectory.from_config(alembic_config(database_url)).get_current_head()
