"""Tables of what the API numbers, and of who made it."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, UniqueConstraint

from backend.adapters.database.tables.base import Json, metadata

prompt_details = Table(
    "prompt_details",
    metadata,
    Column("prompt_id", Integer, ForeignKey("prompts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("title", Json, nullable=False),
    Column("description", Json, nullable=False),
    Column("created", String(32), nullable=False),
    Column("user_id", Integer),
    Column("user_email", Json),
)
"""What the API was told about a prompt beside its name. `user_id`, `user_email`: who made it in Label Studio."""

version_ids = Table(
    "version_ids",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("prompt_id", Integer, ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("user_id", Integer),
    Column("user_email", Json),
    UniqueConstraint("prompt_id", "number"),
    sqlite_autoincrement=True,
)
"""The integer that the API knows a version by, never given twice. `user_id`, `user_email`: who saved it, None where
that is not known."""

run_ids = Table(
    "run_ids",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", String(16), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("user_id", Integer),
    Column("user_email", Json),
    sqlite_autoincrement=True,
)
"""The integer that the API knows a run by, never given twice. `user_id`, `user_email`: who started it, None where that
is not known."""

connection_ids = Table(
    "connection_ids",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("told", Json),
    Column("updated", String(32)),
    Column("user_id", Integer),
    Column("user_email", Json),
    sqlite_autoincrement=True,
)
"""The integer that the API knows a stored connection by, less the two of the environment; never given twice. `told`:
what the API was told of it beyond its address and key; `user_id`, `user_email`: who made it, None where that is not
known."""

actions = Table(
    "actions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("prompt_id", Integer, ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("count", Integer, nullable=False),
    Column("created", String(32), nullable=False),
    Column("user_id", Integer),
    Column("user_email", Json),
)
"""What was done in Label Studio with a version's predictions: how many annotations or predictions it was about
(`count`), and who did it."""
