"""Why runs ended, without the commands that continue them: each interface says in its own words what to do next."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

COMMAND = re.compile(r"[.:;]?[^.:;]*`ls-prompts .*", re.DOTALL)
"""The last part of a sentence, which names a command, and what follows it."""


def upgrade() -> None:
    for table, key, column in (("runs", "id", "reason"), ("keep_ups", "project", "trouble")):
        rows = sa.table(table, sa.column(key), sa.column(column))
        said = sa.select(rows.c[key], rows.c[column]).where(rows.c[column].like("%`ls-prompts %"))
        for number, sentence in op.get_bind().execute(said).all():
            values = {column: COMMAND.sub(".", sentence, count=1)}
            op.execute(rows.update().where(rows.c[key] == number).values(**values))
    runs = sa.table("runs", sa.column("reason"), sa.column("stop"))
    left = runs.c.reason == "The batch continues at the provider."
    op.execute(runs.update().where(left).values(stop="left_batch"))
    asks = sa.table("asks", sa.column("failure"), sa.column("detail"))
    shorter = sa.func.replace(asks.c.detail, "; `ls-prompts retry` asks again", "")
    op.execute(asks.update().where(asks.c.failure == "crashed").values(detail=shorter))
