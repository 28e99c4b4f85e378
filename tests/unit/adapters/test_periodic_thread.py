"""A thread that calls something every so often, as long as it is entered."""

import threading

import pytest

from backend.adapters.periodic_thread import PeriodicThread


def test_it_calls_again_and_again_and_ends_with_its_block() -> None:
    calls: list[str] = []
    thrice = threading.Event()

    def call() -> None:
        calls.append(threading.current_thread().name)
        if len(calls) == 3:
            thrice.set()

    with PeriodicThread("pulse", 0.001, call):
        assert thrice.wait(20)
    assert set(calls) == {"pulse"}
    assert "pulse" not in [thread.name for thread in threading.enumerate()]


def test_a_block_that_ends_sooner_is_not_waited_for() -> None:
    calls: list[int] = []
    with PeriodicThread("pulse", 3600, lambda: calls.append(1)):
        pass
    assert calls == []


def test_an_unexpected_error_is_logged_without_its_words_and_it_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    calls: list[int] = []
    again = threading.Event()

    def call() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("the text of a task")
        again.set()

    with PeriodicThread("pulse", 0.001, call):
        assert again.wait(20)
    (record,) = caplog.records
    assert record.getMessage().startswith("pulse: something unexpected happened, it goes on: ValueError")
    assert "the text of a task" not in caplog.text
