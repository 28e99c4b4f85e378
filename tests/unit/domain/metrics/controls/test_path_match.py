"""How well paths match those of the truth, by hand, and what does not exist with its reason."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from backend.domain.answer import Answer, paths_or_none
from backend.domain.labels.config import read_config
from backend.domain.metrics.cases import count_cases
from backend.domain.metrics.controls.measure import Measure
from backend.domain.metrics.controls.measures import measures_of
from backend.domain.metrics.controls.path_match import NO_PATH, TreePath, hierarchical_match, with_parents
from backend.domain.metrics.controls.set_match import total
from backend.domain.outcome import Outcome, Rejection, Truth
from backend.domain.statistics.intervals import wilson
from tests.properties import COMPARED, cases

WRONG = Rejection("unknown_choice", "It is not a path.")
SCHEMA = read_config("""<View><Text name="t" value="$t"/><Taxonomy name="media" toName="t">
  <Choice value="A"><Choice value="B"/><Choice value="C"/></Choice><Choice value="D"/>
</Taxonomy></View>""")


def measured(*pairs: tuple[str | None, str]) -> dict[str, Measure]:
    """Of (answer, truth), paths such as "AB D"; an answer of None can't be used."""
    outcomes = [Outcome(n, WRONG if said is None else _held(said)) for n, (said, _) in enumerate(pairs)]
    truths = [Truth(n, _held(truth)) for n, (_, truth) in enumerate(pairs)]
    return dict(measures_of(count_cases(outcomes, truths, SCHEMA), SCHEMA)["media"])


def _held(paths: str) -> Answer:
    return {"media": paths_or_none(tuple(path) for path in paths.split())}


def test_each_measure_by_hand() -> None:
    found = measured(("AB", "AB"), ("AB", "AB"), ("AC", "AB"), (None, "D"))
    assert found["accuracy"].value == pytest.approx(2 / 4)
    assert found["hierarchical_f1"].value == pytest.approx(2 * 5 / (6 + 7)), "A is right in the third too"
    assert found["hierarchical_f1"].interval is not None
    assert found["level_1"].value == pytest.approx(3 / 4)
    assert found["level_2"].value == pytest.approx(2 / 3)
    assert found["level_1"].interval == pytest.approx(wilson(3, 4)), "of tasks that are right or wrong"
    assert found["level_2"].interval == pytest.approx(wilson(2, 3)), "those whose truth reaches it"


def test_without_any_path_there_is_no_f1() -> None:
    found = measured(("", ""))
    assert found == {"accuracy": found["accuracy"], "hierarchical_f1": Measure(None, None, NO_PATH)}
    assert found["accuracy"].value == 1


paths = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map(tuple)
sets = st.frozensets(paths, max_size=4)


ALL = sorted({tuple(path) for n in (1, 2, 3) for path in product("ab", repeat=n)})


@pytest.mark.slow
@cases(COMPARED)
@given(st.lists(st.tuples(sets, sets), min_size=1, max_size=5))
def test_the_hierarchical_f1_is_scikit_learns(pairs: list[tuple[frozenset[TreePath], frozenset[TreePath]]]) -> None:
    found = total(hierarchical_match(*map(paths_or_none, pair)) for pair in pairs)
    answer, truth = ([[path in with_parents(pair[side]) for path in ALL] for pair in pairs] for side in (0, 1))
    expected = precision_recall_fscore_support(truth, answer, average="micro", zero_division=0)
    assert (found.precision or 0, found.recall or 0, found.f1 or 0) == pytest.approx(expected[:3])


def test_the_hierarchical_f1_of_each_pair_of_up_to_two_paths_is_scikit_learns() -> None:
    """At once: to scikit-learn, each pair is a label and each path a sample."""
    short = [path for path in ALL if len(path) < 3]
    small = [frozenset(paths) for number in range(3) for paths in combinations(short, number)]
    pairs = [*product(small, small)]
    answer, truth = ([[path in with_parents(pair[side]) for pair in pairs] for path in ALL] for side in (0, 1))
    expected = zip(*precision_recall_fscore_support(truth, answer, zero_division=0)[:3], strict=True)
    found = (hierarchical_match(*map(paths_or_none, pair)) for pair in pairs)
    mine = [(one.precision or 0, one.recall or 0, one.f1 or 0) for one in found]
    assert np.allclose(mine, [*expected])


def test_no_path_in_truth_and_answer_is_right() -> None:
    found = measured(("", ""), ("ABC", "ABD"), (None, "AB"))
    shares = {name: found[name].value for name in ("accuracy", "level_1", "level_2", "level_3")}
    assert shares == pytest.approx({"accuracy": 1 / 3, "level_1": 1 / 2, "level_2": 1 / 2, "level_3": 0})
    assert "level_4" not in found
