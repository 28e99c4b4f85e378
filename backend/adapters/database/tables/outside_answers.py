"""What other programs answered about the tasks of runs."""

from sqlalchemy import Column, Float, ForeignKey, Integer, PrimaryKeyConstraint, String, Table

from backend.adapters.database.tables.base import Json, metadata

outside_answers = Table(
    "outside_answers",
    metadata,
    Column("run_id", String(16), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("task_id", Integer, nullable=False),
    Column("user_id", Integer, nullable=False),
    Column("user_email", Json, nullable=False),
    Column("output", Json),
    Column("failure", Json),
    Column("detail", Json),
    Column("cost_usd", Float),
    Column("created", String(32), nullable=False),
    PrimaryKeyConstraint("run_id", "task_id", "user_id"),
)
"""See `domain.outside_answer.OutsideAnswer`. They have no digest: no request finds them."""
