"""Projects whose tasks get predictions as they are imported."""

from sqlalchemy import Boolean, Column, Float, Integer, String, Table

from backend.adapters.database.tables.base import Json, metadata

keep_ups = Table(
    "keep_ups",
    metadata,
    Column("project", Integer, primary_key=True, autoincrement=False),
    Column("on", Boolean, nullable=False),
    Column("budget", Float, nullable=False),
    Column("since", Integer, nullable=False),
    Column("tag", String(80), nullable=False),
    Column("secret", String(64), nullable=False),
    Column("trouble", Json, nullable=False),
    Column("changed", String(32), nullable=False),
    Column("user_id", Integer),
    Column("user_email", Json),
)
"""See `domain.keep_up.KeepUp`. `secret`: the SHA-256 of what Label Studio's webhook must send."""

keep_up_runs = Table(
    "keep_up_runs",
    metadata,
    Column("run_id", String(16), primary_key=True),
    Column("project", Integer, nullable=False, index=True),
    Column("day", String(10), nullable=False),
)
"""The runs that keep-up started, also those that are deleted, whose costs count. `day`: YYYY-MM-DD (UTC),
whose budget pays for it."""
