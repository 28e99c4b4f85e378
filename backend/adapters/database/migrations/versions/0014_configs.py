"""Texts of labelling configs, labels that were renamed in them, and the model's server of each run."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "label_configs",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "relabelings",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("project", sa.Integer, nullable=False, index=True),
        sa.Column("control", sa.Text, nullable=False),
        sa.Column("former", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
    )
    op.add_column("runs", sa.Column("server", sa.String(1000)))
