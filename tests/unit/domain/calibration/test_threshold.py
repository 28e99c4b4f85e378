import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta
from statsmodels.stats.proportion import proportion_confint

from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.calibration.threshold import lower_bound, risk_coverage, tasks_needed, threshold
from tests.properties import COMPARED, cases
from tests.scripted import some

sures = st.sampled_from([None, 0.2, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0])
some_claims = st.lists(st.tuples(sures, st.booleans()), max_size=200)


def claims(*groups: tuple[int, float | None, int]) -> list[ScoredAnswer]:
    """(how many, confidence, how many of them are wrong)"""
    rows = [(sure, n >= wrong) for many, sure, wrong in groups for n in range(many)]
    return [ScoredAnswer(task, sure, right) for task, (sure, right) in enumerate(rows)]


@pytest.mark.slow
@cases(COMPARED)
@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_bound_as_scipy_and_statsmodels(case: tuple[int, int]) -> None:
    right, tasks = case
    expected = beta.ppf(0.05, right, tasks - right + 1) if right else 0
    assert lower_bound(right, tasks) == pytest.approx(expected)
    assert lower_bound(right, tasks) == pytest.approx(proportion_confint(right, tasks, 0.1, "beta")[0])


@pytest.mark.slow
@cases(1000)
@given(some_claims, st.floats(0.3, 0.99))
def test_what_is_found_keeps_its_promise_on_the_truths(rows: list[tuple[float | None, bool]], target: float) -> None:
    found = threshold([ScoredAnswer(task, sure, right) for task, (sure, right) in enumerate(rows)], target)
    if found.threshold is None:
        assert (found.tasks, found.coverage, found.accuracy, found.accuracy_low) == (0, 0, None, None)
        assert found.reason
        return
    covered = [right for sure, right in rows if sure is not None and sure >= found.threshold]
    assert (found.tasks, found.coverage) == (len(covered), len(covered) / len(rows))
    assert found.accuracy == sum(covered) / len(covered)
    assert some(found.accuracy_low) >= target - 1e-9
    assert found.tasks >= tasks_needed(target)
    assert found.reason is None


def test_as_many_as_can_pass_at_all() -> None:
    assert [tasks_needed(target) for target in (0.5, 0.9, 0.95, 0.97, 0.99)] == [5, 31, 63, 106, 321]
    assert threshold(claims((63, 0.9, 0)), 0.95).threshold == 0.9
    assert threshold(claims((62, 0.9, 0)), 0.95).threshold is None
    assert "at least 63" in some(threshold(claims((62, 0.9, 0)), 0.95).reason)


def test_it_stops_at_the_first_step_that_fails() -> None:
    rows = claims((100, 0.9, 0), (60, 0.8, 30), (500, 0.7, 0))
    found = threshold(rows, 0.95)
    assert (found.threshold, found.tasks, found.accuracy) == (0.9, 100, 1)


def test_where_the_most_confident_are_not_the_best_the_grid_finds_what_the_sequence_does_not() -> None:
    found = threshold(claims((150, 0.99, 15), (850, 0.9, 5)), 0.95)
    assert (found.threshold, found.tasks) == (0.9, 1000)
    assert threshold(claims((150, 0.99, 15), (150, 0.9, 1)), 0.95).threshold is None, "too few for a fiftieth of it"


def test_equal_confidences_stay_together() -> None:
    assert threshold(claims((70, 0.9, 0), (70, 0.8, 0)), 0.95).tasks == 140
    assert threshold(claims((70, 0.9, 20)), 0.95).threshold is None


def test_answers_without_a_confidence_are_never_covered() -> None:
    found = threshold(claims((70, 0.9, 0), (30, None, 30)), 0.95)
    assert (found.tasks, found.coverage) == (70, 0.7)


@pytest.mark.parametrize(
    ("rows", "target", "reason"),
    [
        ([], 0.9, "has a confidence"),
        (claims((9, None, 0)), 0.9, "has a confidence"),
        (claims((100, 0.9, 90)), 0.9, "wrong too often"),
        (claims((100, 0.9, 0)), 1.0, "between 0 and 1"),
        (claims((100, 0.9, 0)), 0.0, "between 0 and 1"),
    ],
)
def test_none_has_a_reason(rows: list[ScoredAnswer], target: float, reason: str) -> None:
    assert reason in some(threshold(rows, target).reason)


def test_risk_and_coverage() -> None:
    points = risk_coverage(claims((2, 0.9, 0), (2, 0.5, 1), (1, None, 1)))
    assert [(p.confidence, p.tasks, p.wrong, p.coverage, p.risk) for p in points] == [
        (0.9, 2, 0, 0.4, 0),
        (0.5, 4, 1, 0.8, 0.25),
    ]
