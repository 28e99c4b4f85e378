"""F1s that confusion tables are compatible with."""

import numpy
import pytest

from backend.domain.metrics.classification import NONE, REJECTED
from backend.domain.metrics.confusion_f1 import drawn_f1s

LARGE = {"a": {"a": 7000, "b": 1000}, "b": {"b": 1500, "a": 400, REJECTED: 100}}


def test_with_many_tasks_they_are_those_of_the_table() -> None:
    macro, weighted = drawn_f1s({"c": LARGE}, 1).mean(axis=0)
    a, b = 2 * 7000 / (8000 + 7400), 2 * 1500 / (2000 + 2500)
    assert macro == pytest.approx((a + b) / 2, abs=0.005)
    assert weighted == pytest.approx(0.8 * a + 0.2 * b, abs=0.005)


def test_several_controls_are_one_list_of_labels() -> None:
    both = drawn_f1s({"c": LARGE, "d": {"x": {"x": 10_000}}}, 1)[:, 0].mean()
    assert both == pytest.approx((2 * drawn_f1s({"c": LARGE}, 1)[:, 0].mean() + 1) / 3, abs=0.005)


def test_no_label_is_no_class() -> None:
    found = drawn_f1s({"c": {"a": {"a": 5000, NONE: 5000}, NONE: {NONE: 10_000}}}, 1)[:, 0]
    assert found.mean() == pytest.approx(2 * 5000 / 15000, abs=0.01)


def test_errors_nobody_has_seen_are_possible_but_not_likely() -> None:
    perfect = drawn_f1s({"c": {"a": {"a": 50}, "b": {"b": 50}}}, 1)[:, 0]
    assert 0.9 < numpy.percentile(perfect, 2.5) < numpy.percentile(perfect, 97.5) <= 1


@pytest.mark.slow
def test_a_thousand_labels_cost_no_memory() -> None:
    table = {f"label {n}": {f"label {n}": 3, f"label {(n + 1) % 1000}": 1} for n in range(1000)}
    found = drawn_f1s({"c": table}, 1)
    assert found.shape == (2000, 2)
    assert found[:, 0].mean() == pytest.approx(0.75, abs=0.1)
