"""Tokens of new answers are stored compressed. Those that are there stay as they are, and are read as before."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return  # a column of text takes bytes there
    for name in ("logprobs", "branches"):
        op.alter_column("completions", name, type_=sa.LargeBinary, postgresql_using=f"convert_to({name}, 'UTF8')")
