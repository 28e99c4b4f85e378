"""Runs have a budget, completions know the run that paid for them, and holds are what is set aside for requests."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("runs", sa.Column("budget", sa.Float))
    op.add_column("completions", sa.Column("run_id", sa.String(16)))
    size = ["model", "prompt_tokens", "cached_tokens", "completion_tokens"]
    op.create_index("ix_completions_paid", "completions", ["run_id", *size])
    op.create_table(
        "holds",
        sa.Column("run_id", sa.String(16), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("usd", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "holder"),
    )
