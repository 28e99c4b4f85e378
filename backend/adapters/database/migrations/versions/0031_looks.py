"""How often the ground truths that judge rewrites were looked at; so far nobody counted."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("prompt_id", sa.Integer, sa.ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("tasks", sa.Text, nullable=False),
    )
    op.create_index("ix_looks_prompt_id", "looks", ["prompt_id"])
