"""Paths compared: equal ones, and the hierarchical F1 as scikit-learn has it of the expanded sets."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from backend.domain.metrics.set_match import total
from backend.domain.metrics.taxonomy_paths import (
    TreePath,
    hierarchical_match,
    path_score,
    with_parents,
)
from tests.properties import cases

paths = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map(tuple)
sets = st.frozensets(paths, max_size=4)


ALL = sorted({tuple(path) for n in (1, 2, 3) for path in product("ab", repeat=n)})


@pytest.mark.slow
@cases(1000)
@given(st.lists(st.tuples(sets, sets), min_size=1, max_size=5))
def test_the_hierarchical_f1_is_scikit_learns(pairs: list[tuple[frozenset[TreePath], frozenset[TreePath]]]) -> None:
    found = total(hierarchical_match(*pair) for pair in pairs)
    truth, answer = ([[path in with_parents(pair[side]) for path in ALL] for pair in pairs] for side in (0, 1))
    expected = precision_recall_fscore_support(truth, answer, average="micro", zero_division=0)
    assert (found.precision or 0, found.recall or 0, found.f1 or 0) == pytest.approx(expected[:3])


NYT, WSJ, UGC = ("Online", "Paid", "NYT"), ("Online", "Paid", "WSJ"), ("Online", "UGC")


def test_a_score_by_hand() -> None:
    score = path_score([([NYT], [WSJ]), ([UGC], [UGC]), ([NYT], None)])
    assert score.exact == pytest.approx(1 / 3)
    assert score.hierarchical.hits == 2 + 2
    assert score.levels == pytest.approx((2 / 3, 2 / 3, 0))


def test_no_path_wanted_and_none_given_is_right() -> None:
    score = path_score([([], [])])
    assert (score.exact, score.hierarchical.f1, score.levels) == (1, None, ())
