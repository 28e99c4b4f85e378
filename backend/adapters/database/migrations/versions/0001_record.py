"""The first record: prompts, versions, connections, completions, runs, asks."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _prompts()
    _completions()
    _runs()


def _prompts() -> None:
    op.create_table(
        "prompts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("project", sa.Integer, nullable=False),
    )
    op.create_table(
        "versions",
        sa.Column("prompt_id", sa.Integer, sa.ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("variables", sa.Text, nullable=False),
        sa.Column("schema_digest", sa.String(64), nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("prompt_id", "number"),
        sa.UniqueConstraint("prompt_id", "content"),
    )
    op.create_table(
        "connections",
        sa.Column("project", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("in_use", sa.String(80)),
        sa.Column("shown_before", sa.String(200)),
    )


def _completions() -> None:
    op.create_table(
        "completions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("finish_reason", sa.String(40), nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("prompt_tokens", sa.Integer, nullable=False),
        sa.Column("completion_tokens", sa.Integer, nullable=False),
        sa.Column("cached_tokens", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("logprobs", sa.Text),
        sa.PrimaryKeyConstraint("digest", "attempt"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("tag", sa.String(80), nullable=False, index=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("subset", sa.Text, nullable=False),
        sa.Column("push", sa.Boolean, nullable=False),
        sa.Column("keep", sa.Boolean, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("tasks", sa.Integer),
        sa.Column("worker", sa.String(300), nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
    )
    op.create_table(
        "asks",
        sa.Column("run_id", sa.String(16), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("task_id", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("sent", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rejection", sa.String(16)),
        sa.Column("failure", sa.String(16)),
        sa.Column("detail", sa.Text),
        sa.PrimaryKeyConstraint("run_id", "task_id"),
    )
