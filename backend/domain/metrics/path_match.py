"""How well the paths of a control match those of the truth: all of them, how far down, and what they share."""

from collections.abc import Mapping, Sequence

from backend.domain.answer import paths_of
from backend.domain.labels.controls.base import Control
from backend.domain.metrics.cases import Case
from backend.domain.metrics.measure import Measure
from backend.domain.metrics.taxonomy_paths import PathPair, path_score

NO_PATH = "No path is chosen, neither in the ground truths nor in the answers."


def of_paths(cases: Sequence[Case], field: Control) -> Mapping[str, Measure]:
    """The share of outputs with the same paths; the micro F1 over paths and all above them; for each level the share of
    outputs that are right down to it, among those whose truth reaches it."""
    score = path_score([pair for case in cases for pair in [_pair(case, field.name)] * case.tasks])
    f1 = score.hierarchical.f1
    return {
        "accuracy": Measure(score.exact, score.exact_ci),
        "hierarchical_f1": Measure(f1, score.hierarchical_ci, NO_PATH if f1 is None else ""),
        **{f"level_{level}": Measure(share, None) for level, share in enumerate(score.levels, 1)},
    }


def _pair(case: Case, control: str) -> PathPair:
    answer = None if case.answer is None else paths_of(case.answer.get(control))
    return paths_of(case.truth.get(control)), answer
