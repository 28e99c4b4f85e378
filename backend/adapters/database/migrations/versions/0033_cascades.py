"""The second model of a version, and what it has to do with the tasks of a run."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0031"


def upgrade() -> None:
    op.add_column("versions", sa.Column("cascade", sa.Text))
    op.add_column("asks", sa.Column("then_digest", sa.String(64)))
    op.add_column("asks", sa.Column("step", sa.Integer))
    op.add_column("asks", sa.Column("first_failure", sa.String(16)))
