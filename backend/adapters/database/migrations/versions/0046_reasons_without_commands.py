"""Why runs ended, without the commands that continue them: each interface says in its own words what to do next."""

import json
import re

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

NOW_SAID = [
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (r"^(The monthly budget of connection .*; the answers are kept): raise it with `ls-prompts .*", r"\1."),
        (r"^(The batch continues at the provider): `ls-prompts .*", r"\1."),
        (r"^(Its process (is gone|did not begin)); `ls-prompts .*", r"\1."),
        (r"^(No process could be started for run .* disk), then `ls-prompts .*", r"\1. Resume it to go on."),
        (r"^(None of the \d+ tasks got an answer .*): see `ls-prompts results --failed`\.$", r"\1: see why."),
        (r"^(None of the \d+ tasks got an answer .*)[:;] `ls-prompts (doctor|try|results --failed)`[^`]*$", r"\1."),
        (
            r"^(Connection '.*' (leads to .* as before|was removed, and run .* uses it)): `ls-prompts connect-model .*",
            r"\1. Have the connection lead there again, then resume the run.",
        ),
        (
            r"^(A batch of run .* is under way at the provider): `ls-prompts .*",
            r"\1. Resume the run to collect the answers, or cancel it.",
        ),
        (r"^(The .* are used up: .* midnight UTC, or with) more, `ls-prompts keep-up .*", r"\1 a larger budget."),
        (r"^(Run .* was canceled): `ls-prompts keep-up .*", r"\1: turn keep-up on again to go on."),
        (r"^(No version is in use in project \d+): `ls-prompts use .*", r"\1: use one for annotators first."),
    )
]
"""The sentences that name no command any more, as earlier releases said them, and what is said now. Others stay."""


def upgrade() -> None:
    runs = sa.table("runs", sa.column("id"), sa.column("reason"), sa.column("stop"))
    reasons = sa.select(runs.c.id, runs.c.reason).where(runs.c.reason.like("%`ls-prompts %"))
    for run_id, reason in op.get_bind().execute(reasons).all():
        op.execute(runs.update().where(runs.c.id == run_id).values(reason=_now_said(reason)))
    keep_ups = sa.table("keep_ups", sa.column("project"), sa.column("trouble"))
    troubles = sa.select(keep_ups.c.project, keep_ups.c.trouble).where(keep_ups.c.trouble.like("%`ls-prompts %"))
    for project, trouble in op.get_bind().execute(troubles).all():
        now = json.dumps(_now_said(json.loads(trouble)))
        op.execute(keep_ups.update().where(keep_ups.c.project == project).values(trouble=now))
    left = runs.c.reason == "The batch continues at the provider."
    op.execute(runs.update().where(left).values(stop="left_batch"))
    asks = sa.table("asks", sa.column("failure"), sa.column("detail"))
    shorter = sa.func.replace(asks.c.detail, "; `ls-prompts retry` asks again", "")
    op.execute(asks.update().where(asks.c.failure == "crashed").values(detail=shorter))


def _now_said(sentence: str) -> str:
    for pattern, words in NOW_SAID:
        sentence = pattern.sub(words, sentence)
    return sentence
