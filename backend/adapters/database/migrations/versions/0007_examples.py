"""What a version says of the labels, and the examples it shows."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("versions", sa.Column("definitions", sa.Text))
    op.add_column("versions", sa.Column("examples", sa.Text))
