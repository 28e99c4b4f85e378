"""The record of runs: who works on them, what was asked about, what became of it, and in which order."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest

from backend.core.digests import of_samples
from backend.core.outcomes import Failure
from backend.core.runs import ALIVE_S
from backend.edges import run_store as module
from backend.edges.run_store import Ask, Order, RunStore
from backend.errors import RunError, StoreError
from tests.scripted import completion, version

A, B, C = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
def runs(store):
    return RunStore(store)


@pytest.fixture
def run(runs):
    return runs.create(Order("mood@1", 7, "all"))


def asks_of(runs, run):
    return [ask for page in runs.asks_of(run.id, 2) for ask in page]


class Clock:
    def __init__(self, monkeypatch):
        self.now = 1_800_000_000.0
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: self.now))


def pricing(model):
    return (lambda *_: None) if model == "unknown" else (lambda prompt, cached, said: prompt / 100)


def test_a_new_run_is_pending_and_comes_back_as_it_is(runs):
    made = runs.create(Order("mood@1", 7, "ids:" + "7," * 500, push=False, keep=True))
    assert (made.tag, made.project, made.push, made.keep) == ("mood@1", 7, False, True)
    assert (made.status, made.reason, made.tasks, made.seconds) == ("pending", "", None, 0)
    assert runs.run(made.id) == made
    assert runs.runs() == [made]


@pytest.mark.parametrize("wanted", ["", "nosuch", "x" * 500])
def test_a_run_that_is_not_there(runs, run, wanted):
    with pytest.raises(RunError, match="no run"):
        runs.run(wanted)


@pytest.mark.parametrize("wanted", ["\x00", "\ud800"])
def test_a_run_that_no_database_can_name(runs, run, wanted):
    with pytest.raises((RunError, StoreError)):
        runs.run(wanted)


def test_runs_come_newest_first_and_by_tag(runs):
    made = [runs.create(Order(tag, 7, "all")) for tag in ("a@1", "b@1", "a@1", "a@10", "a@1")]
    assert runs.runs() == made[::-1]
    assert runs.runs("a@1") == [made[4], made[2], made[0]]
    assert runs.runs("c@1") == []


def test_runs_created_within_one_second_keep_their_order(runs):
    made = [runs.create(Order("a@1", 7, "all")) for _ in range(20)]
    assert runs.runs() == made[::-1]


def test_one_process_at_a_time_works_on_a_run(runs, run):
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: runs.claim(run.id, "host:1"), range(8)))
    assert claims.count(True) == 1
    assert runs.run(run.id).status == "in_progress"


def test_a_run_without_a_sign_of_life_may_be_taken_over(runs, run, monkeypatch):
    clock = Clock(monkeypatch)
    assert runs.claim(run.id, "host:1")
    clock.now += ALIVE_S - 1
    assert not runs.claim(run.id, "host:1")
    assert runs.beat(run.id, 3) == "in_progress"
    clock.now += ALIVE_S - 1
    assert not runs.claim(run.id, "host:1")
    clock.now += 2
    assert runs.claim(run.id, "host:1")


def test_time_worked_on_adds_up(runs, run):
    runs.claim(run.id, "host:1")
    for seconds in (1, 2.5, 0):
        runs.beat(run.id, seconds)
    assert runs.run(run.id).seconds == 3.5


def test_a_run_that_ended_can_be_resumed(runs, run):
    runs.claim(run.id, "host:1")
    runs.finish(run.id, "failed", "The key was refused.")
    assert (runs.run(run.id).status, runs.run(run.id).reason) == ("failed", "The key was refused.")
    assert not runs.claim(run.id, "host:1")
    runs.reopen(run.id)
    assert runs.claim(run.id, "host:1")
    assert (runs.run(run.id).status, runs.run(run.id).reason) == ("in_progress", "")


def test_a_cancel_is_heard_at_the_next_sign_of_life(runs, run):
    runs.claim(run.id, "host:1")
    assert runs.cancel(run.id)
    assert runs.beat(run.id, 1) == "canceled"
    assert not runs.cancel(run.id)


@pytest.mark.parametrize("status", ["completed", "failed", "canceled"])
def test_what_has_ended_can_not_be_canceled(runs, run, status):
    runs.finish(run.id, status)
    assert not runs.cancel(run.id)
    assert runs.run(run.id).status == status


def test_nothing_happens_to_a_run_that_is_not_there(runs):
    assert not runs.claim("nosuch", "host:1")
    assert not runs.cancel("nosuch")


def test_asks_are_written_and_written_over(runs, run):
    trouble = Failure("server", "It said \x00\ud800😀.")
    runs.record(run.id, [Ask(2, B), Ask(1, A), Ask(3, None, Failure("bad_task", "It is empty."))])
    runs.record(run.id, [Ask(2, B, trouble, sent=6)])
    assert asks_of(runs, run) == [
        Ask(1, A),
        Ask(2, B, trouble, sent=6),
        Ask(3, None, Failure("bad_task", "It is empty.")),
    ]
    runs.record(run.id, [Ask(2, B, rejection="not_json", sent=2)])
    assert asks_of(runs, run)[1] == Ask(2, B, None, "not_json", 8)


def test_nothing_to_record_is_nothing(runs, run):
    runs.record(run.id, [])
    assert asks_of(runs, run) == list(runs.ask_pages("mood@1")) == []


def test_the_same_task_twice_in_one_call_keeps_the_later(runs, run):
    runs.record(run.id, [Ask(1, A, sent=1), Ask(1, B, sent=2)])
    assert asks_of(runs, run) == [Ask(1, B, sent=3)]


def test_the_newest_ask_about_a_task_counts_over_all_runs_of_a_version(runs):
    for turn in range(10):
        made = runs.create(Order("mood@1", 7, "all"))
        runs.record(made.id, [Ask(1, f"{turn:064x}"), Ask(100 + turn, None)])
    runs.record(runs.create(Order("mood@2", 7, "all")).id, [Ask(1, "f" * 64)])
    for size in (1, 2, 3, 100):
        pages = list(runs.ask_pages("mood@1", size))
        assert all(len(page) == size for page in pages[:-1])
        found = [ask for page in pages for ask in page]
        assert found[0] == Ask(1, f"{9:064x}")
        assert [ask.task_id for ask in found] == [1, *range(100, 110)]


def test_a_long_run_is_recorded_in_one_go(runs, run):
    asks = [Ask(number, f"{number:064x}") for number in range(5000)]
    runs.record(run.id, asks)
    assert asks_of(runs, run) == asks


def tallied(runs, run):
    found = runs.tally(runs.run(run.id), pricing)
    return found.tasks, found.done, found.failed, found.rejected, found.requests, found.reused


def test_the_tally_of_nothing(runs, run):
    assert tallied(runs, run) == (0, 0, 0, 0, 0, 0)
    assert runs.tally(run, pricing).cost_usd == 0
    runs.size(run.id, 12)
    assert tallied(runs, run) == (12, 0, 0, 0, 0, 0)


def test_the_tally_counts_what_is_stored(store, runs, run):
    runs.size(run.id, 6)
    store.add_completions([completion(digest=A), completion(digest=B), completion(digest=B, attempt=1)])
    runs.record(
        run.id,
        [
            Ask(1, A, sent=1),
            Ask(2, B, rejection="not_json", sent=2),
            Ask(3, A),
            Ask(4, C, Failure("server", "No."), sent=6),
            Ask(5, None, Failure("bad_task", "Empty.")),
        ],
    )
    assert tallied(runs, run) == (6, 3, 2, 1, 9, 1)
    tally = runs.tally(runs.run(run.id), pricing)
    assert tally.left == 1
    assert tally.cost_usd == pytest.approx(0.3), "of every completion once, however many tasks share it"


def test_a_failure_that_was_mended_since_is_none(store, runs, run):
    runs.record(run.id, [Ask(1, A, Failure("server", "No."), sent=6)])
    assert tallied(runs, run)[1:3] == (0, 1)
    store.add_completions([completion(digest=A)])
    assert tallied(runs, run)[1:3] == (1, 0)


def test_one_unknown_price_makes_the_cost_unknown(store, runs, run):
    store.add_completions([completion(digest=A), replace(completion(digest=B), model="unknown")])
    runs.record(run.id, [Ask(1, A)])
    assert runs.tally(run, pricing).cost_usd is not None
    runs.record(run.id, [Ask(2, B)])
    assert runs.tally(run, pricing).cost_usd is None


def test_the_tally_is_of_one_run(runs, run):
    other = runs.create(Order("mood@1", 7, "all"))
    runs.record(other.id, [Ask(1, A, sent=1)])
    assert tallied(runs, run) == (0, 0, 0, 0, 0, 0)


def test_a_run_of_a_process_that_is_gone_may_be_taken_over_at_once(runs, run):
    assert runs.claim(run.id, "host:1")
    assert not runs.claim(run.id, "host:2", gone="host:3")
    assert runs.claim(run.id, "host:2", gone="host:1")
    assert runs.run(run.id).worker == "host:2"


def test_a_canceled_run_is_neither_taken_nor_completed(runs, run):
    assert runs.claim(run.id, "host:1")
    assert runs.cancel(run.id)
    assert not runs.complete(run.id)
    assert not runs.claim(run.id, "host:2")
    assert runs.run(run.id).status == "canceled"


def test_of_two_runs_started_at_the_same_instant_the_second_meets_the_first(runs):
    def refuse(other):
        raise RunError(f"{other.id} is there.")

    def start(_):
        try:
            return runs.create(Order("mood@1", 7, "all"), refuse)
        except RunError:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [run for run in pool.map(start, range(16)) if run]
    assert made == runs.runs()
    assert len(made) == 1
    runs.finish(made[0].id, "completed")
    assert runs.create(Order("mood@1", 7, "all"), refuse)
    assert runs.create(Order("mood@2", 7, "all"), refuse)


def test_the_tally_of_samples_waits_for_all_of_them_and_counts_each(store, runs):
    tag = store.save(version(confidence="samples:3"))[0].tag
    run = runs.create(Order(tag, 7, "all"))
    runs.record(run.id, [Ask(1, A, sent=3), Ask(2, B, sent=2)])
    store.add_completions([completion(digest=digest) for digest in [*of_samples(A, 3), *of_samples(B, 2)]])
    assert tallied(runs, run) == (2, 1, 0, 0, 5, 0)
    assert runs.tally(run, pricing).cost_usd == pytest.approx(0.5)
