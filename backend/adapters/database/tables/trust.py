"""What the trust in numbers rests on: which tasks were drawn at random, looks at ground truths, and canaries."""

from sqlalchemy import Column, Float, ForeignKey, Integer, String, Table

from backend.adapters.database.tables.base import Json, metadata

draws = Table(
    "draws",
    metadata,
    Column("project", Integer, primary_key=True, autoincrement=False),
    Column("last", String(64), nullable=False),
)
"""How far the order of a project's tasks was drawn, see `domain.dataset.draw.Draw`."""

draw_chances = Table(
    "draw_chances",
    metadata,
    Column("project", Integer, primary_key=True, autoincrement=False),
    Column("task", Integer, primary_key=True, autoincrement=False),
    Column("chance", Float, nullable=False),
)
"""With which chance (0..1) tasks of active draws were drawn, see `domain.dataset.active_draw`."""

looks = Table(
    "looks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("prompt_id", Integer, ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("content", String(64), nullable=False),
    Column("tasks", Json, nullable=False),
    Column("won", Integer),
    Column("learnt", Json),
)
"""Looks at the ground truths that judge rewrites, see `domain.optimize.looks`. `content`: digest of the prompt that was
looked at; `tasks`: ids of the tasks of these ground truths; `won`: number of the version that a search saved after it,
and `learnt`: the tasks that this search learned from."""

canaries = Table(
    "canaries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("prompt_id", Integer, ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("asked", String(32), nullable=False),
    Column("requests", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("odd", Integer, nullable=False),
    Column("others", Integer, nullable=False),
)
"""What was found when stored requests of version `number` were asked again, see `domain.canary.Canary`."""
