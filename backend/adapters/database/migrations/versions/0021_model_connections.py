"""Connections to models' servers, by name."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "model_connections",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("base_url", sa.Text, nullable=False),
        sa.Column("key_env", sa.String(100)),
        sa.Column("key_encrypted", sa.Text),
        sa.Column("timeout_s", sa.Float),
        sa.Column("concurrency", sa.Integer),
        sa.Column("price_in", sa.Float),
        sa.Column("price_out", sa.Float),
        sa.Column("created", sa.String(32), nullable=False),
    )
