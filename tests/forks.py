"""`--forks N`: the tests, collected once, run in N forks of the process that collected them.

Each process of pytest-xdist collects all tests itself, and one more tells them what to do: for thousands of short tests
that is a quarter of the work. A fork has collected already. Whichever is free takes the next piece, some tests of one
file, and sends to the first process what came of them, which shows and counts it as if it had run them.
"""

import itertools
import multiprocessing as mp
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any

import pytest
from coverage import Coverage

PIECE = 25
"""Tests at most. Fixtures of a module are made once in each process that takes a piece of it."""
GRACE = 10
"""Seconds in which a fork that is to end stops what its tests have started."""
FORK = mp.get_context("fork")


def add_option(parser: pytest.Parser) -> None:
    told = "run the tests in N forks of this process; not on macOS, whose libraries may crash in a fork"
    parser.addoption("--forks", type=int, default=0, metavar="N", help=told)


def run_in_forks(session: pytest.Session) -> bool | None:
    """For `pytest_runtestloop`: None leaves the tests to pytest, without the option and where not all were collected.

    Raises pytest.Session.Failed after as many failures as `--maxfail` allows, and where a fork that was killed left
    tests out.
    """
    number = session.config.getoption("forks")
    if not number or session.testsfailed or session.config.option.collectonly:
        return None
    forks = Forks(session, number)
    try:
        left = _show(session, forks.reports())
    finally:
        forks.end()
    if left:
        session.shouldfail = f"a process was killed, so {len(left)} tests did not end, the first: {left[0]}"
        raise session.Failed(session.shouldfail)
    return True


def pieces(items: Sequence[pytest.Item]) -> list[list[pytest.Item]]:
    """The tests of each file together, PIECE of them at most."""
    files = [list(tests) for _, tests in itertools.groupby(items, key=lambda item: item.path)]
    return [file[first : first + PIECE] for file in files for first in range(0, len(file), PIECE)]


class Forks:
    """The processes that run the tests of `session`."""

    def __init__(self, session: pytest.Session, number: int) -> None:
        self._session = session
        self._reading: list[Any] = []  # connections: typeshed has another type for what `wait` returns
        self._processes: list[ForkProcess] = []
        todo = Todo(session.items)
        capture: Any = session.config.pluginmanager.getplugin("capturemanager")
        capture.stop_global_capturing()  # each process captures for itself: they would share one file
        for name in range(number):
            reading, writing = FORK.Pipe(duplex=False)
            process = FORK.Process(target=_run, args=(session, f"fork-{name}", todo, Sender(session.config, writing)))
            process.start()
            writing.close()
            self._reading.append(reading)
            self._processes.append(process)
        capture.start_global_capturing()
        capture.suspend_global_capture()  # as between tests, where pytest shows what came of them

    def reports(self) -> Iterator[pytest.TestReport]:
        """As tests end, until all forks have; those of one test stand together."""
        config = self._session.config
        while self._reading:
            for connection in wait(self._reading):
                sent = _received(connection)
                if sent is None:
                    self._reading.remove(connection)
                for data in sent or ():
                    yield config.hook.pytest_report_from_serializable(config=config, data=data)

    def end(self) -> None:
        """Those that still run cannot send any more, which ends them, as does Ctrl-C, which reaches them too."""
        for connection in self._reading:
            connection.close()
        for process in self._processes:
            process.join(GRACE)
            process.terminate()
            process.join()


class Todo:
    """Pieces of the tests, of which each fork takes the next."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self._pieces = pieces(items)
        self._taken = FORK.Value("i", 0)

    def __iter__(self) -> Iterator[pytest.Item]:
        while (piece := self._next()) < len(self._pieces):
            yield from self._pieces[piece]

    def _next(self) -> int:
        with self._taken.get_lock():
            piece: int = self._taken.value
            self._taken.value += 1
        return piece


class Sender:
    """A plugin of a fork, which sends what came of each test."""

    def __init__(self, config: pytest.Config, connection: Connection) -> None:
        self._config = config
        self._connection = connection
        self._reports: list[dict[str, Any]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._reports.append(self._config.hook.pytest_report_to_serializable(config=self._config, report=report))

    def pytest_runtest_logfinish(self) -> None:
        self._connection.send(self._reports)
        self._reports = []

    def close(self) -> None:
        self._connection.send(None)


def _run(session: pytest.Session, name: str, todo: Todo, sender: Sender) -> None:
    """What a fork does."""
    plugins: Any = session.config.pluginmanager
    _become_a_worker(session.config, name)
    plugins.unregister(name="terminalreporter")
    plugins.register(sender)
    capture = plugins.getplugin("capturemanager")
    capture.start_global_capturing()
    capture.suspend_global_capture()
    try:
        for item, following in itertools.pairwise(itertools.chain(todo, [None])):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail or session.shouldstop:
                break
    except (KeyboardInterrupt, BrokenPipeError):
        return
    finally:
        session.config.hook.pytest_sessionfinish(session=session, exitstatus=0)
    _save_coverage()
    sender.close()


def _save_coverage() -> None:
    """The first process puts together what all have measured."""
    if measuring := Coverage.current():
        measuring.stop()
        measuring.save()


def _become_a_worker(config: Any, name: str) -> None:
    """By `workerinput`, which pytest-xdist invented, plugins know that the first process writes the files of all."""
    config.workerinput = {"workerid": name}
    folders = config._tmp_path_factory
    folders._basetemp = folders.getbasetemp() / name
    folders._basetemp.mkdir()


def _show(session: pytest.Session, reports: Iterator[pytest.TestReport]) -> list[str]:
    """Returns the tests of which there is no report."""
    left = {item.nodeid: None for item in session.items}
    for report in reports:
        session.config.hook.pytest_runtest_logreport(report=report)
        if report.when == "teardown":
            del left[report.nodeid]
            session.config.hook.pytest_runtest_logfinish(nodeid=report.nodeid, location=report.location)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
    return list(left)


def _received(connection: Any) -> list[dict[str, Any]] | None:
    """The reports of the next test of a fork; None after its last."""
    try:
        sent: list[dict[str, Any]] | None = connection.recv()
    except EOFError:
        return None
    return sent
