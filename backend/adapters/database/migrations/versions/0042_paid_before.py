"""What a run had paid when money of a day, or of a month, was first reserved for it: it belongs to an earlier one."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.add_column("day_holds", sa.Column("paid", sa.Float, nullable=False, server_default="0"))
