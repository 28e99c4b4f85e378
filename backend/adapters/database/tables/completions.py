"""What models answered, and the batches in which they are asked."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    false,
)

from backend.adapters.database.tables.base import Digest, Json, Tokens, metadata

payers = Table(
    "payers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", String(16), index=True),
    Column("model", String(200), nullable=False),
    Column("connection", String(40), nullable=False),
    Column("month", String(7)),
    Index("ix_payers_month", "connection", "month"),
)
"""Who paid for completions. `run_id`: the run that asked for them; None outside of runs; `month`: YYYY-MM (UTC) in
which they came through a stored connection; None for the others, which have no monthly budget, and before there was
one. Several rows may say the same. They are never deleted: a completion without its payer could not be read."""

completions = Table(
    "completions",
    metadata,
    Column("seconds", Float, nullable=False),
    Column("payer", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("cached_tokens", Integer, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("batch", Boolean, nullable=False, server_default=false()),
    Column("digest", Digest, nullable=False),
    Column("text", Json, nullable=False),
    Column("finish_reason", String(40), nullable=False),
    Column("logprobs", Tokens),
    Column("branches", Tokens),
    Column("elsewhere", String(40)),
    Index("ix_completions_digest", "digest", "attempt", unique=True),
    Index("ix_completions_paid", "payer", "prompt_tokens", "cached_tokens", "completion_tokens", "batch"),
)
"""`payer`: of `payers`, not a foreign key, which would be looked up for each row. What a run or a month has spent is
read from the indexes alone: 100,000 completions in 0.05 s. Columns of a fixed size come first, because PostgreSQL
aligns them; the digest has an index and not a primary key, so that a migration can build it in one pass."""

sources = Table(
    "sources",
    metadata,
    Column("digest", Digest, nullable=False),
    Column("project", Integer, nullable=False, index=True),
    PrimaryKeyConstraint("digest", "project"),
)
"""The projects whose tasks a request was about that no run asks: pre-annotations, trials, and those of deleted runs."""

embeddings = Table(
    "embeddings",
    metadata,
    Column("digest", Digest, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)
"""`digest`: of base URL, model and text; `vector`: as many 32-bit floats as the model gives, little-endian."""

batches = Table(
    "batches",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("run_id", String(16), nullable=False, index=True),
    Column("base_url", Text, nullable=False),
    Column("model", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("canceled", Boolean, nullable=False, server_default=false()),
    Column("file_id", String(200)),
    Column("batch_id", String(200)),
    Column("project", Integer),
    Column("tidied", Boolean, nullable=False, server_default=false()),
)
"""Batches at the provider. `run_id`: the run that waits for it, not a key: what was paid for outlives its run; `state`:
see `adapters.database.runs.batches`; `canceled`: it is to be canceled; `file_id` and `batch_id`: the provider's names
for its file and it; `project`: whose tasks it asks about; `tidied`: its files are deleted at the provider."""

batch_lines = Table(
    "batch_lines",
    metadata,
    Column("batch", String(32), ForeignKey("batches.id", ondelete="CASCADE"), nullable=False),
    Column("digest", Digest, nullable=False, index=True),
    Column("task_id", Integer, nullable=False),
    Column("done", Boolean, nullable=False, server_default=false()),
    Column("failure", String(16)),
    Column("detail", Json),
    PrimaryKeyConstraint("batch", "digest"),
)
"""One row per request of a batch, written before its file is: the first task it is for, and whether its answer is
stored or why there is none."""
