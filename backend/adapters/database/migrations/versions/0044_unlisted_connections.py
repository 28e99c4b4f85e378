"""No connection without the integer that the API lists it by: on PostgreSQL, one POST to the API stored thousands.

Those that a version, its cascade, a search or a payment names get an integer. Nobody uses the others.
"""

from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.execute(
        "DELETE FROM model_connections WHERE name NOT IN (SELECT name FROM connection_ids) "
        "AND name NOT IN (SELECT connection FROM versions UNION SELECT connection FROM payers) "
        "AND NOT EXISTS (SELECT 1 FROM versions WHERE CAST(cascade AS TEXT) LIKE '%\"' || name || '\"%') "
        "AND NOT EXISTS (SELECT 1 FROM runs WHERE CAST(search AS TEXT) LIKE '%\"' || name || '%')"
    )
    op.execute(
        "INSERT INTO connection_ids (name, updated) SELECT name, created FROM model_connections "
        "WHERE name NOT IN (SELECT name FROM connection_ids) ORDER BY created, name"
    )
