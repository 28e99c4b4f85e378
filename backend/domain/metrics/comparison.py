"""Comparison of versions on the same tasks: which one is right where the others are wrong, and whether this may be
chance.

Only tasks with a ground truth and an output of every version are compared; a Rejection is wrong. The verdict follows
the p-value alone: "not decided" does not say that the versions are equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.classification import Score, score
from backend.domain.outcome import Outcome, Truth
from backend.domain.statistics.intervals import Interval, ratio, wilson
from backend.domain.statistics.paired_tests import cochran, difference_interval, holm, mcnemar

LEVEL = 0.05
BETTER, WORSE, UNDECIDED = "better", "worse", "not decided"

Rights = Mapping[int, bool]
"""Task id -> whether the answer was right, of the common tasks."""


@dataclass(frozen=True, slots=True)
class VersionPair:
    """The second version compared with the first.

    difference: accuracy of the second minus accuracy of the first
    fixed: ids of tasks that only the second has right
    broken: ids of tasks that only the first has right
    p_value: Holm-corrected among several pairs
    verdict: about the second version
    f1_differences: label -> F1 of the second minus F1 of the first; None if one of them does not exist
    """

    first: str
    second: str
    difference: float | None
    difference_ci: Interval | None
    fixed: tuple[int, ...]
    broken: tuple[int, ...]
    p_value: float | None
    verdict: str
    f1_differences: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of two or more versions.

    tasks: number of compared tasks
    outputs: version -> number of tasks with a ground truth and an output
    scores: version -> Score on the compared tasks
    pairs: all pairs, in the order of the versions
    p_value: of the hypothesis that all versions are equally accurate (for two versions, that of the pair)
    reason: why there are no numbers, if there are none
    """

    tasks: int
    outputs: Mapping[str, int]
    scores: Mapping[str, Score]
    accuracy_ci: Mapping[str, Interval | None]
    pairs: tuple[VersionPair, ...]
    p_value: float | None
    reason: str | None


def compare(versions: Mapping[str, Sequence[Outcome]], truths: Sequence[Truth], schema: LabelSchema) -> Comparison:
    """`versions`: tag -> outcomes, two or more."""
    gold = {truth.task_id: truth.answer for truth in truths}
    rights = {
        tag: {o.task_id: schema.equal(o.answer, gold[o.task_id]) for o in outcomes if o.spoke and o.task_id in gold}
        for tag, outcomes in versions.items()
    }
    common = sorted(set.intersection(*map(set, rights.values())))
    shared = {tag: {task: right[task] for task in common} for tag, right in rights.items()}
    task_ids = set(common)
    judged = [truth for truth in truths if truth.task_id in task_ids]
    scores = {tag: score(outcomes, judged, schema) for tag, outcomes in versions.items()}
    pairs = [_pair((a, b), shared, scores) for a, b in combinations(versions, 2)]
    return Comparison(
        tasks=len(common),
        outputs={tag: len(right) for tag, right in rights.items()},
        scores=scores,
        accuracy_ci={tag: wilson(tag_score.correct, tag_score.outputs) for tag, tag_score in scores.items()},
        pairs=tuple(_corrected(pairs)),
        p_value=pairs[0].p_value if len(pairs) == 1 else cochran([list(right.values()) for right in shared.values()]),
        reason=None if common else _why_nothing(truths, rights),
    )


def _pair(tags: tuple[str, str], rights: Mapping[str, Rights], scores: Mapping[str, Score]) -> VersionPair:
    first, second = (rights[tag] for tag in tags)
    fixed = tuple(task for task in first if second[task] and not first[task])
    broken = tuple(task for task in first if first[task] and not second[task])
    both = sum(first[task] and second[task] for task in first)
    neither = len(first) - both - len(fixed) - len(broken)
    return VersionPair(
        first=tags[0],
        second=tags[1],
        difference=ratio(len(fixed) - len(broken), len(first)),
        difference_ci=difference_interval(both, len(fixed), len(broken), neither),
        fixed=fixed,
        broken=broken,
        p_value=mcnemar(len(fixed), len(broken)) if first else None,
        verdict=UNDECIDED,
        f1_differences=_f1_differences(scores[tags[0]], scores[tags[1]]),
    )


def _corrected(pairs: Sequence[VersionPair]) -> list[VersionPair]:
    """The pairs with corrected p-values and the verdicts that follow from them."""
    p_values = holm([pair.p_value for pair in pairs if pair.p_value is not None])
    if not p_values:
        return list(pairs)
    return [
        replace(pair, p_value=p_value, verdict=_verdict(len(pair.fixed) - len(pair.broken), p_value))
        for pair, p_value in zip(pairs, p_values, strict=True)
    ]


def _verdict(gained: int, p_value: float) -> str:
    if p_value >= LEVEL:
        return UNDECIDED
    return BETTER if gained > 0 else WORSE


def _f1_differences(first: Score, second: Score) -> dict[str, float | None]:
    labels = list(dict.fromkeys([*first.per_label, *second.per_label]))
    return {label: _minus(second, first, label) for label in labels}


def _minus(first: Score, second: Score, label: str) -> float | None:
    if label not in first.per_label or label not in second.per_label:
        return None
    f1s = first.per_label[label].f1, second.per_label[label].f1
    return None if f1s[0] is None or f1s[1] is None else f1s[0] - f1s[1]


def _why_nothing(truths: Sequence[Truth], rights: Mapping[str, Rights]) -> str:
    if not truths:
        return "There is no ground truth to compare on."
    silent = [tag for tag, right in rights.items() if not right]
    if silent:
        return f"{silent[0]} has no answer to any task with a ground truth."
    return "The versions have no task with a ground truth in common."
