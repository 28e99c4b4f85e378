"""What the trust in numbers rests on: which tasks were drawn at random."""

from sqlalchemy import Column, Integer, String, Table

from backend.adapters.database.tables.base import metadata

draws = Table(
    "draws",
    metadata,
    Column("project", Integer, primary_key=True, autoincrement=False),
    Column("last", String(64), nullable=False),
)
"""How far the order of a project's tasks was drawn, see `domain.dataset.draw.Draw`."""
