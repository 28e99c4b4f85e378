"""Right answers: how many of so many, as a share with its interval."""

from dataclasses import dataclass

from backend.domain.statistics.intervals import Interval, ratio, wilson


@dataclass(frozen=True, slots=True)
class RightAnswers:
    """How many of the answers to so many tasks are the ground truth."""

    right: int
    tasks: int

    @property
    def accuracy(self) -> float | None:
        return ratio(self.right, self.tasks)

    @property
    def interval(self) -> Interval | None:
        return wilson(self.right, self.tasks)
