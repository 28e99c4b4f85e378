"""Which version a look chose, and from which ground truths the search had learned; of earlier looks nobody knows it."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.add_column("looks", sa.Column("won", sa.Integer))
    op.add_column("looks", sa.Column("learnt", sa.Text))
