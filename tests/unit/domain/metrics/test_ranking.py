"""Scores of rankings equal scipy's and scikit-learn's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau
from sklearn.metrics import ndcg_score

from backend.domain.metrics.ranking import kendall_tau, ndcg, ranking_score

orders = st.integers(2, 15).flatmap(lambda n: st.permutations([str(i) for i in range(n)]))


@settings(max_examples=1000, deadline=None)
@given(orders)
def test_tau_and_ndcg_are_the_libraries(answer: list[str]) -> None:
    truth = sorted(answer, key=int)
    place = [answer.index(item) for item in truth]
    assert kendall_tau(truth, answer) == pytest.approx(kendalltau(range(len(truth)), place).statistic)
    gains = [len(truth) - n for n in range(len(truth))]
    assert ndcg(truth, answer) == pytest.approx(ndcg_score([gains], [[-n for n in place]]))


def test_a_score_by_hand() -> None:
    score = ranking_score([("abc", "abc"), ("abc", "cba"), ("abc", "acb"), ("abc", None)])
    assert (score.outputs, score.answered, score.exact, score.top) == (4, 3, 0.25, 0.5)
    assert score.tau == pytest.approx((1 - 1 + 1 / 3) / 3)
    low, high = score.tau_ci or (9, 9)
    assert -1 <= low <= 1 / 9 <= high <= 1


@pytest.mark.parametrize(("truth", "answer"), [("a", "a"), ("", ""), ("ab", "ac"), ("ab", "a"), ("aa", "aa")])
def test_what_has_no_tau(truth: str, answer: str) -> None:
    assert kendall_tau(truth, answer) is None


def test_what_has_no_ndcg() -> None:
    assert ndcg("", "") is None
    assert ndcg("ab", "ac") is None
    assert ndcg("a", "a") == 1
    assert ranking_score([]).tau is None
