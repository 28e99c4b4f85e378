"""Runs the migrations on the connection of `adapters.database.engine`."""

from alembic import context

from backend.adapters.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
