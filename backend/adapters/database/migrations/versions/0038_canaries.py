"""What canaries found; so far there were none."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

_COUNTS = ("requests", "changed", "odd", "others")


def upgrade() -> None:
    op.create_table(
        "canaries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("prompt_id", sa.Integer, sa.ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("asked", sa.String(32), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in _COUNTS),
    )
    op.create_index("ix_canaries_prompt_id", "canaries", ["prompt_id"])
