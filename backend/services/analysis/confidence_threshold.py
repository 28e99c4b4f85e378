"""Promise: from which confidence on a version's answers are right often enough, with 95 % confidence."""

from dataclasses import dataclass

from backend.domain.dataset.subset import Subset
from backend.domain.calibration.threshold import Threshold, threshold
from backend.domain.dataset.ground_truth import LeftOut
from backend.errors import RunError
from backend.services.dataset.resolved_version import Bound
from backend.services.analysis.calibrate import judged
from backend.services.runs.lifecycle import Runs


@dataclass(frozen=True, slots=True)
class Promise:
    """`found.threshold` is a raw confidence, `score` what is pushed for it."""

    version: str
    found: Threshold
    score: float | None
    left_out: LeftOut


def promise(runs: Runs, bound: Bound, accuracy: float, subset: Subset) -> Promise:
    """Raises what `judged` raises."""
    heard = judged(runs, bound, subset)
    found = threshold(heard.claims(), accuracy)
    score = None if found.threshold is None else bound.calibrators.put(found.threshold)
    return Promise(bound.version.tag, found, score, heard.left_out)


def least_confidence(runs: Runs, bound: Bound, accuracy: float) -> float:
    """The threshold itself. Raises RunError, with the reason, when none keeps the promise."""
    found = promise(runs, bound, accuracy, Subset("ground-truth")).found
    if found.threshold is None:
        raise RunError(f"No confidence of {bound.version.tag} promises an accuracy of {accuracy:g}. {found.reason}")
    return found.threshold
