"""Runs in the background: in a process of their own, and on workers that share a Redis."""

import os
import signal
import subprocess
from pathlib import Path

import httpx
import pytest
from redis import Redis

from backend.core.subsets import Subset
from backend.errors import RunError
from backend.flows.runs import Ending
from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Project, messages
from tests.running import RunningStandIn, until

ALL = Subset("all")
TASKS = 60
CONCURRENCY = 4


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> Project:
    return Project.made(label_studio, messages(TASKS))


@pytest.fixture
def few(mine: Installation) -> Installation:
    return mine.but(CONCURRENCY=str(CONCURRENCY))


@pytest.fixture
def queued(few: Installation, redis_url: str) -> Installation:
    """Runs of this installation go to workers."""
    Redis.from_url(redis_url).flushall()
    return few.but(REDIS_URL=redis_url)


def test_a_run_in_a_process_of_its_own(few: Installation, project: Project, stand_in: RunningStandIn) -> None:
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
    few: Installation, project: Project, stand_in: RunningStandIn
) -> None:
    few.save("topic", project.id)
    stand_in.control(latency_ms=300)
    run = few.app.run_in_background("topic@1", ALL).id
    until(lambda: few.app.watch(run).tally.done >= 8)
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
    assert stand_in.requests() <= TASKS + CONCURRENCY
    assert stand_in.stats()["max_asked_after_good"] == 0
    assert project.versions() == {"topic@1": TASKS}


def test_a_run_whose_process_is_gone_says_so_and_goes_on(
    few: Installation, project: Project, stand_in: RunningStandIn
) -> None:
    few.save("topic", project.id)
    stand_in.control(latency_ms=150)
    run = few.app.run_in_background("topic@1", ALL).id
    until(lambda: few.app.watch(run).tally.done >= 8)
    os.kill(int(few.app.record.run(run).worker.rpartition(":")[2]), signal.SIGKILL)
    until(lambda: few.app.watch(run).run.status == "failed")
    assert "resume" in few.app.watch(run).run.reason
    few.command("resume", run)
    few.command("watch", run)
    assert stand_in.requests() <= TASKS + CONCURRENCY
    assert project.versions() == {"topic@1": TASKS}


@pytest.mark.parametrize("kills", [1, 2])
def test_a_killed_workers_run_is_taken_up_by_the_next(
    queued: Installation, project: Project, stand_in: RunningStandIn, kills: int
) -> None:
    queued.save("topic", project.id)
    stand_in.control(latency_ms=250)
    run = queued.app.run_in_background("topic@1", ALL).id
    assert queued.app.watch(run).run.status == "pending"
    workers = [queued.start("worker") for _ in range(kills + 1)]
    try:
        for kill in range(kills):
            until(lambda done=8 * (kill + 1): queued.app.watch(run).tally.done >= done, 60)
            holder = int(queued.app.record.run(run).worker.rpartition(":")[2])
            os.kill(holder, signal.SIGKILL)
            until(lambda gone=holder: not queued.app.record.run(run).worker.endswith(f":{gone}"), 30)
        assert until(lambda: queued.app.watch(run).run.status == "completed", 60)
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    assert stand_in.requests() <= TASKS + kills * CONCURRENCY
    assert project.versions() == {"topic@1": TASKS}


def test_a_worker_ends_when_nothing_waits(queued: Installation, project: Project) -> None:
    queued.save("topic", project.id)
    runs = [
        queued.app.run_in_background("topic@1", Subset("ids", ids=(task,)), Ending(push=False))
        for task in _two(project)
    ]
    queued.command("worker", "--burst")
    assert [queued.app.watch(run.id).run.status for run in runs] == ["completed", "completed"]


def test_without_redis_one_sentence(few: Installation) -> None:
    away = few.but(REDIS_URL=f"redis://127.0.0.1:{services.free_port()}")
    assert "REDIS_URL" in few.command("worker", code=1).err
    for words in (["worker"], ["runs"]):
        done = away.command(*words, code=1)
        assert done.out == ""
        assert "does not answer" in done.err
        assert len(done.err.strip().splitlines()) == 1


def test_runs_over_http(few: Installation, project: Project, tmp_path: Path) -> None:
    few.save("topic", project.id)
    done = few.app.run("topic@1", Subset("ids", ids=tuple(_two(project))), Ending(push=False))
    with services.backend(services.free_port(), few.env, log=tmp_path / "backend.log") as backend:
        (listed,) = httpx.get(f"{backend.url}/runs").json()
        assert (listed["run"], listed["status"], listed["done"]) == (done.run.id, "completed", 2)
        assert httpx.get(f"{backend.url}/runs/{done.run.id}").json() == listed
        assert httpx.get(f"{backend.url}/runs/nonsense").status_code == 404


def _settled(installation: Installation, run: str, stand_in: RunningStandIn) -> int:
    """The number of stored answers once nothing is under way any more; 0 until then."""
    worker = installation.app.record.run(run).worker
    alive = subprocess.run(
        ["ps", "-o", "stat=", "-p", worker.rpartition(":")[2]], capture_output=True, text=True
    ).stdout
    gone = not alive.strip() or alive.startswith("Z")
    return installation.app.watch(run).tally.done if gone else 0


def _two(project: Project) -> list[int]:
    return [task["id"] for task in project.tasks()[:2]]
