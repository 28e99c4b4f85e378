"""Gates: what passes, and in whose favour doubt counts."""

import pytest

from backend.domain.metrics.comparison import compare
from backend.domain.metrics.quality_gate import GateCheck, accuracy_check, versus_check
from tests.unit.domain.metrics.test_classification import FAILURE, SINGLE
from tests.unit.domain.metrics.test_comparison import TRUTHS, said
from tests.unit.domain.metrics.test_evaluation import evaluated


@pytest.mark.parametrize(
    ("least", "strict", "passed"), [(0.8, False, True), (0.81, False, False), (0.5, True, False), (0.49, True, True)]
)
def test_the_accuracy_or_the_lower_end_of_its_interval(least: float, strict: bool, passed: bool) -> None:
    check = accuracy_check(evaluated("a" * 10, "a" * 8 + "bb"), least, strict)
    assert check.passed is passed
    assert check.detail == "0.800 on 10 tasks, 95 % interval 0.490 to 0.943"


def test_no_accuracy_is_below_every_bar() -> None:
    check = accuracy_check(evaluated("a", [FAILURE]), 0, strict=False)
    assert not check.passed
    assert check.detail.startswith("there is none")


def versus(first: str, second: str, strict: bool = False) -> GateCheck:
    found = compare({"s@1": said(first), "s@2": said(second)}, TRUTHS, SINGLE)
    return versus_check(found.pairs[0], found.tasks, strict)


def test_not_worse_passes_unless_it_is_strict() -> None:
    better, worse = ("b" * 6 + "a" * 14, "a" * 20), ("a" * 20, "b" * 6 + "a" * 14)
    same = ("a" * 20, "a" * 20)
    assert [versus(*pair).passed for pair in (better, same, worse)] == [True, True, False]
    assert [versus(*pair, strict=True).passed for pair in (better, same, worse)] == [True, False, False]
    assert versus(*worse) == GateCheck(
        "s@2 not worse than s@1", False, "worse: -0.300 on 20 tasks, p = 0.0312, 0 fixed and 6 broken"
    )


def test_nothing_in_common_passes_nothing() -> None:
    assert versus("", "a" * 20) == GateCheck("s@2 not worse than s@1", False, "the versions have no task in common")
