"""Until when money is reserved for a run that is being started, and the runs of keep-up that are deleted: the budget of
their day counts them."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.add_column("day_holds", sa.Column("until", sa.Float))
    op.create_table(
        "kept_keep_up_runs",
        sa.Column("run_id", sa.String(16), primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
    )
    op.execute("INSERT INTO kept_keep_up_runs SELECT run_id, project, day FROM keep_up_runs")
    op.drop_table("keep_up_runs")
    op.rename_table("kept_keep_up_runs", "keep_up_runs")
    op.create_index("ix_keep_up_runs_project", "keep_up_runs", ["project"])
