"""SetMatch: two sets of things compared, such as spans, relations, paths or several texts of one task.

Precision hits / answered, recall hits / expected, F1 2 hits / (answered + expected); micro: from the counts summed over
tasks.
None where there is nothing to divide by: a task without anything expected or answered has no F1.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from backend.domain.statistics.f1 import f1
from backend.domain.statistics.intervals import ratio


@dataclass(frozen=True, slots=True)
class SetMatch:
    """`hits` (at most `answered` and at most `expected`) may be parts, where things can match in part."""

    hits: float = 0
    answered: float = 0
    expected: float = 0

    def __add__(self, other: "SetMatch") -> "SetMatch":
        return SetMatch(self.hits + other.hits, self.answered + other.answered, self.expected + other.expected)

    @property
    def precision(self) -> float | None:
        return ratio(self.hits, self.answered)

    @property
    def recall(self) -> float | None:
        return ratio(self.hits, self.expected)

    @property
    def f1(self) -> float | None:
        return f1(self.hits, self.answered, self.expected)

    @property
    def sums(self) -> tuple[float, float]:
        """What a task adds to the two sums of the micro F1."""
        return 2 * self.hits, self.answered + self.expected


def set_match(expected: Iterable[Hashable], answered: Iterable[Hashable]) -> SetMatch:
    """Things match that are equal; equal ones of one side count once."""
    truth_set, answer_set = set(expected), set(answered)
    return SetMatch(len(truth_set & answer_set), len(answer_set), len(truth_set))


def total(matches: Iterable[SetMatch]) -> SetMatch:
    """The counts of all tasks."""
    return sum(matches, SetMatch())
