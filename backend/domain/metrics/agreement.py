"""Agreement of two versions without ground truth: Cohen's kappa, their agreement beyond chance.

It does not say that either version is right.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from backend.domain.labels.equal_answers import texts_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome
from backend.domain.statistics.intervals import Interval, Z, ratio, wilson

Pairs = Sequence[tuple[str, str]]
"""The two answers to each task, where equal ones have the same text."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of two versions.

    tasks: tasks for which both gave a usable answer
    agreed: share of them with equal whole answers
    reason: why there is no kappa, if there is none
    """

    tasks: int
    agreed: float | None
    agreed_ci: Interval | None
    kappa: float | None
    kappa_ci: Interval | None
    reason: str | None


def agreement(first: Sequence[Outcome], second: Sequence[Outcome], schema: LabelSchema) -> Agreement:
    """The agreement of two versions' answers to the same tasks."""
    answers = {o.task_id: o.answer for o in first if o.answer is not None}
    pairs = [
        _pair(texts_of((answers[o.task_id], o.answer), schema))
        for o in second
        if o.answer is not None and o.task_id in answers
    ]
    same = sum(a == b for a, b in pairs)
    estimate = kappa(pairs)
    return Agreement(
        tasks=len(pairs),
        agreed=ratio(same, len(pairs)),
        agreed_ci=wilson(same, len(pairs)),
        kappa=estimate[0] if estimate else None,
        kappa_ci=estimate[1] if estimate else None,
        reason=None if estimate else _why_none(pairs),
    )


def _pair(texts: Sequence[str]) -> tuple[str, str]:
    return texts[0], texts[1]


def kappa(pairs: Pairs) -> tuple[float, Interval] | None:
    """Cohen's kappa (1960) with its 95 % interval; None without pairs or if only one answer occurs.

    Interval: Fleiss, Cohen and Everitt 1969, Psychological Bulletin 72:323. It has no width if all agree; then the
        lower end is the kappa of the lower end of the agreement. It is computed from the answers that occur, not from
        their square table, because there can be thousands of different answers.
    """
    total = len(pairs)
    firsts, seconds = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(number * seconds[answer] for answer, number in firsts.items()) / total**2 if total else 1.0
    if chance == 1:
        return None
    same = sum(a == b for a, b in pairs)
    value = (same / total - chance) / (1 - chance)
    if same == total:
        low, _ = wilson(same, total) or (0.0, 1.0)
        return value, ((low - chance) / (1 - chance), 1.0)
    spread = 0.0
    for (a, b), number in Counter(pairs).items():
        if a == b:
            term = 1 - (firsts[a] + seconds[a]) / total * (1 - value)
        else:
            term = (seconds[a] + firsts[b]) / total * (1 - value)
        spread += number / total * term**2
    variance = (spread - (value - chance * (1 - value)) ** 2) / (total * (1 - chance) ** 2)
    margin = Z * sqrt(max(variance, 0.0))
    return value, (max(-1.0, value - margin), min(1.0, value + margin))


def _why_none(pairs: Pairs) -> str:
    if not pairs:
        return "There is no task that both versions answered."
    return "Both versions give one and the same answer to every task, so that agreement beyond chance has no meaning."
