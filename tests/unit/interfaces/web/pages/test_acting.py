"""Annotations are made from a confidence that a person chose, and from no other."""

from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from backend.advice import Advice
from backend.errors import StudioError
from backend.interfaces.web.pages.acting import _confident_from, annotate
from backend.interfaces.web.problem import Problem


class RememberingRequest:
    """Stands for a PageRequest; remembers from which confidences tasks were chosen."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.app, self.notify = self, lambda _sentence: None

    def version(self, _prompt: int, _version: int) -> Any:
        return SimpleNamespace(version=SimpleNamespace(tag="mood@1"))

    def confident_tasks(self, _tag: str, least: float, notify: Any) -> Any:
        self.asked.append(least)
        raise Chosen


class Chosen(Exception):
    """The tasks would be chosen now."""


def called(sent: dict[str, str], address: str = "/") -> RememberingRequest:
    page = RememberingRequest()
    given: Any = page
    with Flask(__name__).test_request_context(address, method="POST", data=sent), suppress(Chosen):
        annotate(given, 1, 1)
    return page


@pytest.mark.parametrize(("sent", "address"), [({}, "/"), ({}, "/?least=0.5"), ({"accuracy": "95"}, "/")])
def test_without_a_chosen_confidence_nothing_is_annotated(sent: dict[str, str], address: str) -> None:
    with pytest.raises(
        Problem, match="Nothing was annotated, because no confidence was chosen: send `least`"
    ) as caught:
        called(sent, address)
    assert caught.value.status == 400


@pytest.mark.parametrize("least", ["", "2", "nan", "high"])
def test_what_is_not_a_confidence_is_refused(least: str) -> None:
    with pytest.raises(Problem, match="from 0 to 1"):
        called({"least": least})


def test_the_chosen_confidence_counts() -> None:
    assert called({"least": "0.25"}).asked == [0.25]


def test_an_error_is_followed_by_the_button_that_helps() -> None:
    class Failing:
        def confident_tasks(self, _tag: str, _least: float) -> None:
            raise StudioError("Two were not pushed.", Advice.COMPLETE_PUSH, tag="mood@1")

    page: Any = SimpleNamespace(app=Failing())
    assert _confident_from(page, "mood@1", 0.5).trouble == (
        "Two were not pushed. Get the predictions for all tasks to complete this."
    )
