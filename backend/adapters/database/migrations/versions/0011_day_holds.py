"""What the server may spend a day: what is set aside of it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "day_holds",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("usd", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("day", "holder"),
    )
