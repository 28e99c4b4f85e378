"""Connections to models' servers, beside those of the environment."""

from sqlalchemy import Column, Float, Integer, String, Table, Text

from backend.adapters.database.tables.base import metadata

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
"""See `domain.connection.StoredConnection`. Versions name them, and stay when they are removed."""
