"""The tables of the database. Alembic's migrations (in `migrations/`) build them; a test compares the two."""

import json
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)


class Json(TypeDecorator[Any]):
    """A JSON value as ASCII text: hostile text (NUL, lone surrogates) is stored exactly by every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


metadata = MetaData()

prompts = Table(
    "prompts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("project", Integer, nullable=False),
)

names = Table(
    "names",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("prompt_id", Integer, ForeignKey("prompts.id", ondelete="SET NULL"), index=True),
    Column("highest", Integer, nullable=False, server_default="0"),
)
"""Every name a prompt has or had; `prompt_id`: None when that was deleted; `highest`: its last number then."""

versions = Table(
    "versions",
    metadata,
    Column("prompt_id", Integer, ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("content", String(64), nullable=False),
    Column("template", Json, nullable=False),
    Column("model", String(200), nullable=False),
    Column("variables", Json, nullable=False),
    Column("schema_digest", String(64), nullable=False),
    Column("parameters", Json, nullable=False),
    Column("note", Json, nullable=False),
    Column("created", String(32), nullable=False),
    Column("confidence", String(16), nullable=False, server_default="auto"),
    Column("definitions", Json),
    Column("examples", Json),
    PrimaryKeyConstraint("prompt_id", "number"),
    UniqueConstraint("prompt_id", "content"),
)
"""`definitions` and `examples`: None when it has none."""

label_configs = Table(
    "label_configs",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("text", Json, nullable=False),
)
"""Labelling configs that versions were saved with, by the digest of their LabelSchema."""

relabelings = Table(
    "relabelings",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project", Integer, nullable=False, index=True),
    Column("control", Json, nullable=False),
    Column("former", Json, nullable=False),
    Column("label", Json, nullable=False),
)
"""Labels that were renamed in a project's config: what is stored as `former` is read as `label`. `id`: digest of
project, control and `former`."""

calibrations = Table(
    "calibrations",
    metadata,
    Column("prompt_id", Integer, ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("calibrators", Json, nullable=False),
    Column("tasks", Integer, nullable=False),
    Column("created", String(32), nullable=False),
    PrimaryKeyConstraint("prompt_id", "number"),
)
"""What a version's confidences are put through before they are pushed, see
`domain.calibration.calibrators.Calibrators`; fitted on so many tasks."""

connections = Table(
    "connections",
    metadata,
    Column("project", Integer, primary_key=True, autoincrement=False),
    Column("in_use", String(80)),
    Column("shown_before", String(200)),
    Column("to_show", String(200)),
    Column("in_use_unmarked", String(80)),
)
"""`in_use`: tag of the version that annotators get; `shown_before`: project.model_version as `connect` found it;
`to_show`: project.model_version before versions were deleted, None when none is being deleted; `in_use_unmarked`: what
was in use when the server began to mark its predictions."""

installation = Table(
    "installation",
    metadata,
    Column("secret", String(64), primary_key=True),
    Column("since", String(32), nullable=False),
)
"""One row. `secret`: what this record's predictions are marked with, see `domain.predictions.marks`; `since`: when that
began."""

unmarked = Table(
    "unmarked",
    metadata,
    Column("project", Integer, nullable=False),
    Column("version", String(80), nullable=False),
    Column("task_id", Integer, nullable=False),
    PrimaryKeyConstraint("project", "version", "task_id"),
)
"""Predictions of ours without a region, which have no place for a mark; written before they are sent."""

accepted = Table(
    "accepted",
    metadata,
    Column("annotation", Integer, primary_key=True, autoincrement=False),
    Column("project", Integer, nullable=False, index=True),
    Column("version", String(80), nullable=False),
    Column("seal", String(64), nullable=False),
)
"""Annotations that `annotate` had made of a version's predictions. `seal`: what they were then, see
`domain.predictions.acceptance.seal`."""

accepting = Table(
    "accepting",
    metadata,
    Column("project", Integer, nullable=False),
    Column("version", String(80), nullable=False),
    Column("after", Integer, nullable=False),
    PrimaryKeyConstraint("project", "version"),
)
"""Annotations that are being made of a version's predictions, and are not in `accepted` yet: those with ids above
`after`."""

completions = Table(
    "completions",
    metadata,
    Column("digest", String(64), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("model", String(200), nullable=False),
    Column("text", Json, nullable=False),
    Column("finish_reason", String(40), nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("cached_tokens", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("logprobs", Json),
    Column("run_id", String(16)),
    Column("batch", Boolean, nullable=False, server_default=false()),
    Column("elsewhere", String(40)),
    PrimaryKeyConstraint("digest", "attempt"),
    Index("ix_completions_paid", "run_id", "model", "prompt_tokens", "cached_tokens", "completion_tokens", "batch"),
)
"""`run_id`: the run that asked, and so paid, for it; None outside of runs. What a run has spent is read from the index
alone: 100,000 completions in 0.05 s."""

runs = Table(
    "runs",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("tag", String(80), nullable=False, index=True),
    Column("project", Integer, nullable=False),
    Column("subset", Text, nullable=False),
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
)
"""`tasks`: size of the baseline once it is known; `worker`: host and process that had it last; `seen`: its last
sign of life, in seconds since 1970; `seconds`: worked on so far; `budget`: most USD it may spend, None for no limit;
`batch`: by the provider's batch endpoint; `server`: the model's base URL, None where that was not noted."""

prompt_details = Table(
    "prompt_details",
    metadata,
    Column("prompt_id", Integer, ForeignKey("prompts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("title", Json, nullable=False),
    Column("description", Json, nullable=False),
    Column("created", String(32), nullable=False),
    Column("user_id", Integer),
    Column("user_email", Json),
)
"""What the API was told about a prompt beside its name. `user_id`, `user_email`: who made it in Label Studio."""

version_ids = Table(
    "version_ids",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("prompt_id", Integer, ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("user_id", Integer),
    Column("user_email", Json),
    UniqueConstraint("prompt_id", "number"),
    sqlite_autoincrement=True,
)
"""The integer that the API knows a version by, never given twice. `user_id`, `user_email`: who saved it, None where
that is not known."""

run_ids = Table(
    "run_ids",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", String(16), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("user_id", Integer),
    Column("user_email", Json),
    sqlite_autoincrement=True,
)
"""The integer that the API knows a run by, never given twice. `user_id`, `user_email`: who started it, None where that
is not known."""

asks = Table(
    "asks",
    metadata,
    Column("run_id", String(16), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("task_id", Integer, nullable=False),
    Column("digest", String(64)),
    Column("sent", Integer, nullable=False, server_default="0"),
    Column("rejection", String(16)),
    Column("failure", String(16)),
    Column("detail", Json),
    PrimaryKeyConstraint("run_id", "task_id"),
)
"""One row per task of a run: the digest of its request, written before it is asked; the requests sent for it; its
Rejection's reason or its Failure, if it had one."""

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
)
"""The steps of runs that several workers share, see `domain.runs.chunk.Job`; gone when the run is completed."""

holds = Table(
    "holds",
    metadata,
    Column("run_id", String(16), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("holder", String(32), nullable=False),
    Column("usd", Float, nullable=False),
    PrimaryKeyConstraint("run_id", "holder"),
)
"""What is set aside of a run's budget for requests under way, per process; and for those whose end is not known."""

day_holds = Table(
    "day_holds",
    metadata,
    Column("day", String(10), nullable=False),
    Column("holder", String(32), nullable=False),
    Column("usd", Float, nullable=False),
    PrimaryKeyConstraint("day", "holder"),
)
"""What is set aside of a day's limit for what the server asks: by its processes, and for runs that it started, see
`adapters.database.daily_ledger`."""

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
see `adapters.database.batches`; `canceled`: it is to be canceled; `file_id` and `batch_id`: the provider's names for
its file and it; `project`: whose tasks it asks about; `tidied`: its files are deleted at the provider."""

batch_lines = Table(
    "batch_lines",
    metadata,
    Column("batch", String(32), ForeignKey("batches.id", ondelete="CASCADE"), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("task_id", Integer, nullable=False),
    Column("done", Boolean, nullable=False, server_default=false()),
    Column("failure", String(16)),
    Column("detail", Json),
    PrimaryKeyConstraint("batch", "digest"),
)
"""One row per request of a batch, written before its file is: the first task it is for, and whether its answer is
stored or why there is none."""

sources = Table(
    "sources",
    metadata,
    Column("digest", String(64), nullable=False),
    Column("project", Integer, nullable=False, index=True),
    PrimaryKeyConstraint("digest", "project"),
)
"""The projects whose tasks a request was about that no run asks: pre-annotations, trials, and those of deleted runs."""

embeddings = Table(
    "embeddings",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)
"""`digest`: of base URL, model and text; `vector`: as many 32-bit floats as the model gives, little-endian."""
