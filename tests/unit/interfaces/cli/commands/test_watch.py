"""Watching a run is not working on it: who stops watching stops nothing else."""

import signal
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from click.testing import CliRunner

from backend.adapters.database.runs.runs import NewRun
from backend.app import App
from backend.domain.dataset.subset import Subset
from backend.engine.shutdown import process_stop
from backend.interfaces.cli.commands import runs
from backend.interfaces.cli.main import cli
from backend.services.run_control.status import RunStatus
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
    run = mine.app.container.run_store.create(NewRun("topic@1", 7, Subset("all")))
    monkeypatch.setattr(time, "sleep", lambda _: signal.raise_signal(number))
    done = CliRunner().invoke(cli, ["watch", run.id], env=mine.env)
    assert (done.exit_code, done.stdout) == (128 + number, "")
    assert done.stderr == f"Stopped watching; the run continues. `ls-prompts cancel {run.id}` stops it.\n"
    assert mine.app.container.run_store.run(run.id).status == "pending"


def test_who_watches_leaves_the_database_alone_most_of_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = Installation.made(tmp_path, "http://127.0.0.1:1")
    record = mine.app.container.run_store
    run = record.create(NewRun("topic@1", 7, Subset("all")))
    clock, pauses = count(), list[float]()
    monkeypatch.setattr(runs, "time", SimpleNamespace(sleep=pauses.append, monotonic=lambda: 3.0 * next(clock)))
    looks: list[RunStatus] = [mine.app.watch(run.id), mine.app.watch(run.id)]
    record.finish(run.id, "canceled")
    looks.append(mine.app.watch(run.id))
    first, *others = looks
    runs._watched(cast(App, SimpleNamespace(watch=lambda _: others.pop(0))), first)
    assert pauses == pytest.approx([1.0, 30.0])
