"""Runs: their tasks, their chunks and their budgets."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    false,
)

from backend.adapters.database.tables.base import Digest, Json, metadata

runs = Table(
    "runs",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("tag", String(80), nullable=False, index=True),
    Column("project", Integer, nullable=False),
    Column("push", Boolean, nullable=False),
    Column("keep", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created", String(32), nullable=False),
    Column("tasks", Integer),
    Column("worker", String(300), nullable=False),
    Column("seen", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("budget", Float),
    Column("batch", Boolean, nullable=False, server_default=false()),
    Column("server", String(1000)),
    Column("search", Json),
    Column("subset", Text),
    Column("stop", String(20)),
)
"""`subset` or `search`: what it works on, the other is None, see `domain.runs.run.Run.scope`; `tasks`: their number
once it is known; `worker`: host and process that had it last; `seen`: its last sign of life, in seconds since 1970;
`seconds`: worked on so far; `budget`: most USD it may spend, None for no limit; `batch`: by the provider's batch
endpoint; `server`: the model's base URL, None where that was not noted; `stop`: why it ended, see
`domain.runs.stop_reason.StopKind`."""

asks = Table(
    "asks",
    metadata,
    Column("run_id", String(16), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("task_id", Integer, nullable=False),
    Column("digest", Digest),
    Column("sent", Integer, nullable=False, server_default="0"),
    Column("rejection", String(16)),
    Column("failure", String(16)),
    Column("detail", Json),
    Column("then_digest", Digest),
    Column("step", Integer),
    Column("first_failure", String(16)),
    PrimaryKeyConstraint("run_id", "task_id"),
)
"""One row per task of a run: the digest of its request, written before it is asked; the requests sent for it; its
Rejection's reason or its Failure, if it had one. Of a cascade, also the digest of the request to its second model;
which model made the outcome, 1 or 2, None while there is none; the kind of the first one's Failure, if that led on."""

samples = Table(
    "samples",
    metadata,
    Column("digest", Digest, primary_key=True),
    Column("request", Digest, nullable=False, index=True),
    Column("number", Integer, nullable=False),
)
"""Requests that runs repeat: `request` is the digest of the one that is repeated, `number` counts from 1."""

payments = Table(
    "payments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", String(16), nullable=False, index=True),
    Column("model", String(200), nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("cached_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("connection", String(40), nullable=False, server_default="default"),
    Column("month", String(7)),
)
"""Answers that were paid for and are the answer to no request, because the budget of `run_id` cut them short."""

jobs = Table(
    "jobs",
    metadata,
    Column("run_id", String(16), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("ids", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("worker", String(300), nullable=False),
    Column("seen", Float, nullable=False),
    Column("deaths", Integer, nullable=False),
    PrimaryKeyConstraint("run_id", "number"),
    Index("ix_jobs_status", "status", "run_id", "number"),
)
"""The steps of runs that several workers share, see `domain.runs.chunk.Chunk`; gone when the run is completed."""

holds = Table(
    "holds",
    metadata,
    Column("run_id", String(16), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("holder", String(32), nullable=False),
    Column("usd", Float, nullable=False),
    PrimaryKeyConstraint("run_id", "holder"),
)
"""What is reserved of a run's budget for requests under way, per process; and for those whose end is not known."""

day_holds = Table(
    "day_holds",
    metadata,
    Column("day", String(10), nullable=False),
    Column("holder", String(32), nullable=False),
    Column("usd", Float, nullable=False),
    Column("paid", Float, nullable=False, server_default="0"),
    Column("until", Float),
    PrimaryKeyConstraint("day", "holder"),
)
"""What is reserved of a day's limit for what the server asks: by its processes, and for runs that it started, with
what these had `paid` before. `until`: of a run that is being started, when that ends, in seconds since 1970. See
`adapters.database.budgets.period_ledger`."""

month_holds = Table(
    "month_holds",
    metadata,
    Column("connection", String(40), nullable=False),
    Column("month", String(7), nullable=False),
    Column("holder", String(32), nullable=False),
    Column("usd", Float, nullable=False),
    PrimaryKeyConstraint("connection", "month", "holder"),
)
"""What is reserved of a connection's monthly budget, per process, see `adapters.database.budgets.connection_ledger`."""
