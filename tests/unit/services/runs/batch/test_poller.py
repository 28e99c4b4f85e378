"""One batch that the provider cannot find keeps no other from being collected or canceled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.database.runs.batches import StoredBatch
from backend.adapters.providers.batch_api import BatchApi
from backend.domain.runs.batch_report import BatchReport
from backend.engine.shutdown import Shutdown, Stopped
from backend.errors import ProviderError
from backend.services.runs.batch import batch_run, request_files
from tests.running import RunningStandIn
from tests.scripted import tasks
from tests.unit.services.runs.batch.test_batch_run import BatchDesk, counted, once_told


class Left(BatchDesk):
    """A run that was left with several open batches; `lost` is one that the provider does not find since."""

    def leave(self) -> None:
        once_told(self, self.stop.request).start()
        with pytest.raises(Stopped):
            self.label(tasks(9))
        self.stop = Shutdown()
        first, *self.behind = self.lines.of_run(self.run.id)
        lost = self.lines.move(first, "creating")
        assert lost is not None
        self.lost = lost

    @property
    def open(self) -> list[StoredBatch]:
        return [batch for batch in self.lines.of_run(self.run.id) if batch.state == "open"]


@pytest.fixture
def left(tmp_path: Path, stand_in: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[Left]:
    def find(_api: BatchApi, _file_id: str) -> BatchReport | None:
        raise ProviderError("It lists batches without an end.")

    monkeypatch.setattr(batch_run, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(request_files, "MOST_LINES", 3)
    stand_in.control(batch_delay_ms=600_000)
    made = Left(tmp_path, stand_in.url)
    made.leave()
    monkeypatch.setattr(BatchApi, "find", find)
    yield made
    made.store.close()


def test_the_answers_of_those_behind_it_are_collected(left: Left, stand_in: RunningStandIn) -> None:
    assert len(left.open) == len(left.behind) == 2
    stand_in.control(batch_delay_ms=0)
    with pytest.raises(ProviderError, match="without an end"):
        left.label(tasks(9))
    assert left.lines.of_run(left.run.id) == [left.lost]


def test_nothing_new_is_created_behind_it(left: Left, stand_in: RunningStandIn) -> None:
    before = counted(stand_in)
    uploaded = left.lines.move(left.behind[0], "uploaded", file_id="file-1")
    assert uploaded is not None
    with pytest.raises(ProviderError, match="without an end"):
        left.batches.poller(left.told.append).step_all([left.lost, uploaded, left.behind[1]], {})
    assert uploaded in left.lines.of_run(left.run.id)
    assert counted(stand_in) == before


def test_those_behind_it_are_canceled(left: Left) -> None:
    with pytest.raises(ProviderError, match="without an end"):
        left.batches.cancel(left.run.id)
    poller = left.batches.poller(left.told.append)
    assert [poller.step(batch) for batch in left.open] == [True, True], "canceled, so that they have ended"
    assert not left.open
