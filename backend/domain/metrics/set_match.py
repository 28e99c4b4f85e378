"""SetMatch: two sets of things compared, such as spans, relations, paths or several texts of one task.

Precision hits / given, recall hits / wanted, F1 2 hits / (given + wanted); micro: from the counts summed over tasks.
None where there is nothing to divide by: a task without anything wanted or given has no F1.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from backend.domain.statistics.bootstrap import SEED
from backend.domain.statistics.intervals import Interval, ratio
from backend.domain.statistics.task_ratios import share_interval

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class SetMatch:
    """`hits` (at most `given` and at most `wanted`) may be parts, where things can match in part."""

    hits: float = 0
    given: float = 0
    wanted: float = 0

    def __add__(self, other: "SetMatch") -> "SetMatch":
        return SetMatch(self.hits + other.hits, self.given + other.given, self.wanted + other.wanted)

    @property
    def is_exact(self) -> bool:
        """Whether all that is wanted is given and nothing else."""
        return self.hits == self.given == self.wanted

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
    right, said = set(wanted), set(given)
    return SetMatch(len(right & said), len(said), len(right))


def total(matches: Iterable[SetMatch]) -> SetMatch:
    """The counts of all tasks."""
    return sum(matches, SetMatch())


def f1_interval(matches: Sequence[SetMatch], seed: int = SEED) -> Interval | None:
    """95 % interval of the micro F1, from resampled tasks: `matches` has one for each."""
    return share_interval([(2 * match.hits, match.given + match.wanted) for match in matches], seed)


def by_class(wanted: Iterable[T], given: Iterable[T], class_of: Callable[[T], str]) -> dict[str, SetMatch]:
    """The match of one task, apart for each class of things that occurs in it."""
    sides: dict[str, tuple[set[T], set[T]]] = defaultdict(lambda: (set(), set()))
    for side, things in enumerate((wanted, given)):
        for thing in things:
            sides[class_of(thing)][side].add(thing)
    return {name: set_match(*both) for name, both in sides.items()}
