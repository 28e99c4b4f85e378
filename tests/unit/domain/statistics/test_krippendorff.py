"""Krippendorff's alpha, on the example of his paper and where it does not exist."""

import numpy
import pytest

from backend.domain.statistics import bootstrap
from backend.domain.statistics.krippendorff import KrippendorffAlpha, krippendorff


def test_the_example_of_the_paper() -> None:
    units = ["111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3"]
    found = krippendorff([list(unit) for unit in units])
    assert found.alpha == pytest.approx(0.743, abs=0.001)
    low, high = found.interval or (1, 0)
    assert 0.3 < low < 0.743 < high <= 1


def test_full_agreement_and_none_at_all() -> None:
    full = krippendorff([["a", "a"], ["b", "b"]] * 5)
    low, high = full.interval or (9, 9)
    assert 0.6 < low < 0.8 < high == full.alpha == 1
    chance = krippendorff([["a", "b"], ["b", "a"], ["a", "a"], ["b", "b"]] * 50).alpha
    assert chance == pytest.approx(0, abs=0.01)


def test_with_one_answer_alone_it_does_not_exist() -> None:
    assert krippendorff([["a", "a"], ["a", "a"]]) == KrippendorffAlpha()
    assert krippendorff([["a"], ["b"]]) == krippendorff([]) == KrippendorffAlpha()


@pytest.mark.parametrize("times", [1, 10])
def test_tasks_with_the_same_answers_do_not_show_how_far_tasks_differ(times: int) -> None:
    found = krippendorff([["a", "b"]] * times)
    assert found.alpha == pytest.approx(1 - (2 * times - 1) / times), "all are apart, by chance half of them would be"
    assert found.interval is None


def test_the_total_of_weights_in_a_draw_does_not_count_as_answers() -> None:
    """Two tasks that are apart: what is apart among all answers is the same in each draw, only the labels' shares are
    not, so that alpha lies between that of equal shares and that of one task alone."""
    found = krippendorff([["a", "b"], ["c", "d"]])
    low, high = found.interval or (9, 9)
    assert found.alpha == 0
    assert -0.5 <= low < -0.4, "1 - 3/4 / (1 - 1/2)"
    assert -0.01 < high <= 0, "1 - 3/4 / (1 - 1/4)"


@pytest.mark.parametrize("rare", [["b", "b"], ["a", "b"]])
@pytest.mark.parametrize("others", [3, 3000])
def test_each_draw_has_an_alpha(monkeypatch: pytest.MonkeyPatch, rare: list[str], others: int) -> None:
    drawn: list[bootstrap.Floats] = []
    monkeypatch.setattr(bootstrap, "percentile_interval", drawn.append)
    krippendorff([["a", "a"]] * others + [rare])
    assert len(drawn) == 2
    assert all(numpy.isfinite(alphas).all() and alphas.max() <= 1 for alphas in drawn)
