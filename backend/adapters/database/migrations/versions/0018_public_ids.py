"""Integers that the API knows versions and runs by, and who made them. Those that exist are numbered by their age."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "prompt_details",
        sa.Column(
            "prompt_id",
            sa.Integer,
            sa.ForeignKey("prompts.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Integer),
        sa.Column("user_email", sa.Text),
    )
    op.create_table(
        "version_ids",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("prompt_id", sa.Integer, sa.ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("user_id", sa.Integer),
        sa.Column("user_email", sa.Text),
        sa.UniqueConstraint("prompt_id", "number"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "run_ids",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String(16), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, unique=True),
        sa.Column("user_id", sa.Integer),
        sa.Column("user_email", sa.Text),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO version_ids (prompt_id, number) "
        "SELECT prompt_id, number FROM versions ORDER BY created, prompt_id, number"
    )
    op.execute("INSERT INTO run_ids (run_id) SELECT id FROM runs ORDER BY created, id")
