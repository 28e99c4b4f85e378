"""Whose tasks an answer was about, where no run says so; whose a batch is, and whether its files are still there."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("project", sa.Integer, nullable=False, index=True),
        sa.PrimaryKeyConstraint("digest", "project"),
    )
    op.add_column("batches", sa.Column("project", sa.Integer))
    op.add_column("batches", sa.Column("tidied", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute("UPDATE batches SET project = (SELECT project FROM runs WHERE runs.id = batches.run_id)")
