"""Digests are stored as bytes, and what many completions share, who paid for them, once.

The tables keep the order of their rows, so that the answers of a run stay together. On SQLite the space that becomes
free is given back when all migrations are done, see `adapters.database.space`.
"""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
DIGESTS = {
    "sources": ["digest"],
    "embeddings": ["digest"],
    "batch_lines": ["digest"],
    "samples": ["digest", "request"],
    "asks": ["digest", "then_digest"],
}
KEPT = [
    *("seconds", "attempt", "prompt_tokens", "completion_tokens", "cached_tokens", "refused", "batch"),
    *("text", "finish_reason", "logprobs", "branches", "elsewhere"),
]
SHORT = """
CASE WHEN {0} ~ '^[0-9a-f]{{64}}$' THEN decode({0}, 'hex')
WHEN {0} ~ '^[0-9a-f]{{61}}-[0-9]{{2}}$' THEN decode(replace({0}, '-', '0'), 'hex') || convert_to('-', 'UTF8')
ELSE convert_to({0}, 'UTF8') END
"""
"""What `short` makes of a digest, for PostgreSQL."""


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        connection: Any = op.get_bind().connection.driver_connection
        connection.create_function("short", 1, short, deterministic=True)
        usual = connection.execute("PRAGMA cache_size").fetchone()[0]
        op.execute("PRAGMA cache_size = -200000")  # kB: an index that does not fit is written many times
    _payers()
    _completions("short(digest)" if sqlite else SHORT.format("digest"), _same(sqlite))
    for table, columns in DIGESTS.items():
        if sqlite:
            op.execute(f"UPDATE {table} SET " + ", ".join(f"{name} = short({name})" for name in columns))  # noqa: S608
        else:
            changes = [f"ALTER {name} TYPE bytea USING {SHORT.format(name)}" for name in columns]
            op.execute(f"ALTER TABLE {table} " + ", ".join(changes))
            op.execute(f"ANALYZE {table}")
    if sqlite:
        op.execute(f"PRAGMA cache_size = {usual}")  # the connection goes back to its pool


def short(digest: str | None) -> bytes | None:
    """As `tables.base.Digest` stores it."""
    if digest is None:
        return None
    if re.fullmatch("[0-9a-f]{64}", digest):
        return bytes.fromhex(digest)
    sample = re.fullmatch("[0-9a-f]{61}-[0-9]{2}", digest)
    return bytes.fromhex(digest.replace("-", "0")) + b"-" if sample else digest.encode()


def _payers() -> None:
    op.create_table(
        "payers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String(16), index=True),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("connection", sa.String(40), nullable=False),
        sa.Column("month", sa.String(7)),
    )
    op.execute(
        "INSERT INTO payers (run_id, model, connection, month) "
        "SELECT DISTINCT run_id, model, connection, month FROM completions"
    )


def _same(sqlite: bool) -> str:
    """The condition for a completion and its payer, in the form for which each database does not compare all pairs."""
    equal = "earlier.{0} IS payers.{0}" if sqlite else "coalesce(earlier.{0}, '-') = coalesce(payers.{0}, '-')"
    return " AND ".join(equal.format(name) for name in ("run_id", "model", "connection", "month"))


def _completions(digest: str, same: str) -> None:
    """A new table, because SQLite copies a table for each column that is dropped."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    tokens = sa.Text if sqlite else sa.LargeBinary
    op.rename_table("completions", "earlier_completions")
    op.create_table(
        "completions",
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("payer", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("prompt_tokens", sa.Integer, nullable=False),
        sa.Column("completion_tokens", sa.Integer, nullable=False),
        sa.Column("cached_tokens", sa.Integer, nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("batch", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("digest", sa.String(64) if sqlite else sa.LargeBinary, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("finish_reason", sa.String(40), nullable=False),
        sa.Column("logprobs", tokens),
        sa.Column("branches", tokens),
        sa.Column("elsewhere", sa.String(40)),
    )
    kept = ", ".join(KEPT)
    op.execute(
        f"INSERT INTO completions (digest, payer, {kept}) SELECT {digest}, payers.id, {kept} "  # noqa: S608
        f"FROM earlier_completions earlier LEFT JOIN payers ON {same}"
    )
    op.drop_table("earlier_completions")
    op.create_index("ix_payers_month", "payers", ["connection", "month"])  # SQLite would have found all payers by it
    op.create_index("ix_completions_digest", "completions", ["digest", "attempt"], unique=True)
    sizes = ["payer", "prompt_tokens", "cached_tokens", "completion_tokens", "batch"]
    op.create_index("ix_completions_paid", "completions", sizes)
    if not sqlite:
        op.execute("ANALYZE completions, payers")
