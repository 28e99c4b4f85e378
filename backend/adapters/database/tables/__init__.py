"""The tables of the database. The migrations build them; a test compares the two."""

from backend.adapters.database.tables.base import metadata
from backend.adapters.database.tables.completions import batch_lines, batches, completions, embeddings, payers, sources
from backend.adapters.database.tables.keep_ups import keep_up_runs, keep_ups
from backend.adapters.database.tables.model_connections import learnt_formats, model_connections
from backend.adapters.database.tables.outside_answers import outside_answers
from backend.adapters.database.tables.predictions import accepted, accepting, connections, installation, unmarked
from backend.adapters.database.tables.prompts import calibrations, label_configs, names, prompts, relabelings, versions
from backend.adapters.database.tables.public_ids import actions, connection_ids, prompt_details, run_ids, version_ids
from backend.adapters.database.tables.runs import asks, day_holds, holds, jobs, month_holds, payments, runs, samples
from backend.adapters.database.tables.trust import canaries, draw_chances, draws, looks

__all__ = [
    "accepted",
    "accepting",
    "actions",
    "asks",
    "batch_lines",
    "batches",
    "calibrations",
    "canaries",
    "completions",
    "connection_ids",
    "connections",
    "day_holds",
    "draw_chances",
    "draws",
    "embeddings",
    "holds",
    "installation",
    "jobs",
    "keep_up_runs",
    "keep_ups",
    "label_configs",
    "learnt_formats",
    "looks",
    "metadata",
    "model_connections",
    "month_holds",
    "names",
    "outside_answers",
    "payers",
    "payments",
    "prompt_details",
    "prompts",
    "relabelings",
    "run_ids",
    "runs",
    "samples",
    "sources",
    "unmarked",
    "version_ids",
    "versions",
]
