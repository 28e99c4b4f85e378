"""Batches at the provider: what is in them, what came of it, and which completions came that way."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for table in ("completions", "runs"):
        op.add_column(table, sa.Column("batch", sa.Boolean, nullable=False, server_default=sa.false()))
    op.drop_index("ix_completions_paid", "completions")
    size = ["model", "prompt_tokens", "cached_tokens", "completion_tokens"]
    op.create_index("ix_completions_paid", "completions", ["run_id", *size, "batch"])
    op.create_table(
        "batches",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("run_id", sa.String(16), nullable=False, index=True),
        sa.Column("base_url", sa.Text, nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("canceled", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("file_id", sa.String(200)),
        sa.Column("batch_id", sa.String(200)),
    )
    op.create_table(
        "batch_lines",
        sa.Column("batch", sa.String(32), sa.ForeignKey("batches.id", ondelete="CASCADE"), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, index=True),
        sa.Column("task_id", sa.Integer, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("failure", sa.String(16)),
        sa.Column("detail", sa.Text),
        sa.PrimaryKeyConstraint("batch", "digest"),
    )
