"""A record of the release before this one opens, and says of its runs, samples and payments what it said then."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from backend.adapters.database.budget_ledger import BudgetLedger
from backend.adapters.database.project_data import ForgetStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs import RunStore
from backend.adapters.database.tables import asks
from backend.domain.dataset.subset import Subset, read_subset
from backend.domain.hashing import numbered
from backend.domain.optimize.search import SearchOptions
from backend.domain.runs.stop_reason import LEFT_BATCH, StopKind
from tests.earlier_schema import engine_at

A, B, RANDOM, LIVE = "a" * 64, "b" * 64, "c" * 64, "d" * 64
SUBSETS = {
    "00000001": "ground-truth:any/accepted/dev:0.5",
    "00000002": "ids:3,7-12",
    "00000003": "enhance:8:3:llama3:8b",
    "00000004": "rest:4:9,11",
    "00000005": "sample:20:7/stratify",
}
STOPS = {
    "00000002": ("The monthly budget of connection 'groq' is used up; the answers are kept.", StopKind.MONTHLY_BUDGET),
    "00000003": ("It was canceled.", StopKind.OTHER),
    "00000004": ("It was interrupted.", StopKind.INTERRUPTED),
    "00000005": ("budget", StopKind.BUDGET),
}
"""Run -> the sentence with which it was canceled, and what that means."""
COMMANDS = {
    "00000002": "The monthly budget of connection 'groq' is used up; the answers are kept: raise it with `ls-prompts "
    "connect-model groq --monthly-budget USD`, or continue next month (UTC). `ls-prompts resume 2` continues it.",
    "other": "The batch continues at the provider: `ls-prompts resume other` collects it, `ls-prompts cancel other` "
    "cancels it.",
}
"""Run -> the sentence as that release stored it, where it named commands."""
RUN = "00000001"
USD = 15 / 1e6
"""Of each completion here: 10 tokens of prompt, 5 of completion, a USD per million."""


def price(_model: str, _connection: str) -> Callable[[int, int, int], float]:
    return lambda prompt, cached, said: (prompt + said) / 1e6


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """One prompt with three samples a task, its runs, and what was paid for."""
    yield "prompts", {"id": 1, "name": "mood", "project": 7}
    texts = {"template": '"{text}"', "variables": '["text"]', "parameters": "{}", "note": '""', "model": "m"}
    version = {"number": 1, "content": "x", "schema_digest": "y", "created": "2026", "confidence": "samples:3"}
    yield "versions", {"prompt_id": 1, **texts, **version}
    for run, subset in SUBSETS.items():
        flags = {"push": True, "keep": False, "batch": False, "budget": 1.0}
        work = {"status": "completed", "reason": "", "worker": "", "seen": 0.0, "seconds": 1.0, "tasks": 2}
        end = {"status": "canceled", "reason": COMMANDS.get(run, STOPS[run][0])} if run in STOPS else {}
        yield (
            "runs",
            {"id": run, "tag": "mood@1", "project": 7, "subset": subset, "created": run, **flags, **work, **end},
        )
    left = {"status": "canceled", "reason": COMMANDS["other"]}
    yield (
        "runs",
        {"id": "other", "tag": "tone@1", "project": 8, "subset": "all", "created": "0", **flags, **work, **left},
    )
    crashed = {"failure": "crashed", "detail": json.dumps("Its chunk ended 3 workers; `ls-prompts retry` asks again.")}
    yield "asks", {"run_id": "other", "task_id": 3, "sent": 1, **crashed}
    for task, digest in ((1, A), (2, B)):
        yield "asks", {"run_id": RUN, "task_id": task, "digest": digest, "sent": 3}
    answered = [(numbered(A, number), RUN) for number in range(3)] + [(numbered(B, number), RUN) for number in range(2)]
    for digest, payer in [*answered, (RANDOM, RUN), (LIVE, None), (numbered(LIVE, 1), None)]:
        size = {"prompt_tokens": 10, "completion_tokens": 5, "cached_tokens": 0, "seconds": 0.1, "model": "m"}
        kind = {"attempt": 0, "text": json.dumps("{}"), "finish_reason": "stop", "refused": False, "batch": False}
        yield "completions", {"digest": digest, "run_id": payer, **kind, **size}
    yield "sources", {"digest": LIVE, "project": 7}


@pytest.fixture
def upgraded(database_url: str) -> Iterator[Store]:
    engine = engine_at(database_url, "0014")
    with engine.begin() as connection:
        for name, row in rows():
            table = sa.table(name, *map(sa.column, row))
            connection.execute(table.insert().values(**row))
    engine.dispose()
    opened = Store(database_url)
    yield opened
    opened.close()


def test_every_run_is_about_what_it_was_about(upgraded: Store) -> None:
    scopes = {run.id: run.scope for run in RunStore(upgraded).runs("mood@1")}
    assert {run: str(scope) for run, scope in scopes.items()} == SUBSETS
    assert scopes["00000003"] == SearchOptions("llama3:8b", 8, 3)
    others = [scope for scope in scopes.values() if not isinstance(scope, SearchOptions)]
    assert others == [read_subset(text) for text in SUBSETS.values() if not text.startswith("enhance:")][::-1]
    assert Subset("ids", ids=(3, 7, 8, 9, 10, 11, 12)) in others


def test_what_ended_a_run_is_read_from_the_sentence_about_it_once(upgraded: Store) -> None:
    stops = {run.id: (run.reason, run.stop) for run in RunStore(upgraded).runs("mood@1")}
    assert stops == STOPS | {RUN: ("", StopKind.OTHER)}


def test_what_was_stored_names_no_command_any_more(upgraded: Store) -> None:
    record = RunStore(upgraded)
    run = record.run("other")
    assert (run.reason, run.stop) == LEFT_BATCH
    with upgraded.engine.connect() as connection:
        said = sa.select(asks.c.detail).where(asks.c.failure == "crashed")
        assert connection.execute(said).scalars().all() == ["Its chunk ended 3 workers."]


def test_samples_are_counted_as_before(upgraded: Store) -> None:
    record = RunStore(upgraded)
    counts = record.run_tasks.counts(record.run(RUN), price)
    assert (counts.tasks, counts.done, counts.failed, counts.requests) == (2, 1, 0, 6), (
        "one task lacks its third sample"
    )
    assert counts.cost_usd == pytest.approx(5 * USD)
    assert counts.spent_usd == pytest.approx(6 * USD), "with the answer that a budget cut short"
    assert BudgetLedger(upgraded, RUN, price).spent() == pytest.approx(6 * USD)


def test_what_is_held_about_a_project_goes_as_before(upgraded: Store) -> None:
    assert ForgetStore(upgraded).held(7).answers == 8
    assert ForgetStore(upgraded).held(8).answers == 0
    ForgetStore(upgraded).forget(7)
    assert upgraded.completions([A, numbered(A, 1), B, RANDOM, LIVE, numbered(LIVE, 1)]) == {}
    with upgraded.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM samples")).scalar() == 0
