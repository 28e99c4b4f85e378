"""What a run works on: a subset of the tasks, or a search, which was a subset that began with `enhance:`."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """The column is made anew because SQLite can't let an old one be empty."""
    for name in ("chosen", "search"):
        op.add_column("runs", sa.Column(name, sa.Text))
    op.execute("UPDATE runs SET chosen = subset WHERE subset NOT LIKE 'enhance:%'")
    connection = op.get_bind()
    runs = sa.table("runs", sa.column("id"), sa.column("subset"), sa.column("search"))
    searches = sa.select(runs.c.id, runs.c.subset).where(runs.c.subset.like("enhance:%"))
    for row in connection.execute(searches).all():
        mine = runs.c.id == row.id
        connection.execute(runs.update().where(mine).values(search=json.dumps(_search(row.subset))))
    op.execute("ALTER TABLE runs DROP COLUMN subset")
    op.execute("ALTER TABLE runs RENAME COLUMN chosen TO subset")


def _search(text: str) -> dict[str, Any]:
    """`enhance:ROUNDS:SEED:TEACHER`; names of teachers may hold colons."""
    _, rounds, seed, teacher = text.split(":", 3)
    return {"teacher": teacher, "rounds": int(rounds), "seed": int(seed)}
