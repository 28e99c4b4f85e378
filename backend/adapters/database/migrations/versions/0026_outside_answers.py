"""What other programs answered about the tasks of runs."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "outside_answers",
        sa.Column("run_id", sa.String(16), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("task_id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("user_email", sa.Text, nullable=False),
        sa.Column("output", sa.Text),
        sa.Column("failure", sa.Text),
        sa.Column("detail", sa.Text),
        sa.Column("cost_usd", sa.Float),
        sa.Column("created", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "task_id", "user_id"),
    )
