"""Measure: one number that is told of a control by itself, and how numbers of a kind are computed.

Nearly all of them are means: a sum over tasks divided by another sum over tasks. A `Mean` says what one task adds to
both sums. The same Mean is therefore told of whole answers, and of the items of a list, see `repeated_match`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from backend.domain.labels.controls.base import Control, Held
from backend.domain.metrics.cases import Case
from backend.domain.metrics.controls.set_match import SetMatch
from backend.domain.statistics.intervals import Interval, ratio
from backend.domain.statistics.task_ratios import Sums, share_interval


@dataclass(frozen=True, slots=True)
class Measure:
    """value: None where it does not exist, `reason` says why
    interval: 95 %, over tasks
    """

    value: float | None
    interval: Interval | None
    reason: str = ""


IntervalOf = Callable[[Sequence[Sums], Sequence[int]], Interval | None]
"""What tasks add to the two sums, and how many tasks add the same -> the interval."""


def measure_of(
    sums: Sequence[Sums], tasks: Sequence[int], nothing: str, interval: IntervalOf = share_interval
) -> Measure:
    """One sum over tasks, divided by another.

    sums: what each of a group of tasks adds to both
    tasks: how many tasks each group has
    nothing: why there is no value where nothing is added
    """
    parts, wholes = (fsum(n * pair[side] for n, pair in zip(tasks, sums, strict=True)) for side in (0, 1))
    value = ratio(parts, wholes)
    return Measure(value, interval(sums, tasks), nothing if value is None else "")


@dataclass(frozen=True, slots=True)
class Mean:
    """A share, a mean distance, a micro F1.

    sums: a case and the control -> what each task of the case adds to the two sums; (0, 0) for one that does not count
    nothing: why there is no value where no task counts
    """

    sums: Callable[[Case, Control], Sums]
    nothing: str = ""
    interval: IntervalOf = share_interval

    def of(self, cases: Sequence[Case], field: Control) -> Measure:
        """The Measure of the cases of a version."""
        sums = [self.sums(case, field) for case in cases]
        return measure_of(sums, [case.tasks for case in cases], self.nothing, self.interval)


Means = Callable[[Sequence[Case], Control], Mapping[str, Mean]]
"""The cases of a version, at least one, and a control -> name -> Mean."""
Others = Callable[[Sequence[Case], Control], Mapping[str, Measure]]
"""The same -> the numbers that are not means."""


@dataclass(frozen=True, slots=True)
class Strictness:
    """What the accuracy asks of a value with parts, in people's words.

    measure: the name of a measure that only such controls have
    values: what the controls hold, such as "free texts"
    right: how the values must be right, such as "word for word"
    """

    measure: str
    values: str
    right: str


@dataclass(frozen=True, slots=True)
class ControlMetrics:
    """What is told of the controls of one kind.

    means: what is told of a control
    strict: what its accuracy asks for; () where a value has no parts. Measures of a control that is repeated for each
        item of a list are called `item_NAME`
    others: numbers that are not means, such as a kappa
    """

    means: Means
    strict: tuple[Strictness, ...] = ()
    others: Others = lambda cases, field: {}

    def of(self, cases: Sequence[Case], field: Control) -> dict[str, Measure]:
        """Name -> Measure."""
        means = {name: mean.of(cases, field) for name, mean in self.means(cases, field).items()}
        return {**means, **self.others(cases, field)}


def always(means: Mapping[str, Mean]) -> Means:
    """The same means, whatever the cases are."""
    return lambda cases, field: means


Grade = Callable[[Control, Held, Held], float]
"""Control, answer and truth -> how good the answer is, 0..1."""


def graded(grade: Grade) -> Mean:
    """The mean of a grade over the outputs; an answer that cannot be used has 0."""

    def sums(case: Case, field: Control) -> Sums:
        if case.answer is None:
            return 0.0, 1.0
        return grade(field, case.answer.get(field.name), case.truth.get(field.name)), 1.0

    return Mean(sums)


def micro_f1(match: Callable[[Held, Held], SetMatch], nothing: str) -> Mean:
    """The F1 over the things of all outputs; an answer that cannot be used has none.

    match: answer and truth -> which of their things match
    nothing: why there is no F1 where nobody has anything
    """
    return Mean(lambda case, field: match(*values_of(case, field)).sums, nothing)


def values_of(case: Case, field: Control) -> tuple[Held, Held]:
    """What the answer and the truth hold; None also for an answer that cannot be used."""
    return (case.answer or {}).get(field.name), case.truth.get(field.name)
