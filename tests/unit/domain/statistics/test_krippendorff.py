"""Krippendorff's alpha, on the example of his paper and where it does not exist."""

import pytest

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
