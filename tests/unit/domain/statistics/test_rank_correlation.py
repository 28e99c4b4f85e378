"""Kendall's tau equals scipy's, and is told only of two orders of the same things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from backend.domain.statistics.rank_correlation import kendall_tau
from tests.properties import COMPARED, cases

orders = st.integers(2, 15).flatmap(lambda n: st.permutations([str(i) for i in range(n)]))


@pytest.mark.slow
@cases(COMPARED)
@given(orders)
def test_tau_is_scipys(order: list[str]) -> None:
    first = sorted(order, key=int)
    place = [order.index(item) for item in first]
    assert kendall_tau(first, order) == pytest.approx(kendalltau(range(len(first)), place).statistic)


@pytest.mark.parametrize(
    ("one", "other"), [("a", "a"), ("", ""), ("ab", "ac"), ("ab", "a"), ("aa", "aa"), ("aab", "abb")]
)
def test_what_has_no_tau(one: str, other: str) -> None:
    assert kendall_tau(one, other) is None
