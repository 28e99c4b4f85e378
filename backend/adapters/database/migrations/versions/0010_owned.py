"""Whose predictions and annotations are: a secret to mark predictions with, and the annotations made of them."""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    installation = op.create_table(
        "installation",
        sa.Column("secret", sa.String(64), primary_key=True),
        sa.Column("since", sa.String(32), nullable=False),
    )
    since = datetime.now(UTC).isoformat(timespec="microseconds")
    op.bulk_insert(installation, [{"secret": secrets.token_hex(32), "since": since}])
    op.create_table(
        "unmarked",
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("version", sa.String(80), nullable=False),
        sa.Column("task_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("project", "version", "task_id"),
    )
    op.create_table(
        "accepted",
        sa.Column("annotation", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("project", sa.Integer, nullable=False, index=True),
        sa.Column("version", sa.String(80), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
    )
    op.create_table(
        "accepting",
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("version", sa.String(80), nullable=False),
        sa.Column("after", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("project", "version"),
    )
    op.add_column("connections", sa.Column("in_use_unmarked", sa.String(80)))
    op.execute("UPDATE connections SET in_use_unmarked = in_use")
