"""A run that several processes of this machine share: each task is asked about once, whichever of them is killed."""

import os
import signal
from pathlib import Path

import pytest

from backend.engine.request_executor import UNSTORED
from tests.command_forks import ForkedCommand
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages
from tests.running import RunningStandIn, until

TASKS = 120
DOUBLED = 20
CONCURRENCY = 6
LOST = CONCURRENCY + CONCURRENCY // UNSTORED
LATENCY_MS = 300
PRICES = {"PRICE_IN": "2", "PRICE_OUT": "10"}


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """The last tasks have the texts of the first."""
    return StudioProject.made(label_studio, messages(TASKS) + messages(DOUBLED))


@pytest.fixture
def few(mine: Installation, project: StudioProject) -> Installation:
    few = mine.but(CONCURRENCY=str(CONCURRENCY), **PRICES)
    few.save("topic", project.id, parameters={"max_tokens": 40})
    return few


def children(pid: int) -> list[int]:
    """The processes that a process has started (Linux)."""
    return [int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()]


def gone(processes: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in processes)


def at_work(few: Installation, stand_in: RunningStandIn, *words: object) -> tuple[ForkedCommand, list[int]]:
    """A run that two processes share, and these, when many requests were sent."""
    stand_in.control(latency_ms=LATENCY_MS)
    process = few.start("run", "topic@1", "--on", "all", "--processes", 2, *words)
    until(lambda: stand_in.requests() >= 4 * CONCURRENCY or process.poll() is not None)
    return process, children(process.pid)


def resumed(few: Installation, stand_in: RunningStandIn, processes: int) -> None:
    """The only run, to its end."""
    (run,) = few.app.container.run_store.runs()
    stand_in.control(latency_ms=0)
    few.command("resume", run.id, "--processes", processes)
    assert few.command("watch", run.id).out.startswith("completed\n140 of 140 tasks answered, 0 failed")


def test_two_processes_share_the_requests_in_flight_and_ask_each_text_once(
    few: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    stand_in.control(latency_ms=100)
    done = few.command("run", "topic@1", "--on", "all", "--processes", 2, "--json").json
    assert (done["tasks"], done["requests"]) == (TASKS + DOUBLED, TASKS)
    stats = stand_in.stats()
    assert stats["requests"] == TASKS
    assert CONCURRENCY // 2 < stats["peak_in_flight"] <= CONCURRENCY
    assert project.versions() == {"topic@1": TASKS + DOUBLED}


def test_a_killed_process_leaves_its_tasks_to_the_one_that_started_it(
    few: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    process, (first, second) = at_work(few, stand_in)
    os.kill(first, signal.SIGKILL)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert "Another process of this run was killed" in said
    assert stand_in.requests() <= TASKS + LOST
    assert stand_in.stats()["max_asked_after_good"] <= 1, "what had come and was not stored yet is asked once more"
    assert project.versions() == {"topic@1": TASKS + DOUBLED}
    assert gone([first, second])


@pytest.mark.parametrize("processes", [1, 3])
def test_all_end_when_the_one_that_started_them_is_killed(
    few: Installation, project: StudioProject, stand_in: RunningStandIn, processes: int
) -> None:
    process, started = at_work(few, stand_in)
    process.kill()
    process.communicate(timeout=60)
    until(lambda: gone(started))
    stats = stand_in.stats()
    assert stats["requests"] == stats["answered"] < TASKS
    assert few.app.watch(few.app.container.run_store.runs()[0].id).counts.done >= stats["answered"]
    resumed(few, stand_in, processes)
    assert stand_in.requests() == TASKS
    assert project.versions() == {"topic@1": TASKS + DOUBLED}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 1)])
def test_a_signal_stops_all_and_nothing_paid_for_is_lost(
    few: Installation, project: StudioProject, stand_in: RunningStandIn, number: signal.Signals, code: int
) -> None:
    process, started = at_work(few, stand_in)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, gone(started)) == (code, True), said
    assert "Traceback" not in said
    stats = stand_in.stats()
    assert stats["requests"] == stats["answered"] < TASKS
    resumed(few, stand_in, 2)
    assert stand_in.requests() == TASKS


def test_a_canceled_run_ends_in_all_processes(few: Installation, stand_in: RunningStandIn) -> None:
    process, started = at_work(few, stand_in)
    (run,) = few.app.container.run_store.runs()
    few.command("cancel", run.id)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, gone(started)) == (1, True), said
    assert f"Run {run.id} was canceled" in said


def test_two_processes_share_a_budget(few: Installation, stand_in: RunningStandIn) -> None:
    budget = 0.02
    few.command("run", "topic@1", "--on", "all", "--processes", 2, "--budget", budget, code=1)
    (status,) = few.command("runs", "--json").json
    assert (status["status"], status["reason"]) == ("canceled", "budget")
    stats = stand_in.stats()
    spent = (stats["prompt_tokens"] * 2 + stats["completion_tokens"] * 10) / 1e6
    assert status["spent_usd"] == pytest.approx(spent)
    assert 0.6 * budget < spent <= budget


def test_what_a_process_cannot_go_on_with_is_said_once(few: Installation, stand_in: RunningStandIn) -> None:
    stand_in.control(api_key="sk-another")
    said = few.command("run", "topic@1", "--on", "all", "--processes", 2, code=1).err
    assert said.count("Error: ") == 1
    assert "OPENAI_API_KEY" in said


def test_processes_and_batches_exclude_each_other(few: Installation) -> None:
    said = few.command("run", "topic@1", "--on", "all", "--processes", 2, "--batch", code=2).err
    assert "leave out --batch or --processes" in said


def test_a_background_run_is_shared_too(few: Installation, project: StudioProject, stand_in: RunningStandIn) -> None:
    stand_in.control(latency_ms=LATENCY_MS)
    run = few.command("run", "topic@1", "--on", "all", "--processes", 2, "--background").out.strip()
    until(lambda: stand_in.requests() >= 2 * CONCURRENCY)
    worker = int(few.app.container.run_store.run(run).worker.rpartition(":")[2])
    assert len(children(worker)) == 2
    assert few.command("watch", run).out.startswith("completed")
    assert project.versions() == {"topic@1": TASKS + DOUBLED}


def test_workers_carry_out_runs_in_the_background_instead(few: Installation) -> None:
    queued = few.but(REDIS_URL="redis://127.0.0.1:1")
    for words in (("run", "topic@1", "--on", "all", "--background"), ("resume", "nosuch")):
        assert "start more workers" in queued.command(*words, "--processes", 2, code=1).err
    assert few.app.container.run_store.runs() == []
