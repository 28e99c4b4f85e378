"""No connection without the integer that the API lists it by. On PostgreSQL, one POST to the API stored thousands of them.

Those that a version or a payment names get an integer. Nobody uses the others.
"""

from alembic import op

revision = "0044"
down_revision = "0043"

UNLISTED = "name NOT IN (SELECT name FROM connection_ids)"
USED = "SELECT connection FROM versions UNION SELECT connection FROM payers"


def upgrade() -> None:
    op.execute(f"DELETE FROM model_connections WHERE {UNLISTED} AND name NOT IN ({USED})")
    op.execute(
        "INSERT INTO connection_ids (name, updated) "
        f"SELECT name, created FROM model_connections WHERE {UNLISTED} ORDER BY created, name"
    )
