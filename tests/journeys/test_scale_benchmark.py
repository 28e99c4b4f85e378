"""The run of a million tasks, with two thousand: the made-up Label Studio must answer what is asked of a real one."""

import subprocess
import sys

from demo.services import ROOT, environment

TASKS = 2_000
LONGEST_S = 300


def test_all_tasks_of_the_benchmark_are_answered_although_the_workers_are_killed() -> None:
    argv = [sys.executable, "-m", "benchmarks.scale", str(TASKS)]
    printed = subprocess.run(
        argv, cwd=ROOT, env=environment({}), capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert printed.returncode == 0, printed.stdout + printed.stderr
    assert "the run is completed" in printed.stdout
    assert "without an answer: 0;" in printed.stdout
