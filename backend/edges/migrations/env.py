"""Runs the migrations on the connection that `edges.database` hands over."""

from alembic import context

from backend.edges.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
