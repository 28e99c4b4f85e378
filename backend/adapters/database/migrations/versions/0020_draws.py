"""Which tasks of a project were drawn at random for people to label."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "draws",
        sa.Column("project", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.String(64), nullable=False),
    )
