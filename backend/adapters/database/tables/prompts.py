"""Prompts and their versions, the labelling configs they were saved with, and their calibrations."""

from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint, String, Table, UniqueConstraint

from backend.adapters.database.tables.base import Json, metadata

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
    Column("system", Json),
    Column("connection", String(40), nullable=False, server_default="default"),
    Column("cascade", Json),
    PrimaryKeyConstraint("prompt_id", "number"),
    UniqueConstraint("prompt_id", "content"),
)
"""`definitions`, `examples`, `system` and `cascade`: None when it has none; `system` may be empty too."""

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
