"""The system part of a version."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("versions", sa.Column("system", sa.Text))
