"""Watching a run is not working on it: who stops watching stops nothing else."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.adapters.database.runs import NewRun
from backend.domain.dataset.subset import Subset
from backend.engine.shutdown import process_stop
from backend.interfaces.cli.main import cli
from tests.installation import Installation


@pytest.fixture(autouse=True)
def not_told_to_end() -> Iterator[None]:
    """A signal to this process is for this test alone."""
    yield
    process_stop().requested = False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_the_watching_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    mine = Installation.made(tmp_path, "http://127.0.0.1:1")
    run = mine.app.container.record.create(NewRun("topic@1", 7, Subset("all")))
    monkeypatch.setattr(time, "sleep", lambda _: signal.raise_signal(number))
    done = CliRunner().invoke(cli, ["watch", run.id], env=mine.env)
    assert (done.exit_code, done.stdout) == (128 + number, "")
    assert done.stderr == f"Stopped watching; the run continues. `ls-prompts cancel {run.id}` stops it.\n"
    assert mine.app.container.record.run(run.id).status == "pending"
