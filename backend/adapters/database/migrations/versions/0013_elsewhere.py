"""Where a server put the text of a completion whose own is empty."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("completions", sa.Column("elsewhere", sa.String(40)))
