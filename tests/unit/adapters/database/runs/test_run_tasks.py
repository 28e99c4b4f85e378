"""The tasks of runs: which were asked about, what became of them, and the totals of a run."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.cascade import joined
from backend.domain.chat.request import ChatRequest
from backend.domain.dataset.subset import Subset
from backend.domain.hashing import of_samples
from backend.domain.outcome import Failure, Outcome
from backend.domain.runs.run import Run
from tests.scripted import completion, template, version

A, B, C = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
def runs(store: Store) -> RunStore:
    return RunStore(store)


@pytest.fixture
def run(runs: RunStore) -> Run:
    return runs.create(NewRun("mood@1", 7, Subset("all")))


def asks_of(runs: RunStore, run: Run) -> list[RunTask]:
    return [ask for page in runs.run_tasks.of_run(run.id, 2) for ask in page]


def pricing(model: str, _connection: str) -> Callable[[int, int, int], float | None]:
    return (lambda *_: None) if model == "unknown" else (lambda prompt, cached, said: prompt / 100)


def test_asks_are_written_and_written_over(runs: RunStore, run: Run) -> None:
    trouble = Failure("server", "It said \x00\ud800😀.")
    runs.run_tasks.note(run.id, [RunTask(2, B), RunTask(1, A), RunTask(3, None, Failure("bad_task", "It is empty."))])
    runs.run_tasks.note(run.id, [RunTask(2, B, trouble, sent=6)])
    assert asks_of(runs, run) == [
        RunTask(1, A),
        RunTask(2, B, trouble, sent=6),
        RunTask(3, None, Failure("bad_task", "It is empty.")),
    ]
    runs.run_tasks.note(run.id, [RunTask(2, B, rejection="not_json", sent=2)])
    assert asks_of(runs, run)[1] == RunTask(2, B, None, "not_json", 8)


def test_nothing_to_record_is_nothing(runs: RunStore, run: Run) -> None:
    runs.run_tasks.note(run.id, [])
    assert asks_of(runs, run) == []
    assert list(runs.run_tasks.of_version("mood@1")) == []


def test_the_same_task_twice_in_one_call_keeps_the_later(runs: RunStore, run: Run) -> None:
    runs.run_tasks.note(run.id, [RunTask(1, A, sent=1), RunTask(1, B, sent=2)])
    assert asks_of(runs, run) == [RunTask(1, B, sent=3)]


def test_the_newest_ask_about_a_task_counts_over_all_runs_of_a_version(runs: RunStore) -> None:
    for turn in range(10):
        made = runs.create(NewRun("mood@1", 7, Subset("all")))
        runs.run_tasks.note(made.id, [RunTask(1, f"{turn:064x}"), RunTask(100 + turn, None)])
    runs.run_tasks.note(runs.create(NewRun("mood@2", 7, Subset("all"))).id, [RunTask(1, "f" * 64)])
    for size in (1, 2, 3, 100):
        pages = list(runs.run_tasks.of_version("mood@1", size))
        assert all(len(page) == size for page in pages[:-1])
        found = [ask for page in pages for ask in page]
        assert found[0] == RunTask(1, f"{9:064x}")
        assert [ask.task_id for ask in found] == [1, *range(100, 110)]
    assert [runs.run_tasks.stamp(tag)[0] for tag in ("mood@1", "mood@2", "mood@3")] == [20, 1, 0]


@pytest.mark.slow
def test_a_long_run_is_recorded_in_one_go(runs: RunStore, run: Run) -> None:
    asks = [RunTask(number, f"{number:064x}") for number in range(5000)]
    runs.run_tasks.note(run.id, asks)
    assert asks_of(runs, run) == asks


def tallied(runs: RunStore, run: Run) -> tuple[int, ...]:
    found = runs.run_tasks.counts(runs.run(run.id), pricing)
    return found.tasks, found.done, found.failed, found.rejected, found.requests, found.reused


def test_the_tally_of_nothing(runs: RunStore, run: Run) -> None:
    assert tallied(runs, run) == (0, 0, 0, 0, 0, 0)
    assert runs.run_tasks.counts(run, pricing).cost_usd == 0
    runs.size(run.id, 12)
    assert tallied(runs, run) == (12, 0, 0, 0, 0, 0)


def test_the_tally_counts_what_is_stored(store: Store, runs: RunStore, run: Run) -> None:
    runs.size(run.id, 6)
    store.add_completions([completion(digest=A), completion(digest=B), completion(digest=B, attempt=1)])
    runs.run_tasks.note(
        run.id,
        [
            RunTask(1, A, sent=1),
            RunTask(2, B, rejection="not_json", sent=2),
            RunTask(3, A),
            RunTask(4, C, Failure("server", "No."), sent=6),
            RunTask(5, None, Failure("bad_task", "Empty.")),
        ],
    )
    assert tallied(runs, run) == (6, 3, 2, 1, 9, 1)
    counts = runs.run_tasks.counts(runs.run(run.id), pricing)
    assert counts.left == 1
    assert counts.cost_usd == pytest.approx(0.3), "of every completion once, however many tasks share it"


def test_a_failure_that_the_run_itself_made_good_is_none(store: Store, runs: RunStore, run: Run) -> None:
    runs.run_tasks.note(run.id, [RunTask(1, A, Failure("server", "No."), sent=6)])
    assert tallied(runs, run)[1:3] == (0, 1)
    store.add_completions([completion(digest=A)], run_id=run.id)
    assert tallied(runs, run)[1:3] == (1, 0)


def test_what_another_run_answers_later_leaves_the_record_of_this_one_alone(
    store: Store, runs: RunStore, run: Run
) -> None:
    runs.run_tasks.note(run.id, [RunTask(1, A, Failure("server", "No."), sent=6)])
    other = runs.create(NewRun("mood@1", 7, Subset("all")))
    store.add_completions([completion(digest=A)], run_id=other.id)
    assert tallied(runs, run)[1:3] == (0, 1)
    runs.run_tasks.note(run.id, [RunTask(1, A)])
    assert tallied(runs, run)[1:3] == (1, 0), "when it is worked on again, the answer is its own"


def test_one_unknown_price_makes_the_cost_unknown(store: Store, runs: RunStore, run: Run) -> None:
    store.add_completions([completion(digest=A), replace(completion(digest=B), model="unknown")])
    runs.run_tasks.note(run.id, [RunTask(1, A)])
    assert runs.run_tasks.counts(run, pricing).cost_usd is not None
    runs.run_tasks.note(run.id, [RunTask(2, B)])
    assert runs.run_tasks.counts(run, pricing).cost_usd is None


def test_the_tally_is_of_one_run(runs: RunStore, run: Run) -> None:
    other = runs.create(NewRun("mood@1", 7, Subset("all")))
    runs.run_tasks.note(other.id, [RunTask(1, A, sent=1)])
    assert tallied(runs, run) == (0, 0, 0, 0, 0, 0)


def test_the_tally_of_samples_waits_for_all_of_them_and_counts_each(store: Store, runs: RunStore) -> None:
    tag = store.save(version(confidence="samples:3"))[0].tag
    run = runs.create(NewRun(tag, 7, Subset("all")))
    first, second = (ChatRequest(template(samples=3), text) for text in ("one", "two"))
    runs.run_tasks.plan(run.id, [(1, first), (2, second), (3, Failure("bad_task", "Empty."))])
    runs.run_tasks.note(run.id, [RunTask(1, first.digest, sent=3), RunTask(2, second.digest, sent=2)])
    stored = [*of_samples(first.digest, 3), *of_samples(second.digest, 2)]
    store.add_completions([completion(digest=digest) for digest in stored])
    assert tallied(runs, run) == (2, 1, 0, 0, 5, 0)
    assert runs.run_tasks.counts(run, pricing).cost_usd == pytest.approx(0.5)


def test_a_cascade_is_done_where_its_outcome_is_noted_and_costs_what_was_asked(
    store: Store, runs: RunStore, run: Run
) -> None:
    first, second = template(), template(model="dear", connection="other")
    asks = [replace(ChatRequest(first, text), then=ChatRequest(second, text)) for text in ("a", "b", "c")]
    runs.run_tasks.plan(run.id, list(enumerate(asks)))
    store.add_completions([completion(digest=ask.digest) for ask in asks], run_id=run.id)
    store.add_completions([completion(digest=ask.then.digest) for ask in asks if ask.then])
    assert tallied(runs, run)[:3] == (3, 0, 0), "the first model's answer alone is no outcome"
    kept, went_on = Outcome(0, {}, asks[0].digest, sent=1), Outcome(1, {}, asks[1].digest, sent=1)
    away = Outcome(2, Failure("timeout", "…"), asks[2].digest, sent=3)
    answers = [Outcome(number, {}, ask.then.digest if ask.then else None) for number, ask in enumerate(asks)]
    noted = [kept, joined(went_on, answers[1]), joined(away, answers[2])]
    runs.run_tasks.note(run.id, [RunTask.of(outcome) for outcome in noted])
    assert tallied(runs, run) == (3, 3, 0, 0, 5, 0)
    assert runs.run_tasks.counts(runs.run(run.id), pricing).cost_usd == pytest.approx(0.5), "of five requests"
    steps = [(task.step, task.first_failure) for task in asks_of(runs, run)]
    assert steps == [(1, None), (2, None), (2, "timeout")]
    assert asks_of(runs, run)[0].then_digest == (asks[0].then and asks[0].then.digest), "as it was planned"
    runs.run_tasks.note(run.id, [RunTask.of(joined(went_on, Outcome(1, Failure("server", "No."), answers[1].digest)))])
    assert tallied(runs, run)[1:3] == (2, 1)


def test_few_tasks_of_a_version_are_looked_up(store: Store) -> None:
    store.save(version(name="mood"))
    record = RunStore(store)
    for digest in ("a" * 64, "b" * 64):
        run = record.create(NewRun("mood@1", 1, Subset("all")))
        record.run_tasks.note(run.id, [RunTask(task, digest) for task in range(1, 8)])
        record.finish(run.id, "completed")
    pages = list(record.run_tasks.of_version("mood@1", size=2, only=[7, 3, 5, 99]))
    assert [[(ask.task_id, ask.digest) for ask in page] for page in pages] == [
        [(3, "b" * 64), (5, "b" * 64)],
        [(7, "b" * 64)],
    ]
    assert list(record.run_tasks.of_version("mood@1", only=[])) == []
