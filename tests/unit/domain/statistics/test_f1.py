"""The F1, and the overlap of sets, by hand."""

import pytest

from backend.domain.statistics.f1 import f1, overlap


@pytest.mark.parametrize(("counts", "value"), [((1, 1, 1), 1), ((0, 3, 0), 0), ((1.5, 2, 4), 0.5), ((0, 0, 0), None)])
def test_by_hand(counts: tuple[float, float, float], value: float | None) -> None:
    assert f1(*counts) == value


def test_it_is_the_harmonic_mean_of_precision_and_recall() -> None:
    precision, recall = 3 / 4, 3 / 10
    assert f1(3, 4, 10) == pytest.approx(2 / (1 / precision + 1 / recall))


def test_two_empty_sets_are_the_same() -> None:
    assert (overlap(set(), set()), overlap({"a"}, set()), overlap({"a", "b"}, {"b", "c"})) == (1, 0, 0.5)
