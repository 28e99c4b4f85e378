"""Connections to models' servers, beside those of the environment."""

from sqlalchemy import Column, Float, Integer, String, Table, Text

from backend.adapters.database.tables.base import Json, metadata

model_connections = Table(
    "model_connections",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("base_url", Text, nullable=False),
    Column("key_env", String(100)),
    Column("key_encrypted", Text),
    Column("timeout_s", Float),
    Column("concurrency", Integer),
    Column("price_in", Float),
    Column("price_out", Float),
    Column("requests_per_minute", Float),
    Column("tokens_per_minute", Float),
    Column("profile", String(40)),
    Column("monthly_budget", Float),
    Column("created", String(32), nullable=False),
)
"""See `domain.connections.connection.StoredConnection`. Versions name them, and stay when they are removed."""

learnt_formats = Table(
    "learnt_formats",
    metadata,
    Column("address", Text, primary_key=True),
    Column("profile", String(40), primary_key=True),
    Column("model", Text, primary_key=True),
    Column("form", Json, nullable=False),
    Column("learnt", String(32), nullable=False),
)
"""See `domain.connections.learnt_format.LearntFormat`. `address`: of a server, without secrets; all connections to it
share these rows. `profile`: name of what was known of it; "" without one."""
