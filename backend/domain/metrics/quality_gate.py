"""Quality gate: whether a version may pass a CI pipeline."""

from dataclasses import dataclass

from backend.domain.metrics.comparison import BETTER, WORSE, VersionPair
from backend.domain.metrics.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One check of a version. `detail`: the numbers behind the result, for people."""

    name: str
    passed: bool
    detail: str


def accuracy_check(evaluation: Evaluation, least: float, strict: bool) -> GateCheck:
    """Checks that the accuracy is at least `least` (0..1); with `strict`, that its whole interval is."""
    value, interval = evaluation.score.accuracy, evaluation.intervals.accuracy
    name = f"accuracy{' at the lower end of its interval' if strict else ''} at least {least:g}"
    if value is None or interval is None:
        return GateCheck(name, False, "there is none, because the model gave no answer to any task with a ground truth")
    held = interval[0] if strict else value
    measured = f"{value:.3f} on {evaluation.score.outputs} tasks, 95 % interval {interval[0]:.3f} to {interval[1]:.3f}"
    return GateCheck(name, held >= least, measured)


def versus_check(pair: VersionPair, tasks: int, strict: bool) -> GateCheck:
    """Checks that the second version of `pair` is not worse than the first; with `strict`, that it is better."""
    name = f"{pair.second} {'better' if strict else 'not worse'} than {pair.first}"
    passed = pair.verdict == BETTER if strict else pair.verdict != WORSE
    if pair.difference is None or pair.p_value is None:
        return GateCheck(name, False, "the versions have no task in common")
    measured = f"{pair.verdict}: {pair.difference:+.3f} on {tasks} tasks, p = {pair.p_value:.3g}"
    return GateCheck(name, passed, f"{measured}, {len(pair.fixed)} fixed and {len(pair.broken)} broken")
