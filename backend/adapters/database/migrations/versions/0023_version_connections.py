"""The connections that versions name, and through which completions were paid for: so far, all `default`."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
PAID = ["run_id", "model", "connection", "prompt_tokens", "cached_tokens", "completion_tokens", "batch"]


def upgrade() -> None:
    for table in ("versions", "completions", "payments"):
        op.add_column(table, sa.Column("connection", sa.String(40), nullable=False, server_default="default"))
    op.drop_index("ix_completions_paid", "completions")
    op.create_index("ix_completions_paid", "completions", PAID)
