"""Why runs ended, for programs, which until now knew it from how the sentence for people began."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

KINDS = {
    "budget": "budget",
    "It was interrupted.": "interrupted",
    "The monthly budget of connection %": "monthly_budget",
}


def upgrade() -> None:
    op.add_column("runs", sa.Column("stop", sa.String(20)))
    runs = sa.table("runs", sa.column("status"), sa.column("reason"), sa.column("stop"))
    for sentence, kind in KINDS.items():
        ended = sa.and_(runs.c.status == "canceled", runs.c.reason.like(sentence))
        op.execute(runs.update().where(ended).values(stop=kind))
