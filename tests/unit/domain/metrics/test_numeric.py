"""Errors and kappa of numbers equal scikit-learn's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, mean_absolute_error

from backend.domain.metrics.numeric import kappa_interval, mean_error, weighted_kappa
from tests.properties import cases

ratings = st.integers(1, 7)
numbers = st.integers(-1000, 1000).map(lambda n: n / 8)


@pytest.mark.slow
@cases(1000)
@given(st.lists(st.tuples(ratings, ratings), min_size=1, max_size=15))
def test_kappa_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    found = weighted_kappa(pairs)
    truth, answer = zip(*pairs, strict=True)
    if len({*truth, *answer}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(cohen_kappa_score(truth, answer, labels=range(1, 8), weights="quadratic"))


@pytest.mark.slow
@cases(1000)
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=15))
def test_errors_are_scikit_learns(pairs: list[tuple[float, float]]) -> None:
    truth, answer = zip(*pairs, strict=True)
    assert mean_error(pairs) == pytest.approx(mean_absolute_error(truth, answer))


@cases(20)
@given(st.lists(st.tuples(ratings, ratings), min_size=30, max_size=60))
def test_the_interval_of_kappa_is_around_it(pairs: list[tuple[int, int]]) -> None:
    found, interval = weighted_kappa(pairs), kappa_interval(pairs)
    assert (found is None) == (interval is None)
    if found is not None and interval is not None:
        assert interval[0] <= interval[1] <= 1 + 1e-9


def test_what_does_not_exist() -> None:
    assert (mean_error([]), weighted_kappa([]), kappa_interval([])) == (None, None, None)
    assert weighted_kappa([(3, 3), (3, 3)]) is None
    assert kappa_interval([(3, 3), (3, 3)]) is None
