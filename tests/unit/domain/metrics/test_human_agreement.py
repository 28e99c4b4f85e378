"""Agreement among people beside agreement with the model; the test needs people and tasks, or it is not decided."""

import pytest

from backend.domain.metrics.human_agreement import MultipleAnnotation, human_agreement
from backend.domain.statistics.intervals import wilson


def annotated(task: int, *people: str, model: str) -> MultipleAnnotation:
    return MultipleAnnotation(task, dict(enumerate(people)), model)


def test_each_task_counts_once_however_many_people_annotated_it() -> None:
    found = human_agreement([annotated(1, "a", "a", "b", model="a"), annotated(2, "a", "b", model="c")])
    assert (found.tasks, found.people) == (2, 3)
    assert found.among_people == pytest.approx((1 / 3 + 0) / 2)
    assert found.with_model == pytest.approx((2 / 3 + 0) / 2)
    assert found.difference == pytest.approx(1 / 6)
    low, high = found.difference_ci or (1, 0)
    assert low <= 1 / 6 <= high


def test_full_agreement_on_few_tasks_is_no_certainty() -> None:
    found = human_agreement([annotated(n, "ab"[n % 2], "ab"[n % 2], model="ab"[n % 2]) for n in range(10)])
    assert found.among_people_ci == found.with_model_ci == pytest.approx(wilson(10, 10))
    assert found.difference_ci == pytest.approx((-0.278, 0.278), abs=0.001)
    low, high = found.alpha_ci or (9, 9)
    assert 0.5 < low < 0.8 < high == 1


def test_tasks_of_one_person_do_not_count() -> None:
    found = human_agreement([annotated(1, "a", model="a")])
    assert (found.tasks, found.among_people, found.test) == (0, None, None)
    assert found.reason == "No task was annotated by two people or more and answered by the version."


def test_with_too_few_tasks_it_is_not_decided() -> None:
    found = human_agreement([annotated(n, "a", "a", "a", model="a") for n in range(99)])
    assert found.test is None
    assert "3 people with at least 100 tasks each that others annotated too; there are 0." in (found.reason or "")


def test_a_model_that_agrees_as_people_do_can_stand_in_and_one_that_never_does_cannot() -> None:
    same = human_agreement([annotated(n, "a", "a", "b" if n % 7 == 0 else "a", model="a") for n in range(120)])
    other = human_agreement([annotated(n, "a", "a", "b" if n % 7 == 0 else "a", model="c") for n in range(120)])
    assert same.test is not None
    assert other.test is not None
    assert (same.test.people, same.test.won, same.test.passed) == (3, 3, True)
    assert (other.test.people, other.test.won, other.test.passed) == (3, 0, False)


def test_the_t_test_is_that_of_scipy() -> None:
    """One of three people always differs from the others; the model answers as the others in all but 20 of 100."""
    found = human_agreement([annotated(n, "a", "a", "b", model="c" if n < 20 else "a") for n in range(100)])
    assert found.test is not None
    assert found.test.won == 1, "no worse than the third; against the others it loses on every fifth task"
