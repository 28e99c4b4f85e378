"""A run by the batch endpoint, left and killed at every step: nothing is uploaded, made or asked twice."""

import os
import signal
from collections.abc import Callable

import pytest

from backend.adapters.processes import is_gone
from backend.domain.dataset.subset import Subset
from backend.services.runs.options import RunOptions
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages
from tests.running import Json, RunningStandIn, until

ALL = Subset("all")
TASKS = 40
LONG_MS = 600_000


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(TASKS))


def counts(stand_in: RunningStandIn, *names: str) -> tuple[int, ...]:
    stats = stand_in.stats()
    return tuple(stats[name] for name in names)


STEPS: dict[str, tuple[dict[str, int], Callable[[Json], bool]]] = {
    "asking alone": ({"latency_ms": LONG_MS}, lambda s: s["requests"] == 1),
    "uploading": ({"batch_answer_ms": LONG_MS}, lambda s: s["uploads"] == 1),
    "creating": ({"batch_answer_ms": 2000}, lambda s: s["batches"] == 1),
    "polling": ({"batch_delay_ms": LONG_MS}, lambda s: s["batches"] == 1),
    "downloading": ({"batch_answer_ms": 2000}, lambda s: s["downloads"] == 1),
}
"""What holds a run in a step, and how it is seen to be there."""


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("again", ["resume", "run"])
def test_killed_at_any_step_it_goes_on(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn, step: str, again: str
) -> None:
    mine.save("topic", project.id)
    switches, there = STEPS[step]
    stand_in.control(**switches)
    run = mine.app.run_in_background("topic@1", ALL, RunOptions(batch=True)).id
    until(lambda: there(stand_in.stats()), 60)
    if step == "polling":
        until(lambda: mine.app.container.batches().stores.batches.of_run(run)[0].state == "open")
    os.kill(int(mine.app.container.run_store.run(run).worker.rpartition(":")[2]), signal.SIGKILL)
    until(lambda: mine.app.watch(run).run.status == "failed")
    stand_in.control(latency_ms=0, batch_answer_ms=0, batch_delay_ms=0)
    if again == "resume":
        mine.command("resume", run)
        assert mine.command("watch", run).out.startswith("completed")
    else:
        assert mine.command("run", "topic@1", "--on", "all", "--batch", "--json").json["coverage"] == 1
    asked_twice = step == "asking alone"
    assert counts(stand_in, "uploads", "batches", "batched") == (1, 1, TASKS - 1)
    assert stand_in.requests() == TASKS + asked_twice
    assert stand_in.stats()["max_asked_after_good"] == 0
    assert project.versions() == {"topic@1": TASKS}


def test_in_the_terminal_it_shows_progress_and_can_be_left(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    mine.save("topic", project.id)
    stand_in.control(batch_delay_ms=LONG_MS)
    process = mine.start("run", "topic@1", "--on", "all", "--batch")
    until(lambda: any(status.run.status == "in_progress" for status in mine.app.runs()), 60)
    (status,) = mine.app.runs()
    until(lambda: [b.state for b in mine.app.container.batches().stores.batches.of_run(status.run.id)] == ["open"], 60)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"ls-prompts resume {status.run.id}" in err
    assert "Traceback" not in err
    assert mine.app.watch(status.run.id).run.status == "canceled"
    refused = mine.command("run", "topic@1", "--on", "all", code=1)
    assert f"A batch of run {status.run.id} is under way" in refused.err
    stand_in.control(batch_delay_ms=0)
    done = mine.command("run", "topic@1", "--on", "all", "--json").json
    assert (done["requests"], done["reused"], done["coverage"]) == (0, TASKS, 1)
    assert counts(stand_in, "uploads", "batches", "requests") == (1, 1, TASKS)


def test_cancel_cancels_it_at_the_provider_too(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    mine.save("topic", project.id)
    stand_in.control(batch_delay_ms=LONG_MS)
    run = mine.app.run_in_background("topic@1", ALL, RunOptions(batch=True)).id
    until(lambda: [b.state for b in mine.app.container.batches().stores.batches.of_run(run)] == ["open"], 60)
    mine.command("cancel", run)
    until(lambda: counts(stand_in, "batched") == ((TASKS - 1) // 2,))
    worker = mine.app.container.run_store.run(run).worker
    until(lambda: is_gone(worker))
    stand_in.control(batch_delay_ms=0)
    mine.command("resume", run)
    assert mine.command("watch", run).out.startswith("completed")
    assert stand_in.requests() == TASKS
    assert counts(stand_in, "uploads", "batches") == (2, 2)
    assert stand_in.stats()["max_asked_after_good"] == 0
    assert project.versions() == {"topic@1": TASKS}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_batch_run_in_the_queue_is_one_job_that_outlives_its_worker(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn, redis_url: str, number: int
) -> None:
    queued = mine.but(REDIS_URL=redis_url)
    queued.save("topic", project.id)
    stand_in.control(batch_delay_ms=LONG_MS)
    run = queued.app.run_in_background("topic@1", ALL, RunOptions(batch=True)).id
    first = queued.start("worker")
    until(lambda: [b.state for b in queued.app.container.batches().stores.batches.of_run(run)] == ["open"], 60)
    first.send_signal(number)
    first.communicate(timeout=30)
    assert first.returncode == (0 if number == signal.SIGTERM else -number)
    stand_in.control(batch_delay_ms=0)
    second = queued.start("worker")
    try:
        until(lambda: queued.app.watch(run).run.status == "completed", 60)
    finally:
        second.kill()
        second.communicate()
    assert counts(stand_in, "uploads", "batches", "batched", "requests") == (1, 1, TASKS - 1, TASKS)
    progress = queued.app.watch(run).counts
    assert (progress.done, progress.failed) == (TASKS, 0)
    assert project.versions() == {"topic@1": TASKS}


def test_a_provider_without_batches_is_said_in_one_sentence(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    mine.save("topic", project.id)
    stand_in.control(no_batches=True)
    err = mine.command("run", "topic@1", "--on", "all", "--batch", code=1).err
    assert err.strip().endswith("has no batch endpoint: run it without a batch.")
    assert mine.command("run", "topic@1", "--on", "all", "--json").json["coverage"] == 1
    assert stand_in.requests() == TASKS
