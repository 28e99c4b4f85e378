"""Rate limits, profiles and monthly budgets of connections. What came before has no month, and counts towards none."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
SIZE = ["connection", "month", "model", "prompt_tokens", "cached_tokens", "completion_tokens", "batch"]


def upgrade() -> None:
    for name in ("requests_per_minute", "tokens_per_minute", "monthly_budget"):
        op.add_column("model_connections", sa.Column(name, sa.Float))
    op.add_column("model_connections", sa.Column("profile", sa.String(40)))
    for table in ("completions", "payments"):
        op.add_column(table, sa.Column("month", sa.String(7)))
    where = sa.text("month IS NOT NULL")
    op.create_index("ix_completions_month", "completions", SIZE, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "month_holds",
        sa.Column("connection", sa.String(40), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("usd", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("connection", "month", "holder"),
    )
