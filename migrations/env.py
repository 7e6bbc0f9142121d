"""How Alembic reaches the database: the address comes from the command, the tables from switchboard/metadata.py."""

from alembic import context
from sqlalchemy import create_engine, pool

from switchboard.metadata import METADATA

engine = create_engine(context.config.attributes["database_url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
