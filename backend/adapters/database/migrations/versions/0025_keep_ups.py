"""Projects whose tasks get predictions as they are imported, and the runs that are started for them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "keep_ups",
        sa.Column("project", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("on", sa.Boolean, nullable=False),
        sa.Column("budget", sa.Float, nullable=False),
        sa.Column("since", sa.Integer, nullable=False),
        sa.Column("tag", sa.String(80), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("trouble", sa.Text, nullable=False),
        sa.Column("changed", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Integer),
        sa.Column("user_email", sa.Text),
    )
    op.create_table(
        "keep_up_runs",
        sa.Column("run_id", sa.String(16), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
    )
    op.create_index("ix_keep_up_runs_project", "keep_up_runs", ["project"])
