"""Equal to statsmodels on whatever can happen; the interval to published ones."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats import contingency_tables, multitest

from backend.domain.statistics.paired_tests import cochran, difference_interval, holm, mcnemar
from tests.properties import COMPARED, cases
from tests.scripted import some

counts = st.integers(0, 60)


@pytest.mark.slow
@cases(COMPARED)
@given(counts, counts)
def test_mcnemar_as_statsmodels(fixed: int, broken: int) -> None:
    expected = contingency_tables.mcnemar([[5, fixed], [broken, 5]], exact=True).pvalue
    assert mcnemar(fixed, broken) == pytest.approx(min(1, expected))


@pytest.mark.slow
@cases(COMPARED)
@given(st.integers(2, 5).flatmap(lambda k: st.lists(st.tuples(*[st.booleans()] * k), min_size=1, max_size=40)))
def test_cochran_as_statsmodels(rows: list[tuple[bool, ...]]) -> None:
    mine = cochran(list(zip(*rows, strict=True)))
    if all(len(set(row)) == 1 for row in rows):
        assert mine == 1
    else:
        assert mine == pytest.approx(contingency_tables.cochrans_q(numpy.array(rows, int)).pvalue)


def test_cochran_of_nothing() -> None:
    assert cochran([[], []]) is None


@pytest.mark.slow
@cases(COMPARED)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=10))
def test_holm_as_statsmodels(percents: list[int]) -> None:
    p_values = [percent / 100 for percent in percents]
    with pytest.MonkeyPatch.context() as patch:
        # statsmodels collects garbage in each call, which takes a twentieth of a second.
        patch.setattr("gc.collect", lambda: 0)
        expected = multitest.multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(list(expected))


@pytest.mark.parametrize(
    ("table", "expected"),
    [((36, 12, 2, 0), (0.0569, 0.3404)), ((14, 5, 0, 22), (0.0115, 0.2265))],
    ids=["Newcombe 1998", "Altman et al. 2000"],
)
def test_the_interval_as_published(table: tuple[int, int, int, int], expected: tuple[float, float]) -> None:
    assert difference_interval(*table) == pytest.approx(expected, abs=0.0001)


@given(counts, counts, counts, counts)
def test_the_interval_holds_the_difference_and_mirrors(both: int, fixed: int, broken: int, neither: int) -> None:
    found = difference_interval(both, fixed, broken, neither)
    total = both + fixed + broken + neither
    if not total:
        assert found is None
        return
    low, high = some(found)
    assert -1 <= low <= (fixed - broken) / total + 1e-9
    assert (fixed - broken) / total - 1e-9 <= high <= 1
    assert difference_interval(both, broken, fixed, neither) == pytest.approx((-high, -low))
    assert difference_interval(neither, fixed, broken, both) == pytest.approx((low, high))
