"""Scores of numbers equal scikit-learn's and scipy's; what they have no word for is said by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr
from sklearn.metrics import cohen_kappa_score, mean_absolute_error, median_absolute_error

from backend.domain.metrics.numeric import (
    kappa_interval,
    mean_error,
    median_error,
    number_score,
    ranks,
    spearman,
    weighted_kappa,
)

ratings = st.integers(1, 7)
numbers = st.integers(-1000, 1000).map(lambda n: n / 8)


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.tuples(ratings, ratings), min_size=1, max_size=15))
def test_kappa_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    found = weighted_kappa(pairs)
    truth, answer = zip(*pairs, strict=True)
    if len({*truth, *answer}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(cohen_kappa_score(truth, answer, labels=range(1, 8), weights="quadratic"))


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=15))
def test_errors_are_scikit_learns_and_the_correlation_scipys(pairs: list[tuple[float, float]]) -> None:
    truth, answer = zip(*pairs, strict=True)
    assert mean_error(pairs) == pytest.approx(mean_absolute_error(truth, answer))
    assert median_error(pairs) == pytest.approx(median_absolute_error(truth, answer))
    if len(set(truth)) > 1 < len(set(answer)):
        assert spearman(pairs) == pytest.approx(spearmanr(truth, answer).statistic)
    else:
        assert spearman(pairs) is None


@given(st.lists(st.integers(0, 5), max_size=20))
def test_ranks_are_scipys(values: list[int]) -> None:
    assert ranks(values) == list(rankdata(values))


def test_a_score_by_hand() -> None:
    score = number_score([(5, 5), (4, 2), (3, 4), (2, None)], tolerance=1)
    assert (score.outputs, score.answered, score.exact, score.within) == (4, 3, 0.25, 0.5)
    assert (score.mean_error, score.median_error) == (1, 1)
    assert score.bias == pytest.approx(-1 / 3)
    low, high = score.mean_error_ci or (9, 9)
    assert 0 <= low <= 1 <= high <= 2


def test_a_tolerance_may_be_a_share_of_the_truth() -> None:
    assert number_score([(100, 109), (10, 12)], tolerance=0.1, relative=True).within == 0.5


def test_sums_of_floats_are_exact() -> None:
    assert number_score([(0.3, 0.1 + 0.2)]).exact == 1


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(ratings, ratings), min_size=30, max_size=60))
def test_the_interval_of_kappa_is_around_it(pairs: list[tuple[int, int]]) -> None:
    found, interval = weighted_kappa(pairs), kappa_interval(pairs)
    assert (found is None) == (interval is None)
    if found is not None and interval is not None:
        assert interval[0] <= interval[1] <= 1 + 1e-9


def test_what_does_not_exist() -> None:
    empty = number_score([])
    assert (empty.exact, empty.mean_error, empty.median_error, empty.bias, empty.kappa) == (None,) * 5
    unanswered = number_score([(3, None)])
    assert (unanswered.exact, unanswered.mean_error, unanswered.kappa_ci) == (0, None, None)
    assert spearman([(1, 2)]) is None
    assert weighted_kappa([(3, 3), (3, 3)]) is None
    assert kappa_interval([(3, 3), (3, 3)]) is None
