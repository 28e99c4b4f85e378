"""Runs in the background: in a process of their own, and on workers that share a Redis."""

import os
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from backend.domain.dataset.subset import Subset
from backend.engine.request_executor import UNSTORED
from backend.errors import RunError
from backend.services.runs.options import RunOptions
from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages
from tests.running import RunningStandIn, until

ALL = Subset("all")
TASKS = 60
CONCURRENCY = 4
LOST = CONCURRENCY + CONCURRENCY // UNSTORED


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


def test_a_run_in_a_process_of_its_own(few: Installation, project: StudioProject, stand_in: RunningStandIn) -> None:
    few.save("topic", project.id)
    stand_in.control(latency_ms=50)
    started = few.command("run", "topic@1", "--on", "all", "--background", "--json").json
    assert started == {"run": started["run"], "version": "topic@1", "status": "pending"}
    watched = few.command("watch", started["run"])
    assert watched.out.startswith("completed\n60 of 60 tasks answered, 0 failed, 60 requests")
    assert project.versions() == {"topic@1": TASKS}
    (listed,) = few.command("runs", "--json").json
    wanted = {"run": started["run"], "version": "topic@1", "subset": "all", "status": "completed", "tasks": TASKS}
    counts = {"done": TASKS, "failed": 0, "rejected": 0, "requests": TASKS, "reused": 0, "cost_usd": None}
    assert {name: listed[name] for name in (*wanted, *counts)} == wanted | counts


def test_a_canceled_run_stops_keeps_what_came_and_goes_on(
    few: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    few.save("topic", project.id)
    stand_in.control(latency_ms=300)
    run = few.app.run_in_background("topic@1", ALL).id
    until(lambda: few.app.watch(run).counts.done >= 8)
    with pytest.raises(RunError, match=run):
        few.app.run("topic@1", ALL)
    assert few.app.cancel(run)
    assert not few.app.cancel(run)
    kept = until(lambda: _settled(few, run, stand_in))
    assert 8 <= kept < TASKS
    assert project.predictions() == []
    stand_in.control(latency_ms=0)
    few.command("resume", run)
    few.command("watch", run)
    assert stand_in.requests() <= TASKS + LOST
    assert stand_in.stats()["max_asked_after_good"] == 0
    assert project.versions() == {"topic@1": TASKS}


def test_a_run_whose_process_is_gone_says_so_and_goes_on(
    few: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    few.save("topic", project.id)
    stand_in.control(latency_ms=150)
    run = few.app.run_in_background("topic@1", ALL).id
    until(lambda: few.app.watch(run).counts.done >= 8)
    os.kill(int(few.app.container.run_store.run(run).worker.rpartition(":")[2]), signal.SIGKILL)
    until(lambda: few.app.watch(run).run.status == "failed")
    told = few.command("watch", run, code=1).out
    assert f"failed: Its process is gone. `ls-prompts resume {run}` continues it." in told
    few.command("resume", run)
    few.command("watch", run)
    assert stand_in.requests() <= TASKS + LOST
    assert project.versions() == {"topic@1": TASKS}


def test_a_worker_ends_when_nothing_waits(queued: Installation, project: StudioProject) -> None:
    tags = [queued.save(name, project.id) for name in ("topic", "theme")]
    one = Subset("ids", ids=tuple(_two(project)[:1]))
    runs = [queued.app.run_in_background(tag, one, RunOptions(push=False)) for tag in tags]
    with pytest.raises(RunError, match=f"{runs[0].id}.*waits"):
        queued.app.run("topic@1", one)
    queued.command("worker", "--burst")
    assert [queued.app.watch(run.id).run.status for run in runs] == ["completed", "completed"]


def test_without_redis_one_sentence(few: Installation) -> None:
    away = few.but(REDIS_URL=f"redis://127.0.0.1:{services.free_port()}")
    assert "REDIS_URL" in few.command("worker", code=1).err
    done = away.command("worker", code=1)
    assert done.out == ""
    assert "does not answer" in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_runs_over_http(few: Installation, project: StudioProject, tmp_path: Path) -> None:
    few.save("topic", project.id)
    done = few.app.run("topic@1", Subset("ids", ids=tuple(_two(project))), RunOptions(push=False))
    with services.backend(services.free_port(), few.env, log=tmp_path / "backend.log") as backend:
        (listed,) = httpx.get(f"{backend.url}/runs", timeout=60).json()
        assert (listed["run"], listed["status"], listed["done"]) == (done.run.id, "completed", 2)
        assert httpx.get(f"{backend.url}/runs/{done.run.id}", timeout=60).json() == listed
        assert httpx.get(f"{backend.url}/runs/nonsense", timeout=60).status_code == 404


def _settled(installation: Installation, run: str, stand_in: RunningStandIn) -> int:
    """The number of stored answers once nothing is under way any more; 0 until then."""
    worker = installation.app.container.run_store.run(run).worker
    alive = subprocess.run(
        ["ps", "-o", "stat=", "-p", worker.rpartition(":")[2]], capture_output=True, text=True
    ).stdout
    gone = not alive.strip() or alive.startswith("Z")
    return installation.app.watch(run).counts.done if gone else 0


def _two(project: StudioProject) -> list[int]:
    return [task["id"] for task in project.tasks()[:2]]


def test_a_run_that_nobody_takes_has_failed_and_blocks_no_other(few: Installation, project: StudioProject) -> None:
    few.save("topic", project.id)
    away = few.but(REDIS_URL=f"redis://127.0.0.1:{services.free_port()}")
    done = away.command("run", "topic@1", "--on", "all", "--background", code=1)
    assert "does not answer" in done.err
    (run,) = few.app.container.run_store.runs()
    assert (run.status, "does not answer" in run.reason) == ("failed", True)
    few.command("run", "topic@1", "--on", "all")
    assert project.versions() == {"topic@1": TASKS}


def test_what_failed_is_asked_again_and_what_was_rejected_when_wanted(
    few: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    few.save("topic", project.id)
    stand_in.control(malformed=1)
    run = few.app.run("topic@1", ALL).run.id
    assert few.app.watch(run).counts.rejected == TASKS
    assert "--rejected takes its 60" in few.command("retry", run, code=1).err
    stand_in.control(malformed=0)
    again = few.command("retry", run, "--rejected").out.strip()
    assert few.command("watch", again).out.startswith("completed\n60 of 60 tasks answered, 0 failed, 60 requests")
    assert project.versions() == {"topic@1": TASKS}
    assert stand_in.requests() == 3 * TASKS
    assert "nothing to ask again" in few.command("retry", again, "--rejected", code=1).err


def test_failures_of_a_run_are_retried_without_the_rest(
    few: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    few.save("topic", project.id)
    ids = [task["id"] for task in project.tasks()]
    few.app.run("topic@1", Subset("ids", ids=tuple(ids[:20])), RunOptions(push=False))
    broken = few.but(OPENAI_API_KEY="sk-of-a-test", REQUEST_TIMEOUT_S="0.2")
    stand_in.control(hang=1)
    run = broken.app.run("topic@1", Subset("ids", ids=tuple(ids[15:24])), RunOptions(push=False)).run.id
    assert few.app.watch(run).counts.failed == 4
    stand_in.control(hang=0)
    stand_in.reset()
    again = few.command("retry", run).out.strip()
    few.command("watch", again)
    assert (few.app.watch(again).counts.done, stand_in.requests()) == (4, 4)
