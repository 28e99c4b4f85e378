"""What models refused is kept for other processes; what was learnt before is learnt once more."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "learnt_formats",
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("profile", sa.String(40), nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("learnt", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("address", "profile", "model"),
    )
