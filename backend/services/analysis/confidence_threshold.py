"""The confidence threshold: from which confidence up a version's answers have a guaranteed accuracy."""

from dataclasses import dataclass

from backend.domain.calibration.threshold import Threshold, threshold
from backend.domain.dataset.ground_truth import LeftOut
from backend.errors import RunError
from backend.services.analysis.calibrate import JudgedVersion
from backend.services.dataset.resolved_version import ResolvedVersion


@dataclass(frozen=True, slots=True)
class ConfidenceThreshold:
    """`found.threshold` is a raw confidence; `score` is the pushed score that corresponds to it."""

    version: str
    found: Threshold
    score: float | None
    left_out: LeftOut


def confidence_threshold(resolved: ResolvedVersion, heard: JudgedVersion, accuracy: float) -> ConfidenceThreshold:
    """The lowest confidence that guarantees an accuracy, if there is one."""
    found = threshold(heard.claims(), accuracy)
    score = None if found.threshold is None else resolved.calibrators.put(found.threshold)
    return ConfidenceThreshold(resolved.version.tag, found, score, heard.left_out)


def least_confidence(resolved: ResolvedVersion, heard: JudgedVersion, accuracy: float) -> float:
    """The threshold itself. Raises RunError, with the reason, if no confidence guarantees the accuracy."""
    found = confidence_threshold(resolved, heard, accuracy).found
    if found.threshold is None:
        raise RunError(
            f"No confidence of {resolved.version.tag} guarantees an accuracy of {accuracy:g}. {found.reason}"
        )
    return found.threshold
