"""A database of the release before this one opens, and says of its runs, samples and payments what it said then."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from backend.adapters.database.budgets.budget_ledger import BudgetLedger
from backend.adapters.database.projects.project_data import ForgetStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.runs import RunStore
from backend.adapters.database.tables import asks, keep_ups, runs
from backend.domain.dataset.subset import Subset, read_subset
from backend.domain.hashing import numbered
from backend.domain.optimize.search import SearchOptions
from backend.domain.runs.stop_reason import ABANDONED, LEFT_BATCH, NEVER_BEGAN, StopKind
from backend.engine.budgets.budget_rules import MonthUsedUp
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
ELSEWHERE = "Have the connection lead there again, then resume the run."
STORED_BEFORE = {
    "month": (
        "The monthly budget of connection 'groq' is used up, or too little is left for the next request; the answers "
        "are kept: raise it with `ls-prompts connect-model groq --monthly-budget USD`, or continue next month (UTC). "
        "The same `ls-prompts enhance mood@1` continues it.",
        MonthUsedUp("groq").notice.sentence,
    ),
    "batch": (
        "The batch continues at the provider: `ls-prompts resume batch` collects it, `ls-prompts cancel batch` "
        "cancels it.",
        LEFT_BATCH.sentence,
    ),
    "gone": ("Its process is gone; `ls-prompts resume` continues it.", ABANDONED.sentence),
    "unbegun": ("Its process did not begin; `ls-prompts resume` starts another.", NEVER_BEGAN.sentence),
    "memory": (
        "No process could be started for run memory (no memory: none): free some memory or disk, then `ls-prompts "
        "resume memory`.",
        "No process could be started for run memory (no memory: none): free some memory or disk. Resume it to go on.",
    ),
    "none": (
        "None of the 30 tasks got an answer (timeout 30). Most often: no; see `x`: set CONCURRENCY lower or "
        "REQUEST_TIMEOUT_S higher; `ls-prompts doctor` says which fit this server.",
        "None of the 30 tasks got an answer (timeout 30). Most often: no; see `x`: set CONCURRENCY lower or "
        "REQUEST_TIMEOUT_S higher.",
    ),
    "refused": (
        "None of the 3 tasks got an answer (refused 3): see what the provider does not allow: `ls-prompts results "
        "--failed`.",
        "None of the 3 tasks got an answer (refused 3): see what the provider does not allow.",
    ),
    "unknown": (
        "None of the 3 tasks got an answer (odd 3): see `ls-prompts results --failed`.",
        "None of the 3 tasks got an answer (odd 3): see why.",
    ),
    "moved": (
        "Connection 'groq' leads to http://b/v1 now, not to http://a/v1 as before: `ls-prompts connect-model groq "
        "--base-url http://a/v1`, then `ls-prompts resume moved`.",
        f"Connection 'groq' leads to http://b/v1 now, not to http://a/v1 as before. {ELSEWHERE}",
    ),
    "removed": (
        "Connection 'groq' was removed, and run removed uses it: `ls-prompts connect-model groq --base-url URL`, then "
        "`ls-prompts resume removed`.",
        f"Connection 'groq' was removed, and run removed uses it. {ELSEWHERE}",
    ),
    "other batch": (
        "A batch of run 1f3a is under way at the provider: `ls-prompts resume 1f3a` waits for it, `ls-prompts cancel "
        "1f3a` cancels it.",
        "A batch of run 1f3a is under way at the provider. Resume the run to collect the answers, or cancel it.",
    ),
    "nginx": (
        NGINX := "The proxy in front of Label Studio refuses 1 prediction(s) as too large (413; 9 bytes), of task 3: "
        "raise its limit for a request (nginx: client_max_body_size, 1 MB by default), then run `ls-prompts push "
        "mood@1`. The others are there.",
        NGINX,
    ),
    "config": (
        CONFIG := "The config changed, and the database does not have the former one. If labels were renamed: "
        "`ls-prompts relabel OLD NEW`, for each of them.",
        CONFIG,
    ),
}
"""Run -> the sentence that the release before stored of it, and what is stored now."""
TROUBLE_BEFORE = {
    1: (
        "The 2 USD a day for new tasks of project 1 are used up: it goes on after midnight UTC, or with more, "
        "`ls-prompts keep-up 1 --on --budget 4`.",
        "The 2 USD a day for new tasks of project 1 are used up: it goes on after midnight UTC, or with a larger "
        "budget.",
    ),
    2: (
        "Run 1f3a for new tasks of project 2 was canceled: `ls-prompts keep-up 2 --on --budget 2` goes on.",
        "Run 1f3a for new tasks of project 2 was canceled: turn keep-up on again to go on.",
    ),
    3: (
        "No version is in use in project 3: `ls-prompts use VERSION` selects one.",
        "No version is in use in project 3: use one for annotators first.",
    ),
    4: STORED_BEFORE["moved"],
}
"""Project -> the sentence about its keep-up, and what is stored now."""
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


def test_what_was_reworded_is_reworded_and_the_rest_stays(database_url: str) -> None:
    engine = engine_at(database_url, "0045")
    end = {"status": "failed", "stop": "", "created": "2026", "worker": "", "seen": 0.0, "seconds": 1.0}
    on = {"on": True, "budget": 2.0, "since": 0, "tag": "mood@1", "secret": "", "changed": "2026"}
    with engine.begin() as connection:
        for run, (before, _) in STORED_BEFORE.items():
            about = {"id": run, "tag": "mood@1", "project": 7, "push": True, "keep": False, "subset": "all"}
            connection.execute(runs.insert().values(**about, **end, reason=before))
        for project, (before, _) in TROUBLE_BEFORE.items():
            connection.execute(keep_ups.insert().values(project=project, **on, trouble=before))
    engine.dispose()
    opened = Store(database_url)
    with opened.engine.connect() as connection:
        reasons = {row.id: row.reason for row in connection.execute(sa.select(runs))}
        troubles = {row.project: row.trouble for row in connection.execute(sa.select(keep_ups))}
    opened.close()
    assert reasons == {run: now for run, (_, now) in STORED_BEFORE.items()}
    assert troubles == {key: now for key, (_, now) in TROUBLE_BEFORE.items()}


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
