"""Watching a run is not working on it: who stops watching stops nothing else."""

import signal
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.cli.root import cli
from backend.edges.run_store import Order
from tests.installation import Installation


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_the_watching_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    mine = Installation.made(tmp_path, "http://127.0.0.1:1")
    run = mine.app.record.create(Order("topic@1", 7, "all"))
    monkeypatch.setattr(time, "sleep", lambda _: signal.raise_signal(number))
    done = CliRunner().invoke(cli, ["watch", run.id], env=mine.env)
    assert (done.exit_code, done.stdout) == (130, "")
    assert done.stderr == f"Stopped watching; the run goes on. `ls-prompts cancel {run.id}` stops it.\n"
    assert mine.app.record.run(run.id).status == "pending"
