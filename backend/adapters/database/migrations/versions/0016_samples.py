"""Requests that repeat another one on purpose, to see how often the answers agree: which request each repeats.

Until now this was read from the digests, whose first 61 digits a request's samples share.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "samples",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("request", sa.String(64), nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    shared = "substr(digest, 1, 61) AS shared"
    stored = f"(SELECT DISTINCT digest, {shared} FROM completions WHERE substr(digest, 62, 1) = '-')"  # noqa: S608
    asked = f"(SELECT DISTINCT digest, {shared} FROM asks WHERE digest IS NOT NULL)"  # noqa: S608
    noted = f"(SELECT digest, project, {shared} FROM sources)"  # noqa: S608
    op.execute(
        "INSERT INTO samples (digest, request, number) "  # noqa: S608  (all of it stands here)
        "SELECT stored.digest, asked.digest, CAST(substr(stored.digest, 63, 2) AS INTEGER) "
        f"FROM {stored} stored JOIN {asked} asked ON asked.shared = stored.shared"
    )
    op.execute(
        "INSERT INTO sources (digest, project) "  # noqa: S608
        f"SELECT DISTINCT stored.digest, noted.project FROM {stored} stored "
        f"JOIN {noted} noted ON noted.shared = stored.shared "
        "WHERE NOT EXISTS (SELECT 1 FROM sources known "
        "WHERE known.digest = stored.digest AND known.project = noted.project)"
    )
