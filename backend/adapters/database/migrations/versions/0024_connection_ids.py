"""Integers that the API knows stored connections by."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "connection_ids",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
        sa.Column("told", sa.Text),
        sa.Column("updated", sa.String(32)),
        sa.Column("user_id", sa.Integer),
        sa.Column("user_email", sa.Text),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO connection_ids (name, updated) SELECT name, created FROM model_connections ORDER BY created, name"
    )
