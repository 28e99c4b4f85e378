"""How well the paths of a control match those of the truth: all of them, how far down, and what they share.

Hierarchical F1 (Kiritchenko, Matwin and Famili 2005): each path stands for itself and all that is above it; micro, from
the counts of all tasks. At a level: the sets of beginnings of that length are equal.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from backend.domain.answer import paths_of
from backend.domain.labels.controls.base import Control, Held
from backend.domain.metrics.cases import Case
from backend.domain.metrics.controls.measure import ControlMetrics, Mean, Strictness, micro_f1, values_of
from backend.domain.metrics.controls.set_match import SetMatch, set_match
from backend.domain.metrics.controls.text_match import EXACT
from backend.domain.statistics.task_ratios import Sums

NO_PATH = "No path is chosen, neither in the ground truths nor in the answers."
TreePath = tuple[str, ...]
"""From the root."""


def hierarchical_match(answer: Held, truth: Held) -> SetMatch:
    """Paths and all above them."""
    return set_match(with_parents(paths_of(truth)), with_parents(paths_of(answer)))


def with_parents(paths: Iterable[TreePath]) -> set[TreePath]:
    """The paths and all their beginnings."""
    return {path[:length] for path in paths for length in range(1, len(path) + 1)}


def _right_to(level: int) -> Mean:
    """The share of outputs that are right down to a level, among those whose truth reaches it."""

    def sums(case: Case, field: Control) -> Sums:
        answer, truth = map(paths_of, values_of(case, field))
        reaches = any(len(path) >= level for path in truth)
        return (float(_cut(truth, level) == _cut(answer, level)), 1.0) if reaches else (0.0, 0.0)

    return Mean(sums)


def _cut(paths: Collection[TreePath], level: int) -> set[TreePath]:
    return {path[:level] for path in paths}


def _means(cases: Sequence[Case], field: Control) -> Mapping[str, Mean]:
    """The share of outputs with the same paths; the micro F1 over paths and all above them; for each level the share of
    outputs that are right down to it."""
    deepest = max((len(path) for case in cases for path in paths_of(case.truth.get(field.name))), default=0)
    levels = {f"level_{level}": _right_to(level) for level in range(1, deepest + 1)}
    return {"accuracy": EXACT, "hierarchical_f1": micro_f1(hierarchical_match, NO_PATH), **levels}


PATHS = ControlMetrics(
    _means,
    (
        Strictness("hierarchical_f1", "paths", "down to the last level, all of them"),
        Strictness("item_hierarchical_f1", "paths of items", "for every item, all of them"),
    ),
)
