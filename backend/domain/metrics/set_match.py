"""SetMatch: two sets of things compared, such as spans, relations, paths or several texts of one task.

Precision hits / given, recall hits / wanted, F1 2 hits / (given + wanted); micro: from the counts summed over tasks.
None where there is nothing to divide by: a task without anything wanted or given has no F1.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from backend.domain.statistics.intervals import Interval, ratio
from backend.domain.statistics.task_ratios import share_interval


@dataclass(frozen=True, slots=True)
class SetMatch:
    """`hits` (at most `given` and at most `wanted`) may be parts, where things can match in part."""

    hits: float = 0
    given: float = 0
    wanted: float = 0

    def __add__(self, other: "SetMatch") -> "SetMatch":
        return SetMatch(self.hits + other.hits, self.given + other.given, self.wanted + other.wanted)

    @property
    def precision(self) -> float | None:
        return ratio(self.hits, self.given)

    @property
    def recall(self) -> float | None:
        return ratio(self.hits, self.wanted)

    @property
    def f1(self) -> float | None:
        return ratio(2 * self.hits, self.given + self.wanted)


def set_match(wanted: Iterable[Hashable], given: Iterable[Hashable]) -> SetMatch:
    """Things match that are equal; equal ones of one side count once."""
    expected, answered = set(wanted), set(given)
    return SetMatch(len(expected & answered), len(answered), len(expected))


def total(matches: Iterable[SetMatch]) -> SetMatch:
    """The counts of all tasks."""
    return sum(matches, SetMatch())


def f1_interval(matches: Sequence[SetMatch]) -> Interval | None:
    """95 % interval of the micro F1, over tasks: `matches` has one for each."""
    return share_interval([(2 * match.hits, match.given + match.wanted) for match in matches])
