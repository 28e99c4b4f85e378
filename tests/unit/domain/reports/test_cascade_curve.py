"""The curve of a cascade: each threshold that the stored answers tell of, and no other."""

import pytest

from backend.domain.answer import Labels
from backend.domain.cascade import Cascade
from backend.domain.outcome import Failure, Outcome, Rejection, Truth, Usage
from backend.domain.reports.cascade_curve import CascadeCurve, StepAnswers, cascade_curve
from tests.scripted import choices, some, sure_of

SCHEMA = choices("Good", "Bad")
GOOD = {"mood": Labels(("Good",))}
TRUTHS = [Truth(task, GOOD) for task in range(1, 5)]
SURE = {1: 0.9, 2: 0.7, 3: 0.5, 4: 0.3}


def outcome(task: int, label: str, usd: float, sure: float | None = None) -> Outcome:
    return Outcome(
        task,
        SCHEMA.parse({"mood": label}),
        confidences=sure_of(sure),
        usage=Usage(cost_usd=usd),
    )


FIRST = {task: outcome(task, "Good" if task < 3 else "Bad", 1.0, sure) for task, sure in SURE.items()}


def curve(second: dict[int, Outcome], below: float | None = 0.6, first: dict[int, Outcome] = FIRST) -> CascadeCurve:
    return some(cascade_curve(Cascade("dear", below=below), StepAnswers(first, second), TRUTHS, SCHEMA))


def test_without_the_second_models_answers_above_it_only_lower_thresholds_are_told() -> None:
    found = curve({task: outcome(task, "Good", 10.0) for task in (3, 4)})
    assert [(point.below, point.kept, point.right.right, point.usd) for point in found.points] == [
        (0.3, 4, 2, 4),
        (0.5, 3, 3, 14),
        (0.6, 2, 4, 24),
        (0.7, 2, 4, 24),
    ]
    assert (found.own.below, found.first.usd, found.second) == (0.6, 4, None)


def test_with_all_answers_the_curve_ends_at_the_second_model_alone() -> None:
    found = curve({task: outcome(task, "Good", 10.0) for task in SURE})
    assert found.points[-1].below == 0.9
    second = some(found.second)
    assert (second.kept, second.usd, second.right.right) == (0, 40, 4)


def test_a_task_on_which_the_second_failed_is_left_out_and_one_on_which_the_first_failed_is_not() -> None:
    first = {**FIRST, 3: Outcome(3, Failure("timeout", "…")), 4: Outcome(4, Rejection("not_json", "…"))}
    found = curve({3: outcome(3, "Good", 10.0), 4: Outcome(4, Failure("server", "…"))}, first=first)
    assert (found.own.tasks, found.own.kept, found.own.usd) == (3, 2, 12)
    assert found.own.right.right == 3


@pytest.mark.parametrize(("below", "second"), [(None, {}), (0.6, {3: outcome(3, "Good", 10.0)}), (0.6, {})])
def test_there_is_none_where_the_own_threshold_is_not_told(below: float | None, second: dict[int, Outcome]) -> None:
    assert cascade_curve(Cascade("dear", below=below), StepAnswers(FIRST, second), TRUTHS, SCHEMA) is None
    assert cascade_curve(None, None, TRUTHS, SCHEMA) is None
