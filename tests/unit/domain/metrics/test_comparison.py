from collections.abc import Sequence
from typing import Any

import pytest

from backend.domain.answer import Labels
from backend.domain.metrics.comparison import compare
from backend.domain.outcome import Failure, Outcome, Rejection, Truth
from tests.scripted import some
from tests.unit.domain.metrics.test_classification import SINGLE

A, B = {"c": Labels(("a",))}, {"c": Labels(("b",))}
TRUTHS = [Truth(task, A) for task in range(20)]


def said(answers: Sequence[str | Rejection], first: int = 0) -> list[Outcome]:
    verdicts = [letter if isinstance(letter, Rejection) else {"a": A, "b": B}[letter] for letter in answers]
    return [Outcome(task, verdict) for task, verdict in enumerate(verdicts, first)]


def test_two_versions() -> None:
    found = compare({"s@1": said("b" * 8 + "a" * 12), "s@2": said("a" * 19 + "b")}, TRUTHS, SINGLE)
    (pair,) = found.pairs
    assert (found.tasks, found.outputs, found.reason) == (20, {"s@1": 20, "s@2": 20}, None)
    assert {tag: score.accuracy for tag, score in found.scores.items()} == {"s@1": 0.6, "s@2": 0.95}
    assert (pair.first, pair.second, pair.fixed, pair.broken) == ("s@1", "s@2", tuple(range(8)), (19,))
    assert pair.difference == pytest.approx(0.35)
    low, high = some(pair.difference_ci)
    assert low < 0.35 < high
    assert pair.p_value == found.p_value == pytest.approx(2 * 10 / 512)
    assert pair.verdict == "better"
    assert pair.f1_differences == {"b": 0, "a": pytest.approx(38 / 39 - 24 / 32)}


def test_the_verdict_follows_the_p_value() -> None:
    def verdict(fixed: Any, broken: Any) -> Any:
        first = "b" * fixed + "a" * broken + "a" * (20 - fixed - broken)
        second = "a" * fixed + "b" * broken + "a" * (20 - fixed - broken)
        return compare({"1": said(first), "2": said(second)}, TRUTHS, SINGLE).pairs[0].verdict

    assert [verdict(*n) for n in ((5, 0), (6, 0), (0, 5), (0, 6), (0, 0), (9, 9))] == [
        "not decided",
        "better",
        "not decided",
        "worse",
        "not decided",
        "not decided",
    ]


def test_pairs_among_three_are_corrected() -> None:
    found = compare({"1": said("b" * 6 + "a" * 14), "2": said("a" * 20), "3": said("a" * 20)}, TRUTHS, SINGLE)
    assert [(p.first, p.second, p.p_value) for p in found.pairs] == [
        ("1", "2", pytest.approx(3 * 2 / 64)),
        ("1", "3", pytest.approx(3 * 2 / 64)),
        ("2", "3", 1),
    ]
    assert {pair.verdict for pair in found.pairs} == {"not decided"}
    assert found.p_value == pytest.approx(0.002479, abs=1e-6)


def test_only_common_tasks_count_and_a_rejection_is_wrong() -> None:
    first = [*said("aaaa"), Outcome(5, Failure("timeout", "")), Outcome(99, A)]
    second = said([Rejection("refused", ""), "a", "a", "a", "a", "a"], first=2)
    found = compare({"1": first, "2": second}, TRUTHS, SINGLE)
    assert (found.tasks, found.outputs) == (2, {"1": 4, "2": 6})
    assert (found.pairs[0].fixed, found.pairs[0].broken) == ((), (2,))
    assert found.scores["2"].accuracy == 0.5


@pytest.mark.parametrize(
    ("truths", "second", "reason"),
    [
        ([], said("aa"), "no ground truth"),
        (TRUTHS, [Outcome(0, Failure("timeout", ""))], "2 has no answer"),
        (TRUTHS, said("aa", first=2), "in common"),
    ],
)
def test_nothing_to_compare_is_said(truths: Any, second: Any, reason: Any) -> None:
    found = compare({"1": said("aa"), "2": second}, truths, SINGLE)
    (pair,) = found.pairs
    assert reason in some(found.reason)
    assert (found.tasks, found.p_value, found.accuracy_ci) == (0, None, {"1": None, "2": None})
    assert (pair.difference, pair.difference_ci, pair.p_value, pair.verdict) == (None, None, None, "not decided")


def test_nothing_to_compare_among_three() -> None:
    found = compare({"1": [], "2": [], "3": []}, TRUTHS, SINGLE)
    assert (found.p_value, {pair.p_value for pair in found.pairs}) == (None, {None})
