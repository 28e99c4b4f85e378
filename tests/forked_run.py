"""Runs tests in several processes that are forks of the one that collected them.

`pytest -p tests.forked_run --processes 2`. The processes of pytest-xdist each collect all tests, and tell of each step
of each test, which together takes longer than most tests. Here tests are collected once, and what passed is told once.
"""

import itertools
import os
import traceback
import warnings
from collections.abc import Iterator
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any

import pytest

WIDTH = 4
"""Bytes of a number in the queue of files."""

_Files = list[list[pytest.Item]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--processes", type=int, default=1, help="run the tests in so many forks of this process")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """True when all tests have run; None where nothing is to be shared: then pytest runs them.

    Raises Failed or Interrupted as pytest's own loop does, and UsageError when a process has ended too early.
    """
    option = session.config.option
    if option.processes < 2 or option.collectonly or session.testsfailed:
        return None
    files = [list(items) for _, items in itertools.groupby(session.items, lambda item: item.path)]
    files.sort(key=len, reverse=True)
    queue = _queue(len(files))
    forks = [_Fork(session, files, queue) for _ in range(option.processes)]
    os.close(queue)
    try:
        _listen(session, {fork.told: fork for fork in forks})
    finally:
        for fork in forks:
            fork.end()
    return True


def _queue(length: int) -> int:
    """Where each process reads the number of the file that it runs next: all numbers, each for one of them."""
    reads, writes = os.pipe()
    os.write(writes, b"".join(number.to_bytes(WIDTH, "big") for number in range(length)))
    os.close(writes)
    return reads


class _Fork:
    """A process that runs tests. `told` is where it tells what came of them."""

    def __init__(self, session: pytest.Session, files: _Files, queue: int) -> None:
        self.told, tells = Pipe(duplex=False)
        self.file = "nothing"
        self._pid = os.fork()
        if not self._pid:
            self.told.close()
            _run_and_end(session, _claimed(files, queue, tells), tells)
        tells.close()

    def end(self) -> None:
        """Waits until it has ended; where it still runs, it does so after its test, when it finds nobody to tell."""
        self.told.close()
        os.waitpid(self._pid, 0)


def _claimed(files: _Files, queue: int, tells: Connection) -> Iterator[pytest.Item]:
    while number := os.read(queue, WIDTH):
        items = files[int.from_bytes(number, "big")]
        tells.send(("pytest_runtest_logstart", items[0].nodeid))
        yield from items


def _run_and_end(session: pytest.Session, items: Iterator[pytest.Item], tells: Connection) -> None:
    """In a fork, which ends here: nothing that the first process does at its end happens twice."""
    code = 1
    try:
        _become_a_process_of_its_own(session.config)
        session.config.pluginmanager.register(_Teller(session.config, tells))
        _run(session, items)
        tells.send(("pytest_sessionfinish", None))
        code = 0
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _become_a_process_of_its_own(config: Any) -> None:
    """Its output is caught in files of its own, and its temporary files lie in a folder of its own."""
    config.pluginmanager.unregister(name="terminalreporter")
    capture = config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    capture.suspend_global_capture()
    config._tmp_path_factory._basetemp = config._tmp_path_factory.mktemp("process")


def _run(session: pytest.Session, items: Iterator[pytest.Item]) -> None:
    try:
        for item, following in itertools.pairwise(itertools.chain(items, [None])):
            assert item
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail or session.shouldstop:
                return
    finally:
        session._setupstate.teardown_exact(None)


class _Teller:
    """Tells the first process what it needs for its own hooks of the same names."""

    def __init__(self, config: pytest.Config, tells: Connection) -> None:
        self._config, self._tells = config, tells

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            told = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
            self._tells.send(("pytest_runtest_logreport", told))

    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage, when: str, nodeid: str) -> None:
        seen = warning_message
        plain = warnings.WarningMessage(str(seen.message), seen.category, seen.filename, seen.lineno)
        self._tells.send(("pytest_warning_recorded", (plain, when, nodeid)))


def _listen(session: pytest.Session, running: dict[Any, _Fork]) -> None:
    """Until all processes have told that they are done."""
    while running:
        for told in wait(list(running)):
            fork = running[told]
            try:
                hook, what = fork.told.recv()
            except EOFError:
                raise pytest.UsageError(f"A process has ended while it ran {fork.file}.") from None
            if hook == "pytest_runtest_logstart":
                fork.file = what
            elif hook == "pytest_sessionfinish":
                del running[told]
            else:
                _tell(session.config, hook, what)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)


def _tell(config: pytest.Config, hook: str, what: Any) -> None:
    if hook == "pytest_warning_recorded":
        message, when, nodeid = what
        config.hook.pytest_warning_recorded.call_historic(
            kwargs={"warning_message": message, "when": when, "nodeid": nodeid, "location": None}
        )
        return
    report = config.hook.pytest_report_from_serializable(config=config, data=what)
    config.hook.pytest_runtest_logreport(report=report)
    config.hook.pytest_runtest_logfinish(nodeid=report.nodeid, location=report.location)
