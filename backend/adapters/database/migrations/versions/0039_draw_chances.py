"""With which chance tasks were drawn because a version was unsure of them; so far none were."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.create_table(
        "draw_chances",
        sa.Column("project", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("task", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("chance", sa.Float, nullable=False),
    )
