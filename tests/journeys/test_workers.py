"""Several workers share a run: each request is asked once, whoever is killed, and all predictions arrive."""

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from redis import Redis

from backend.adapters.database.tables import completions, jobs
from backend.domain.dataset.subset import Subset
from backend.engine.request_executor import UNSTORED
from backend.services.runs.options import RunOptions
from tests.command_forks import ForkedCommand
from tests.databases import postgresql
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages
from tests.running import RunningStandIn, until
from tests.scripted import some

ALL = Subset("all")
TASKS = 2600
COPIES = 300
"""Tasks whose text another chunk has too."""
CONCURRENCY = 16
LOST = CONCURRENCY + CONCURRENCY // UNSTORED
PATIENCE_S = 240


@pytest.fixture(scope="module")
def project(label_studio: RunningLabelStudio) -> StudioProject:
    data = messages(TASKS)
    return StudioProject.made(label_studio, data[: TASKS - COPIES] + data[:COPIES])


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, mine: Installation, redis_url: str) -> Iterator[Installation]:
    """An installation whose runs go to workers."""
    installation = mine.but(CONCURRENCY=str(CONCURRENCY), REDIS_URL=redis_url)
    if request.param == "sqlite":
        yield installation
        return
    with postgresql() as url:
        yield installation.but(DATABASE_URL=url)


@contextmanager
def working(installation: Installation, number: int) -> Iterator[list[ForkedCommand]]:
    """So many workers; the list may grow. None of them may show a traceback, whatever is killed or cut around it."""
    workers = [installation.start("worker") for _ in range(number)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.kill()
        said = [worker.communicate()[1] for worker in workers]
    assert "Traceback" not in "".join(said)


def holders(installation: Installation) -> set[int]:
    """Process ids of the workers that have a job."""
    held = sa.select(jobs.c.worker).where(jobs.c.status == "in_progress")
    with installation.app.container.store.engine.connect() as connection:
        return {int(worker.rpartition(":")[2]) for worker in connection.execute(held).scalars()}


def stored(installation: Installation) -> int:
    with installation.app.container.store.engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(completions)).scalar() or 0)


def test_three_workers_share_a_run_and_are_killed_at_random(
    shared: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    kills = 2  # a third one might meet the same chunk, which would then be quarantined
    dice = random.Random(os.urandom(4))
    tag = shared.save(f"topic-{dice.randrange(10**9)}", project.id)
    stand_in.control(latency_ms=100)
    run = shared.app.run_in_background(tag, ALL).id
    assert shared.app.watch(run).run.status == "pending"
    with working(shared, 3) as workers:
        for kill in range(kills):
            enough = (kill + dice.random()) * 700
            until(lambda enough=enough: stored(shared) >= enough, PATIENCE_S)
            pid = dice.choice(sorted(until(lambda: holders(shared), PATIENCE_S)))
            os.kill(pid, signal.SIGKILL)
            until(lambda gone=pid: gone not in holders(shared), 30)
            workers.append(shared.start("worker"))
        status = until(lambda: _ended(shared, run), PATIENCE_S)
    assert (status.run.status, status.run.reason) == ("completed", "")
    assert (status.counts.done, status.counts.failed) == (TASKS, 0)
    assert stored(shared) == TASKS - COPIES
    assert TASKS - COPIES <= stand_in.requests() <= TASKS - COPIES + kills * LOST
    assert project.versions()[tag] == TASKS
    assert len({p["task"] for p in project.predictions() if p["model_version"] == tag}) == TASKS


def test_no_kill_no_request_twice_and_never_more_in_flight_than_agreed(
    shared: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    most = 12
    few = shared.but(MAX_IN_FLIGHT=str(most))
    stand_in.control(latency_ms=20)
    tags = [few.save(name, project.id) for name in ("one", "same")]
    runs = [few.app.run_in_background(tag, ALL, RunOptions(push=False)).id for tag in tags]
    with working(few, 3):
        for run in runs:
            assert until(lambda run=run: _ended(few, run), PATIENCE_S).run.status == "completed"
    assert stand_in.requests() == TASKS - COPIES, "both versions ask the same"
    assert stand_in.stats()["peak_in_flight"] <= most


def test_a_database_and_a_redis_that_go_away_for_a_moment_cost_nothing(
    mine: Installation, project: StudioProject, redis_url: str, stand_in: RunningStandIn
) -> None:
    stand_in.control(latency_ms=100)
    with postgresql() as url:
        shared = mine.but(CONCURRENCY=str(CONCURRENCY), REDIS_URL=redis_url, DATABASE_URL=f"{url}&application_name=cut")
        tag = shared.save("topic", project.id)
        run = shared.app.run_in_background(tag, ALL, RunOptions(push=False)).id
        with working(shared, 2), Redis.from_url(redis_url) as redis:
            for cut in range(1, 5):
                until(lambda cut=cut: stored(shared) >= 400 * cut, PATIENCE_S)
                assert cut_connections(url) > 0
                redis.flushall()
            status = until(lambda: _ended(shared, run), PATIENCE_S)
        assert (status.run.status, status.run.reason, status.counts.done) == ("completed", "", TASKS)
        assert stored(shared) == TASKS - COPIES
        assert stand_in.requests() == TASKS - COPIES
        shared.app.container.store.close()


def cut_connections(url: str) -> int:
    """Ends all connections of this test's processes but its own; how many."""
    engine = sa.create_engine(url)
    ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'cut'"
    with engine.connect() as connection:
        found = int(connection.execute(sa.text(ended)).scalar() or 0)
    engine.dispose()
    return found


@pytest.mark.parametrize(("budget", "enough"), [(0.25, False), (0.9, True)])
def test_workers_share_a_budget_and_none_spends_more_than_all_may(
    shared: Installation, project: StudioProject, stand_in: RunningStandIn, budget: float, enough: bool
) -> None:
    """Neither has room for all slots of two workers at their largest price: one waits for what the other leaves, and
    a run whose budget is enough is not stopped by that."""
    tight = shared.but(PRICE_IN="2", PRICE_OUT="10")
    tag = tight.save("topic", project.id)
    stand_in.control(latency_ms=20, server_error=0.05, malformed=0.05)
    run = tight.app.run_in_background(tag, ALL, RunOptions(push=False, budget=budget)).id
    with working(tight, 2):
        status = until(lambda: _ended(tight, run), PATIENCE_S)
    stats = stand_in.stats()
    charged = (stats["prompt_tokens"] * 2 + stats["completion_tokens"] * 10) / 1e6
    assert charged <= budget
    if enough:
        assert (status.run.status, status.counts.done) == ("completed", TASKS)
    else:
        assert (status.run.status, status.run.reason) == ("canceled", "budget")
        assert charged > 0.6 * budget
        assert 0 < status.counts.done < TASKS
    assert status.counts.spent_usd == pytest.approx(charged)


def test_a_chunk_that_ends_its_workers_is_set_aside(
    mine: Installation, label_studio: RunningLabelStudio, redis_url: str, stand_in: RunningStandIn
) -> None:
    queued = mine.but(REDIS_URL=redis_url, CONCURRENCY="4")
    project = StudioProject.made(label_studio, messages(40))
    queued.save("topic", project.id)
    stand_in.control(latency_ms=400)
    run = queued.app.run_in_background("topic@1", ALL).id
    with working(queued, 1) as workers:
        for _ in range(3):
            until(lambda: holders(queued) and stand_in.requests(), 60)
            before = stand_in.requests()
            until(lambda before=before: stand_in.requests() > before, 60)
            os.kill(workers[-1].pid, signal.SIGKILL)
            workers[-1].communicate()
            workers.append(queued.start("worker"))
        status = until(lambda: _ended(queued, run), 60)
    assert status.run.status == "completed"
    assert status.counts.failed > 0
    assert status.counts.done + status.counts.failed == 40
    assert project.versions() == {"topic@1": status.counts.done}
    assert {some(row.reason).partition(":")[0] for row in queued.app.results("topic@1", ["failed"])} == {"crashed"}


def _ended(installation: Installation, run: str) -> object:
    status = installation.app.watch(run)
    return None if status.run.status in ("pending", "in_progress") else status
