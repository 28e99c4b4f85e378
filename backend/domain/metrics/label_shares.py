"""Shares of the labels among all tasks, from the answers to all of them and few ground truths.

The share of a model's own answers is biased: a rare label is often answered too often. So the ground truths say how
often a task has the label where the model says so, and where it does not, and the counts of the model's answers weigh
the two (post-stratification). Each of both rates has a Beta distribution with half a task on either side (Jeffreys);
the interval is that of 2,000 draws, which holds from five ground truths with the label on (`make bench-trust`). It is
about the project if the ground truths are a random sample of it, or were drawn with known chances: then each counts
1 / chance, and the rates are worth as many ground truths as Kish's effective sample size says (Survey Sampling, 1965).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from backend.domain.statistics.intervals import Interval, wilson_of

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
    answers: Mapping[int, Labels],
    truths: Mapping[int, Labels],
    labels: Sequence[str],
    chances: Mapping[int, float] | None = None,
) -> list[LabelShare]:
    """In the order of `labels`; none without answers or without ground truths to answered tasks.

    answers: task -> labels that the model gave it, of all answered tasks
    truths: task -> its labels
    chances: task -> chance with which it was drawn, of all `truths`; None where all had the same
    """
    answered = [task for task in truths if task in answers]
    if not answered:
        return []
    weights = {task: 1.0 if chances is None else 1 / chances[task] for task in answered}
    return [_share(label, answers, {task: truths[task] for task in answered}, weights) for label in labels]


def _share(
    label: str, answers: Mapping[int, Labels], truths: Mapping[int, Labels], weights: Mapping[int, float]
) -> LabelShare:
    """Groups [model says so] of the ground truths."""
    by_model = sum(label in labels for labels in answers.values()) / len(answers)
    groups: list[list[tuple[float, bool]]] = [[], []]
    for task, own in truths.items():
        groups[label in answers[task]].append((weights[task], label in own))
    have = sum(label in own for own in truths.values())
    if min(have, len(truths) - have) < FEWEST:
        without, within = _effective([*groups[0], *groups[1]])
        share = within / (without + within)
        return LabelShare(label, by_model, share, wilson_of(share, without + within), have, by_truths=True)
    share, interval = _stratified([_effective(group) for group in groups], by_model)
    return LabelShare(label, by_model, share, interval, have, by_truths=False)


def _effective(group: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """How many ground truths without and with the label, by their weights, their effective number is."""
    weights = fsum(weight for weight, _ in group)
    scale = weights / fsum(weight**2 for weight, _ in group) if group else 0.0
    have = fsum(weight for weight, own in group if own)
    return (weights - have) * scale, have * scale


def _stratified(table: Sequence[Sequence[float]], by_model: float) -> tuple[float, Interval]:
    import numpy

    rng = numpy.random.default_rng(_SEED)
    rates = [rng.beta(have + 0.5, lack + 0.5, DRAWS) for lack, have in table]
    drawn = (1 - by_model) * rates[0] + by_model * rates[1]
    low, high = numpy.percentile(drawn, (2.5, 97.5))
    means = [(have + 0.5) / (lack + have + 1) for lack, have in table]
    return float((1 - by_model) * means[0] + by_model * means[1]), (float(low), float(high))
