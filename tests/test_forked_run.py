"""What tests come to is the same in forks as in one process."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FIRST = """
import os, warnings
import pytest

def test_passes(): pass
def test_fails(): assert 1 == 2
def test_prints(capfd):
    os.system("echo said")
    assert capfd.readouterr().out == "said\\n"
@pytest.mark.skip(reason="not now")
def test_is_skipped(): pass
@pytest.mark.xfail
def test_fails_as_expected(): assert False
def test_warns(): warnings.warn("beware")
"""
SECOND = """
import os, pathlib
import pytest

@pytest.fixture(scope="session")
def service(request):
    yield
    pathlib.Path(__file__).with_suffix(f".stopped-{os.getpid()}").touch()

@pytest.fixture
def breaks_afterwards():
    yield
    raise RuntimeError("torn")

@pytest.mark.parametrize("n", range(20))
def test_has_a_folder(n, tmp_path, service):
    assert not list(tmp_path.iterdir())
    (tmp_path / str(n)).touch()
def test_breaks_afterwards(breaks_afterwards): pass
"""
CRASHES = """
import os

def test_ends_the_process(): os._exit(0)
"""


def run(folder: Path, *options: str) -> tuple[int, str]:
    """The exit code, and all that was written."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [*argv, "--rootdir", str(folder), "-c", str(folder / "pytest.ini"), *options, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return ended.returncode, ended.stdout


def forked(folder: Path, *options: str) -> tuple[int, str]:
    return run(folder, "-p", "tests.forked_run", "--processes", "2", *options)


def totals(said: str) -> str:
    return re.sub(r" in [\d.]+s.*", "", said.splitlines()[-1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("first", FIRST), ("second", SECOND)):
        (tmp_path / f"test_{name}.py").write_text(text)
    return tmp_path


def test_the_same_tests_pass_fail_and_warn(folder: Path) -> None:
    (code, said), (code_alone, said_alone) = forked(folder), run(folder)
    assert (code, totals(said)) == (code_alone, totals(said_alone))
    assert totals(said) == "1 failed, 24 passed, 1 skipped, 1 xfailed, 1 warning, 1 error"
    for told in ("assert 1 == 2", "UserWarning: beware", "RuntimeError: torn", "test_first.py::test_fails"):
        assert told in said


def test_what_a_session_started_is_stopped(folder: Path) -> None:
    forked(folder)
    assert len(list(folder.glob("*.stopped-*"))) == 1


def test_the_first_failure_ends_all_where_that_is_asked(folder: Path) -> None:
    code, said = forked(folder, "-x")
    assert code == 1
    assert "stopping after 1 failures" in said


def test_a_process_that_ends_too_early_is_an_error(folder: Path) -> None:
    (folder / "test_crash.py").write_text(CRASHES)
    code, said = forked(folder)
    assert code not in (0, 1)
    assert "A process has ended while it ran" in said
    assert "test_crash.py::test_ends_the_process" in said


def test_a_file_that_cannot_be_read_ends_it_before_any_test(folder: Path) -> None:
    (folder / "test_broken.py").write_text("import nothing_of_that_name\n")
    code, said = forked(folder)
    assert (code, totals(said)) == (2, "1 error")
