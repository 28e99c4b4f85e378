"""Names that prompts had, numbers that were given and what annotators are shown stay known."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "names",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("prompt_id", sa.Integer, sa.ForeignKey("prompts.id", ondelete="SET NULL"), index=True),
        sa.Column("highest", sa.Integer, nullable=False, server_default="0"),
    )
    op.add_column("connections", sa.Column("to_show", sa.String(200)))
    op.execute("INSERT INTO names (name, prompt_id) SELECT name, id FROM prompts")
