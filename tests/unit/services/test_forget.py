"""Forgetting a project at the model's provider too, against the stand-in's batch endpoint."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.adapters.database.runs.runs import NewRun
from backend.adapters.processes import this_process
from backend.adapters.providers.batch_api import BatchApi
from backend.app import App
from backend.container import Container
from backend.domain.dataset.subset import Subset
from backend.domain.runs.run import Run
from backend.engine.shutdown import Shutdown, Stopped
from backend.errors import ProviderAwayError, ProviderError, RunError
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.progress import Silent
from backend.services.runs.batch import batch_run as module
from backend.services.runs.batch.batch_run import BatchRun
from backend.settings import Settings
from tests.installation import Installation
from tests.running import RunningStandIn
from tests.scripted import at, builder, tasks, version

PROJECT = 7
LONG_MS = 600_000


class Leaving(Silent):
    """Has this process end as soon as there is something to say."""

    def __init__(self, stop: Shutdown) -> None:
        self._stop = stop

    def notify(self, sentence: str) -> None:
        self._stop.request()


class BatchUser:
    """A user of the batch endpoint with a project of ten tasks."""

    def __init__(self, folder: Path, url: str) -> None:
        values: dict[str, Any] = {"data_dir": folder / "data", "openai_base_url": url, "openai_api_key": "sk-of-a-test"}
        self.url = url
        self.app = App(Container(Settings(_env_file=None, **values)))
        self.app.container.store.save(version(project=PROJECT))

    def begin(self) -> Run:
        run = self.app.container.run_store.create(NewRun("mood@1", PROJECT, Subset("all"), batch=True))
        assert self.app.container.run_store.claim(run.id, this_process())
        return run

    def batch(self, run: Run, stop_when_open: bool = False) -> None:
        plain = builder(parameters={})
        made = type(plain)(plain.version, plain.schema, at(self.url))
        heartbeat, batches = Heartbeat(lambda *_: "in_progress"), self.app.container.batches()
        bar = Leaving(batches.stop) if stop_when_open else Silent()
        try:
            batches.label(BatchRun(run, made, lambda: [tasks(10)], bar, heartbeat))
        except Stopped:
            batches.stop.requested = False
        else:
            self.app.container.run_store.complete(run.id)

    def files(self) -> list[str]:
        listed = httpx.get(f"{self.url}/files", timeout=60).json()["data"]
        return [file["id"] for file in listed]


@pytest.fixture
def desk(tmp_path: Path, stand_in: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchUser]:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.02)
    made = BatchUser(tmp_path, stand_in.url)
    yield made
    made.app.container.store.close()


def test_a_batchs_files_are_deleted_at_the_provider_once_it_is_collected(
    desk: BatchUser, stand_in: RunningStandIn
) -> None:
    stand_in.control(malformed=0.3)
    desk.batch(desk.begin())
    assert stand_in.stats()["uploads"] >= 1
    assert stand_in.stats()["downloads"] >= 1
    assert desk.files() == []


@pytest.mark.parametrize("end", ["failed", "expired", "cancelled"])
def test_however_the_batch_ends(desk: BatchUser, stand_in: RunningStandIn, end: str) -> None:
    stand_in.control(batch_end=end)
    desk.batch(desk.begin())
    assert desk.files() == []


def test_what_could_not_be_deleted_goes_with_the_next_batch(
    desk: BatchUser, stand_in: RunningStandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_api: BatchApi, _file: str) -> None:
        raise ProviderAwayError("The provider is away.")

    with monkeypatch.context() as patch:
        patch.setattr(BatchApi, "delete_file", refuse)
        desk.batch(desk.begin())
    assert "still at the provider" in caplog.text
    assert len(desk.files()) == 2
    desk.batch(desk.begin())
    assert desk.files() == []


def test_nothing_is_deleted_here_before_it_is_at_the_provider(desk: BatchUser, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_api: BatchApi, _file: str) -> None:
        raise ProviderAwayError("The provider is away.")

    monkeypatch.setattr(BatchApi, "delete_file", refuse)
    desk.batch(desk.begin())
    with pytest.raises(ProviderError, match="away"):
        desk.app.forget(PROJECT)
    assert desk.app.held(PROJECT).answers == 10


def test_a_project_is_forgotten_whole(desk: BatchUser) -> None:
    run = desk.begin()
    desk.batch(run)
    (desk.app.container.settings.data_dir / "runs").mkdir()
    log = desk.app.container.settings.data_dir / "runs" / f"{run.id}.log"
    log.write_text("what it printed")
    held = desk.app.forget(PROJECT)
    assert (held.answers, held.runs, held.batches) == (10, 1, 1)
    assert desk.app.held(PROJECT).nothing
    assert not log.exists()
    assert desk.app.forget(PROJECT).nothing, "it can be repeated"


def test_not_while_a_run_is_under_way(desk: BatchUser) -> None:
    run = desk.begin()
    with pytest.raises(RunError, match=f"Run {run.id} is under way: cancel it"):
        desk.app.forget(PROJECT)
    assert desk.app.held(PROJECT).runs == 1


def test_not_while_a_canceled_run_may_store_its_last_answers(desk: BatchUser, monkeypatch: pytest.MonkeyPatch) -> None:
    record = desk.app.container.run_store
    run = record.create(NewRun("mood@1", PROJECT, Subset("all")))
    assert record.claim(run.id, this_process())
    record.cancel(run.id)
    with pytest.raises(RunError, match=f"Run {run.id} stores its last answers: forget again in 15 seconds"):
        desk.app.forget(PROJECT)
    monkeypatch.setattr("backend.services.run_control.ownership.ALIVE_S", 0.0)
    assert desk.app.forget(PROJECT).runs == 1


def test_a_batch_that_was_left_is_canceled_and_its_files_go(desk: BatchUser, stand_in: RunningStandIn) -> None:
    run = desk.begin()
    stand_in.control(batch_delay_ms=LONG_MS)
    desk.batch(run, stop_when_open=True)
    desk.app.container.run_store.finish(run.id, "canceled", "It was left.")
    assert desk.files()
    desk.app.forget(PROJECT)
    assert desk.files() == []
    assert desk.app.held(PROJECT).nothing


def test_files_at_another_provider_are_named(desk: BatchUser, stand_in: RunningStandIn) -> None:
    run = desk.begin()
    stand_in.control(batch_delay_ms=LONG_MS)
    desk.batch(run, stop_when_open=True)
    desk.app.container.run_store.finish(run.id, "canceled", "It was left.")
    elsewhere = App(
        Container(desk.app.container.settings.model_copy(update={"openai_base_url": "http://127.0.0.1:1/v1"}))
    )
    said: list[str] = []
    elsewhere.forget(PROJECT, said.append)
    (sentence,) = said
    assert desk.files()[0] in sentence
    assert desk.url in sentence
    assert elsewhere.held(PROJECT).nothing
    elsewhere.container.store.close()


@pytest.mark.slow
def test_the_command_says_how_much_it_is_before_it_asks(desk: BatchUser, tmp_path: Path) -> None:
    desk.batch(desk.begin())
    env = {"DATA_DIR": str(desk.app.container.settings.data_dir)}
    here = Installation.made(tmp_path, desk.url, **env)
    refused = here.command("forget", PROJECT, code=1)
    assert "Delete 10 answers, 1 run, 1 batch of project 7? This can't be undone" in refused.err
    assert "add --yes" in refused.err
    assert desk.app.held(PROJECT).answers == 10
    done = here.command("forget", PROJECT, "--yes")
    assert "Deleted 10 answers, 1 run, 1 batch of project 7." in done.err
    assert "Nothing is stored about project 7." in here.command("forget", PROJECT).err
