"""What else might have been said where labels branch; completions so far do not have it."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("completions", sa.Column("branches", sa.Text))
