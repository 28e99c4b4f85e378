"""Forks run each test once, and what came of them is shown and counted as without forks."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
HOOKS = """
import pytest
from tests.forks import add_option, run_in_forks

def pytest_addoption(parser):
    add_option(parser)

@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    return run_in_forks(session)
"""
OUTCOMES = """
import pytest

def test_passed(): pass

def test_failed():
    print("said before")
    assert [1] == [2]

def test_skipped(): pytest.skip("not here")

@pytest.mark.xfail
def test_expected(): assert False

@pytest.fixture
def broken(): raise OSError("no such thing")

def test_broken(broken): pass
"""
OTHERS = """
import os, pytest

@pytest.mark.parametrize("number", range(60))
def test_other(number, tmp_path):
    with open(os.environ["RAN"], "a") as ran:
        ran.write(f"{number} {os.getpid()} {tmp_path}\\n")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text(HOOKS)
    return tmp_path


def ran(folder: Path, *options: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    with started(folder, *options) as running:
        said, _ = running.communicate(timeout=120)
    return running.returncode, said


def started(folder: Path, *options: str) -> "subprocess.Popen[str]":
    argv = [sys.executable, "-m", "pytest", "--rootdir", ".", "--confcutdir", ".", "-p", "no:randomly", *options, "."]
    env: Any = {"PYTHONPATH": str(ROOT), "RAN": str(folder / "ran.txt")}
    return subprocess.Popen(argv, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_each_outcome_is_shown_and_counted(folder: Path) -> None:
    (folder / "test_outcomes.py").write_text(OUTCOMES)
    code, said = ran(folder, "--forks", "2")
    assert code == 1
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error" in said
    assert "assert [1] == [2]" in said
    assert "said before" in said
    assert "no such thing" in said
    assert "FAILED test_outcomes.py::test_failed" in said
    assert "ERROR test_outcomes.py::test_broken" in said


def test_each_test_runs_once_in_one_of_the_forks(folder: Path) -> None:
    (folder / "test_others.py").write_text(OTHERS)
    code, said = ran(folder, "--forks", "3")
    assert code == 0, said
    assert "60 passed" in said
    lines = [line.split() for line in (folder / "ran.txt").read_text().splitlines()]
    assert sorted(int(number) for number, _, _ in lines) == list(range(60))
    assert len({path for _, _, path in lines}) == 60
    assert len({process for _, process, _ in lines}) <= 3


FAILING = """
import pytest

@pytest.mark.parametrize("number", range(200))
def test_failing(number): assert number < 0
"""


WAITING = """
import os, time

def test_first(): pass

def test_waiting():
    while not os.path.exists(os.environ["RAN"]):
        time.sleep(0.01)
"""


def test_what_came_of_a_test_is_shown_while_others_run(folder: Path) -> None:
    (folder / "test_waiting.py").write_text(WAITING)
    with started(folder, "-v", "--forks", "1") as running:
        assert running.stdout
        said = ""
        while "test_first PASSED" not in said:
            said += (letter := running.stdout.read(1))
            assert letter, said
        (folder / "ran.txt").touch()
        assert "2 passed" in running.stdout.read()


def test_all_end_after_as_many_failures_as_are_allowed(folder: Path) -> None:
    (folder / "test_others.py").write_text(FAILING)
    code, said = ran(folder, "--forks", "2", "--maxfail", "3")
    assert code == 1
    assert "stopping after 3 failures" in said
    assert "3 failed" in said


def test_a_fork_that_is_killed_is_an_error_and_the_others_go_on(folder: Path) -> None:
    (folder / "test_a_killed.py").write_text(
        "import os, signal\n\ndef test_it(): os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    (folder / "test_others.py").write_text(OTHERS)
    code, said = ran(folder, "--forks", "2")
    assert code == 1
    told = re.search(r"a process was killed, so (\d+) tests did not end, the first: test_a_killed.py::test_it", said)
    assert told, said
    assert f"{61 - int(told[1])} passed" in said


def test_what_cannot_be_collected_is_told_as_ever(folder: Path) -> None:
    (folder / "test_unread.py").write_text("import no_such_module\n")
    code, said = ran(folder, "--forks", "2")
    assert code == 2
    assert "no_such_module" in said
