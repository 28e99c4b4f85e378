"""Shares of the labels among all tasks, from the answers to all of them and few ground truths.

The share of a model's own answers is biased: a rare label is often answered too often. So the ground truths say how
often a task has the label where the model says so, and where it does not, and the counts of the model's answers weigh
the two (post-stratification). Each of both rates has a Beta distribution with half a task on either side (Jeffreys);
the interval is that of 2,000 draws, which holds from five ground truths with the label on (`make bench-trust`). It is
about the project if the ground truths are a random sample of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.statistics.intervals import Interval, wilson

FEWEST = 5
"""With fewer ground truths that have a label, or lack it, only these count and not the model's answers."""
DRAWS = 2000
_SEED = 1

Labels = Collection[str]
"""Of one task."""


@dataclass(frozen=True, slots=True)
class LabelShare:
    """Shares (0..1) of tasks with one label.

    by_model: of the answers
    share: estimated, of all answered tasks
    interval: its 95 % interval
    by_truths: whether only the ground truths count, because they are too few
    truths: number of ground truths with the label
    """

    label: str
    by_model: float
    share: float
    interval: Interval
    truths: int
    by_truths: bool


def label_shares(
    answers: Mapping[int, Labels], truths: Mapping[int, Labels], labels: Sequence[str]
) -> list[LabelShare]:
    """In the order of `labels`; none without answers or without ground truths to answered tasks.

    answers: task -> labels that the model gave it, of all answered tasks
    truths: task -> its labels
    """
    known = [task for task in truths if task in answers]
    if not known:
        return []
    return [_share(label, answers, {task: truths[task] for task in known}) for label in labels]


def _share(label: str, answers: Mapping[int, Labels], truths: Mapping[int, Labels]) -> LabelShare:
    """Tables [model says so][it is so] of the ground truths."""
    said = sum(label in given for given in answers.values()) / len(answers)
    table = [[0, 0], [0, 0]]
    for task, own in truths.items():
        table[label in answers[task]][label in own] += 1
    have = table[0][1] + table[1][1]
    low_high = wilson(have, len(truths)) or (0.0, 1.0)
    if min(have, len(truths) - have) < FEWEST:
        return LabelShare(label, said, have / len(truths), low_high, have, by_truths=True)
    share, interval = _stratified(table, said)
    return LabelShare(label, said, share, interval, have, by_truths=False)


def _stratified(table: Sequence[Sequence[int]], said: float) -> tuple[float, Interval]:
    import numpy

    rng = numpy.random.default_rng(_SEED)
    rates = [rng.beta(have + 0.5, lack + 0.5, DRAWS) for lack, have in table]
    drawn = (1 - said) * rates[0] + said * rates[1]
    low, high = numpy.percentile(drawn, (2.5, 97.5))
    means = [(have + 0.5) / (lack + have + 1) for lack, have in table]
    return float((1 - said) * means[0] + said * means[1]), (float(low), float(high))
