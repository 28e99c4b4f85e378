"""What annotators get and whose predictions and annotations in Label Studio are."""

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, String, Table

from backend.adapters.database.tables.base import metadata

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
"""One row. `secret`: what marks the predictions of this database, see `domain.predictions.marks`; `since`: when it
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
