"""Chunks that wait, and those that are worked on, are found without those that are done."""

from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.create_index("ix_jobs_status", "jobs", ["status", "run_id", "number"])
