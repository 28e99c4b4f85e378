"""SIGTERM, sent to real processes while the model is busy: nothing paid for is lost, and the rest can go on."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import sqlalchemy as sa

from backend.adapters.database.runs.runs import NewRun
from backend.adapters.database.tables import jobs
from backend.domain.dataset.subset import Subset
from demo import services
from tests.command_forks import ForkedCommand
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages
from tests.running import RunningStandIn, catches, until

ALL = Subset("all")
LATENCY_MS = 400
TASKS = 60
CONCURRENCY = 4


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(TASKS))


@pytest.fixture
def few(mine: Installation) -> Installation:
    return mine.but(CONCURRENCY=str(CONCURRENCY))


@pytest.fixture
def queued(few: Installation, redis_url: str) -> Installation:
    """Runs of this installation go to workers."""
    return few.but(REDIS_URL=redis_url)


@contextmanager
def started(installation: Installation, *words: object) -> Iterator[ForkedCommand]:
    process = installation.start(*words)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def told_to_end(process: ForkedCommand) -> str:
    """What it says until its end."""
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    return err


def paid_and_kept(installation: Installation, run: str, stand_in: RunningStandIn) -> int:
    """Requests at the model, all of which were answered, and are stored, and are known to the run."""
    stats, counts = stand_in.stats(), installation.app.watch(run).counts
    assert stats["left"] == stats["in_flight"] == 0
    assert stats["requests"] == stats["answered"] == counts.done == counts.requests
    assert counts.reused == 0
    return counts.done


def held(installation: Installation) -> int:
    """Chunks that a worker owns."""
    mine = sa.select(sa.func.count()).where(jobs.c.status == "in_progress")
    with installation.app.container.store.engine.connect() as connection:
        return int(connection.execute(mine).scalar() or 0)


@pytest.mark.parametrize("background", [False, True])
def test_a_run_that_is_told_to_end_keeps_all_it_paid_for(
    few: Installation,
    project: StudioProject,
    stand_in: RunningStandIn,
    background: bool,
) -> None:
    few.save("topic", project.id)
    stand_in.control(latency_ms=LATENCY_MS)
    words = (
        ("work", few.app.container.run_store.create(NewRun("topic@1", project.id, Subset("all"))).id)
        if background
        else ("run", "topic@1", "--on", "all")
    )
    with started(few, *words) as process:
        until(lambda: stand_in.requests() >= 3 * CONCURRENCY)
        said = told_to_end(process)
    (run,) = few.app.container.run_store.runs()
    assert (process.returncode, run.status) == (1, "canceled")
    assert f"Run {run.id} was stopped; its answers are kept. `ls-prompts resume {run.id}` continues it." in said
    kept = paid_and_kept(few, run.id, stand_in)
    assert 3 * CONCURRENCY <= kept < TASKS
    assert project.predictions() == []
    stand_in.control(latency_ms=0)
    few.command("resume", run.id)
    few.command("watch", run.id)
    assert stand_in.requests() == TASKS
    assert project.versions() == {"topic@1": TASKS}


def test_a_run_that_waits_for_nothing_ends_at_once(few: Installation, project: StudioProject) -> None:
    few.save("topic", project.id)
    run = few.app.container.run_store.create(NewRun("topic@1", project.id, Subset("all"))).id
    with started(few, "watch", run) as process:
        until(lambda: catches(process.pid, signal.SIGTERM))
        said = told_to_end(process)
    assert process.returncode == 128 + signal.SIGTERM, said
    # the signal may come before the command has begun to watch
    assert said.splitlines()[-1].startswith(("Stopped watching; the run continues.", "Error: Stopped"))
    assert "Traceback" not in said


def test_a_worker_that_is_told_to_end_gives_its_run_to_another(
    queued: Installation,
    project: StudioProject,
    stand_in: RunningStandIn,
) -> None:
    queued.save("topic", project.id)
    stand_in.control(latency_ms=LATENCY_MS)
    run = queued.app.run_in_background("topic@1", ALL).id
    with started(queued, "worker") as first:
        until(lambda: stand_in.requests() >= 3 * CONCURRENCY)
        said = told_to_end(first)
    assert first.returncode == 0
    assert (
        said.splitlines()[-1]
        == "Stopped. The answers that were on their way are stored; another worker continues with the rest."
    )
    assert queued.app.watch(run).run.status == "in_progress"
    assert held(queued) == 0
    kept = paid_and_kept(queued, run, stand_in)
    assert 3 * CONCURRENCY <= kept < TASKS
    stand_in.control(latency_ms=0)
    queued.command("worker", "--burst")
    assert queued.app.watch(run).run.status == "completed"
    assert stand_in.requests() == TASKS
    assert project.versions() == {"topic@1": TASKS}


def test_a_worker_serves_its_metrics_and_logs_json(
    queued: Installation,
    project: StudioProject,
    stand_in: RunningStandIn,
) -> None:
    queued.save("topic", project.id)
    port = services.free_port()
    observed = queued.but(METRICS_PORT=str(port), LOG_FORMAT="json")
    run = queued.app.run_in_background("topic@1", ALL).id
    with started(observed, "worker") as worker:
        until(lambda: queued.app.watch(run).run.status == "completed", 60)
        page = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
        lines = [json.loads(line) for line in told_to_end(worker).splitlines()]
    assert f'open_prompts_requests_total{{model="stand-in",result="answered"}} {TASKS}.0' in page
    assert f"open_prompts_answers_total {TASKS}.0" in page
    assert "open_prompts_queue_depth 0.0" in page
    assert "Refund" not in page
    assert {line["level"] for line in lines} <= {"INFO", "WARNING"}
