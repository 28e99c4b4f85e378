"""The confidence threshold: from which confidence up a version's answers have a guaranteed accuracy."""

from dataclasses import dataclass

from backend.domain.calibration.threshold import Threshold, threshold
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import LeftOut
from backend.errors import RunError
from backend.services.analysis.calibrate import JudgedVersion
from backend.services.dataset.resolved_version import ResolvedVersion


@dataclass(frozen=True, slots=True)
class ConfidenceThreshold:
    """`lowest.threshold` is a raw confidence; `score` is the pushed score that corresponds to it."""

    version: str
    lowest: Threshold
    score: float | None
    left_out: LeftOut
    basis: TruthBasis
    project: int


def confidence_threshold(resolved: ResolvedVersion, judged: JudgedVersion, accuracy: float) -> ConfidenceThreshold:
    """The lowest confidence that guarantees an accuracy, if there is one."""
    lowest = threshold(judged.random_claims(), accuracy)
    score = None if lowest.threshold is None else resolved.calibrators.put(lowest.threshold)
    return ConfidenceThreshold(resolved.version.tag, lowest, score, judged.left_out, judged.basis, resolved.project.id)


def least_confidence(resolved: ResolvedVersion, judged: JudgedVersion, accuracy: float) -> float:
    """The threshold itself. Raises RunError, with the reason, if no confidence guarantees the accuracy."""
    lowest = confidence_threshold(resolved, judged, accuracy).lowest
    if lowest.threshold is None:
        raise RunError(
            f"No confidence of {resolved.version.tag} guarantees an accuracy of {accuracy:g}. {lowest.reason}"
        )
    return lowest.threshold
