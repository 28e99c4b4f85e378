"""Which projects keep up, and what their webhooks must send."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend.adapters.database.deletions import DeletionStore
from backend.adapters.database.projects.keep_ups import KeepUpStore
from backend.adapters.database.projects.project_data import ForgetStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.keep_up import KeepUp
from tests.scripted import completion, version

ON = KeepUp(7, True, 2.0, 10, "mood@1", "", "2026-11-29", 1, "ann@example.com")


def test_one_for_each_project(store: Store) -> None:
    keep_ups = KeepUpStore(store)
    assert (keep_ups.of(7), keep_ups.all()) == (None, [])
    keep_ups.save(ON, "a")
    keep_ups.save(replace(ON, project=3, on=False), "b")
    keep_ups.note(7, trouble="Away.")
    assert keep_ups.of(7) == replace(ON, trouble="Away.")
    assert [keep_up.project for keep_up in keep_ups.all()] == [3, 7]


def test_a_secret_counts_while_it_is_on(store: Store) -> None:
    keep_ups = KeepUpStore(store)
    keep_ups.save(ON, "first")
    assert keep_ups.is_secret(7, "first")
    assert not any(keep_ups.is_secret(*wrong) for wrong in ((7, "other"), (8, "first"), (7, "")))
    keep_ups.save(ON, "second")
    assert (keep_ups.is_secret(7, "first"), keep_ups.is_secret(7, "second")) == (False, True)
    keep_ups.save(replace(ON, on=False), "third")
    assert not keep_ups.is_secret(7, "third")


def test_a_day_counts_what_a_deleted_version_cost(store: Store) -> None:
    store.save(version(project=7))
    keep_ups, day = KeepUpStore(store), datetime.now(UTC).date().isoformat()
    run = RunStore(store).create(NewRun("mood@1", 7, Subset("rest", ids=(1,))))
    RunStore(store).finish(run.id, "completed")
    keep_ups.add_run(7, run.id, day)
    store.add_completions([completion(prompt_tokens=20)], run.id)
    assert keep_ups.spent(7, day, pricing) == pytest.approx(0.2)
    DeletionStore(store).delete("mood", 1)
    assert (keep_ups.runs(7, day), keep_ups.newest(7)) == ([], None)
    assert keep_ups.spent(7, day, pricing) == pytest.approx(0.2)
    ForgetStore(store).forget(7)
    assert keep_ups.spent(7, day, pricing) == pytest.approx(0.2), "also without its answers"
    assert keep_ups.spent(8, day, pricing) == keep_ups.spent(7, "2026-01-01", pricing) == 0


def pricing(_model: str, _connection: str) -> Callable[[int, int, int], float]:
    return lambda prompt, cached, said: prompt / 100
