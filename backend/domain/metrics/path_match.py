"""How well the paths of a control match those of the truth: all of them, how far down, and what they share.

Scores of paths in a tree, such as a taxonomy's: equal ones, and how far down they agree.

Hierarchical precision, recall and F1 (Kiritchenko, Matwin and Famili 2005): each path stands for itself and all that is
above it; micro, from the counts of all tasks. At a level: the sets of beginnings of that length are equal.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.answer import paths_of
from backend.domain.labels.controls.base import Control
from backend.domain.metrics.cases import Case
from backend.domain.metrics.measure import Measure
from backend.domain.metrics.set_match import SetMatch, f1_interval, set_match, total
from backend.domain.statistics.intervals import Interval, ratio
from backend.domain.statistics.task_ratios import share_interval

TreePath = tuple[str, ...]
PathPair = tuple[Collection[TreePath], Collection[TreePath] | None]
"""Paths from the root, of the truth and of the answer; None for an unusable answer."""


@dataclass(frozen=True, slots=True)
class PathScore:
    """`exact`: share of outputs with the same set of paths; `hierarchical`: paths and all above them; `levels`: from
    the first on, the share of outputs that are right down to it, among those whose truth reaches it; `level_cis`: their
    intervals."""

    exact: float | None
    exact_ci: Interval | None
    hierarchical: SetMatch
    hierarchical_ci: Interval | None
    levels: tuple[float | None, ...]
    level_cis: tuple[Interval | None, ...]


def path_score(pairs: Sequence[PathPair]) -> PathScore:
    """Of one control."""
    path_sets = [(set(expected), set(answered or ())) for expected, answered in pairs]
    usable = [answered is not None for _, answered in pairs]
    exact = [
        float(has_answer and expected == answered)
        for has_answer, (expected, answered) in zip(usable, path_sets, strict=True)
    ]
    expanded = [hierarchical_match(*pair) for pair in path_sets]
    deepest = max((len(path) for expected, _ in path_sets for path in expected), default=0)
    levels = [_right_to(level, path_sets) for level in range(1, deepest + 1)]
    return PathScore(
        exact=ratio(sum(exact), len(exact)),
        exact_ci=share_interval([(value, 1.0) for value in exact]),
        hierarchical=total(expanded),
        hierarchical_ci=f1_interval(expanded),
        levels=tuple(ratio(sum(right), len(right)) for right in levels),
        level_cis=tuple(share_interval([(value, 1.0) for value in right]) for right in levels),
    )


def hierarchical_match(expected: Iterable[TreePath], answered: Iterable[TreePath]) -> SetMatch:
    """Of one task."""
    return set_match(with_parents(expected), with_parents(answered))


def with_parents(paths: Iterable[TreePath]) -> set[TreePath]:
    """The paths and all their beginnings."""
    return {path[:length] for path in paths for length in range(1, len(path) + 1)}


def _right_to(level: int, pairs: Sequence[tuple[set[TreePath], set[TreePath]]]) -> list[float]:
    """1 for each output that is right down to a level, 0 for the others, among those whose truth reaches it."""
    reaching = [pair for pair in pairs if any(len(path) >= level for path in pair[0])]
    return [float(_cut(expected, level) == _cut(answered, level)) for expected, answered in reaching]


def _cut(paths: Iterable[TreePath], level: int) -> set[TreePath]:
    return {path[:level] for path in paths}


NO_PATH = "No path is chosen, neither in the ground truths nor in the answers."


def of_paths(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """The share of outputs with the same paths; the micro F1 over paths and all above them; for each level the share of
    outputs that are right down to it, among those whose truth reaches it."""
    score = path_score([pair for case in cases for pair in [_pair(case, field.name)] * case.tasks])
    f1, levels = score.hierarchical.f1, zip(score.levels, score.level_cis, strict=True)
    return {
        "accuracy": Measure(score.exact, score.exact_ci),
        "hierarchical_f1": Measure(f1, score.hierarchical_ci, NO_PATH if f1 is None else ""),
        **{f"level_{level}": Measure(*level_share) for level, level_share in enumerate(levels, 1)},
    }


def _pair(case: Case, control: str) -> PathPair:
    answer = None if case.answer is None else paths_of(case.answer.get(control))
    return paths_of(case.truth.get(control)), answer
