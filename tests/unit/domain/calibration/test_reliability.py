import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from backend.domain.calibration.reliability import reliability
from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.statistics import bootstrap
from tests.properties import COMPARED, cases
from tests.scripted import some

rows = st.lists(st.tuples(st.integers(0, 20).map(lambda n: n / 20), st.booleans()), min_size=1, max_size=150)


def claims(pairs: list[tuple[float, bool]]) -> list[ScoredAnswer]:
    return [ScoredAnswer(task, sure, right) for task, (sure, right) in enumerate(pairs)]


@pytest.mark.slow
@cases(COMPARED)
@given(rows)
def test_brier_as_scikit_learn_and_ece_from_the_bins(pairs: list[tuple[float, bool]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "TIMES", 2)  # The intervals are not what is looked at here.
        found = reliability(claims(pairs))
    sure, right = zip(*pairs, strict=True)
    assert found.brier == pytest.approx(brier_score_loss(right, sure, labels=[False, True]))
    assert found.ece == pytest.approx(sum(b.tasks * abs(b.confidence - b.accuracy) for b in found.bins) / len(pairs))
    assert sum(b.tasks for b in found.bins) == found.tasks == len(pairs)
    assert all(one.high < other.low for one, other in zip(found.bins, found.bins[1:], strict=False))


def test_bins_hold_equally_many() -> None:
    found = reliability(claims([(n / 1000, n % 2 == 0) for n in range(1000)]))
    assert [b.tasks for b in found.bins] == [100] * 10
    assert [b.accuracy for b in found.bins] == [0.5] * 10
    low, high = some(found.brier_ci)
    assert low < some(found.brier) < high
    assert some(found.ece) > 2 * some(found.ece_chance_high), "a confidence that says nothing is no accident"


def test_confidences_that_differ_in_their_last_digit_stay_in_one_bin() -> None:
    pairs = [(0.1 + index / 1000, True) for index in range(10)] + [(0.6 - 1e-16, True)] * 5 + [(0.6, False)] * 15
    assert [found.tasks for found in reliability(claims(pairs)).bins] == [10, 20]


def test_without_confidences_nothing_is_claimed() -> None:
    for nothing in ([], [ScoredAnswer(1, None, True)]):
        found = reliability(nothing)
        assert (found.tasks, found.bins, found.brier, found.brier_ci, found.ece) == (0, (), *[None] * 3)
        assert (found.ece_by_chance, found.ece_chance_high) == (None, None)
        assert "has a confidence" in some(found.reason)


@pytest.mark.slow
@pytest.mark.parametrize("tasks", [100, 400, 4000])
def test_a_perfect_confidence_has_the_ece_that_chance_gives(tasks: int) -> None:
    """In 5 % of cases it is higher than `ece_chance_high`; the mean of forty draws is near `ece_by_chance`."""
    rng = numpy.random.default_rng(3)
    found = []
    for _ in range(40):
        sure = rng.beta(4, 1, tasks)
        rights = rng.random(tasks) < sure
        found.append(reliability(claims(list(zip(sure.tolist(), rights.tolist(), strict=True)))))
    assert numpy.mean([some(one.ece) for one in found]) == pytest.approx(some(found[0].ece_by_chance), rel=0.2)
    assert sum(some(one.ece) > some(one.ece_chance_high) for one in found) <= 6
