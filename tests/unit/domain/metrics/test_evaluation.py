"""Evaluation: what exists is told with its interval; what does not is None, with the reason."""

from collections.abc import Sequence
from typing import Any

import pytest

from backend.domain.answer import Labels
from backend.domain.metrics.evaluation import NO_LABEL, NO_OUTPUT, NO_SUPPORT, Evaluation, evaluation
from backend.domain.outcome import Failure, Outcome, Rejection, Truth
from backend.domain.statistics.intervals import tasks_needed, wilson
from tests.scripted import sure_of
from tests.unit.domain.metrics.test_classification import FAILURE, MULTIPLE, REJECTION, SINGLE

NO_CONFIDENCE = "No answer to a task with a ground truth has a confidence."


def evaluated(truths: Sequence[str], said: Sequence[Any], sure: float | None = 0.75) -> Evaluation:
    """Of truths and answers to them in labels of the control `c`."""
    outcomes = [
        Outcome(task, one)
        if isinstance(one, Rejection | Failure)
        else Outcome(task, {"c": Labels((one,))}, confidences=sure_of(sure))
        for task, one in enumerate(said)
    ]
    return evaluation(outcomes, [Truth(task, {"c": Labels((label,))}) for task, label in enumerate(truths)], SINGLE)


def test_ten_tasks() -> None:
    found = evaluated("aaaaabbbbb", "aaaabbbbba")
    assert (found.score.accuracy, found.intervals.accuracy) == (0.8, wilson(8, 10))
    assert found.intervals.few
    assert found.reliability.brier == pytest.approx(0.8 * 0.25**2 + 0.2 * 0.75**2)
    assert found.tasks_needed == tasks_needed(0.8) - 10
    assert found.reasons == {}


def test_one_class_only() -> None:
    found = evaluated("a" * 20, "a" * 20)
    assert (found.score.accuracy, found.score.f1_macro) == (1, 1)
    assert found.intervals.f1_macro is not None
    lower, upper = found.intervals.f1_macro
    assert 0.9 < lower < 1, "a wrong answer that was not seen is possible"
    assert upper == pytest.approx(1)
    assert found.reasons == {}


def test_all_answers_rejected() -> None:
    found = evaluated("ab", [REJECTION, REJECTION])
    assert (found.score.accuracy, found.score.f1_macro, found.reliability.brier) == (0, 0, None)
    assert found.score.per_label["a"].precision is None
    assert found.reasons == {"confidence": NO_CONFIDENCE}


def test_no_answer_at_all() -> None:
    found = evaluated("ab", [FAILURE, FAILURE])
    assert (found.score.accuracy, found.intervals.accuracy, found.tasks_needed) == (None, None, None)
    numbers = ("accuracy", "f1_macro", "f1_micro", "f1_weighted")
    assert found.reasons == {**dict.fromkeys(numbers, NO_OUTPUT), "confidence": NO_CONFIDENCE}


def test_no_label_at_all() -> None:
    found = evaluation([Outcome(1, {"c": None})], [Truth(1, {"c": None})], MULTIPLE)
    assert (found.score.accuracy, found.score.f1_macro) == (1, None)
    named = {"f1_macro": NO_LABEL, "f1_micro": NO_LABEL, "f1_weighted": NO_SUPPORT}
    assert found.reasons == {**named, "confidence": NO_CONFIDENCE}


def test_enough_tasks_need_no_more() -> None:
    assert evaluated("a" * 2000, "a" * 1999 + "b", sure=None).tasks_needed == 0
