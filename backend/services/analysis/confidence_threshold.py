"""The confidence threshold: from which confidence up a version's answers have a guaranteed accuracy."""

from dataclasses import dataclass, replace

from backend.adapters.database.runs import RunStore
from backend.domain.calibration.threshold import Threshold, threshold
from backend.domain.calibration.wrong_share import WrongShare, wrong_share
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.dataset.subset import Subset
from backend.domain.optimize.search import LEARN, SearchOptions
from backend.domain.prompts.version import parse_tag
from backend.errors import RunError
from backend.services.analysis.calibrate import JudgedVersion
from backend.services.dataset.resolved_version import ResolvedVersion


@dataclass(frozen=True, slots=True)
class ConfidenceThreshold:
    """`lowest.threshold` is a raw confidence; `score` is the pushed score that corresponds to it."""

    version: str
    lowest: Threshold | WrongShare
    score: float | None
    left_out: LeftOut
    basis: TruthBasis
    project: int


def confidence_threshold(resolved: ResolvedVersion, judged: JudgedVersion, accuracy: float) -> ConfidenceThreshold:
    """The lowest confidence that guarantees an accuracy, if there is one."""
    lowest = threshold(judged.random_claims(), accuracy)
    score = None if lowest.threshold is None else resolved.calibrators.put(lowest.threshold)
    return ConfidenceThreshold(resolved.version.tag, lowest, score, judged.left_out, judged.basis, resolved.project.id)


def wrong_share_threshold(resolved: ResolvedVersion, judged: JudgedVersion, share: float) -> ConfidenceThreshold:
    """The lowest confidence from which at most this share of all tasks gets a wrong answer, if there is one."""
    lowest = wrong_share(judged.random_claims(), share)
    score = None if lowest.threshold is None else resolved.calibrators.put(lowest.threshold)
    return ConfidenceThreshold(resolved.version.tag, lowest, score, judged.left_out, judged.basis, resolved.project.id)


def not_learnt_from(record: RunStore, resolved: ResolvedVersion, subset: Subset) -> Subset:
    """The ground truths among `subset` that a guarantee may use. A search chose the prompt on one half of them: it is
    better there than on other tasks."""
    if subset.split is not None:
        return subset
    searches = (run for run in record.runs() if isinstance(run.scope, SearchOptions))
    searched = any(parse_tag(run.tag)[0] in resolved.version.names for run in searches)
    return replace(subset, split=LEARN.rest) if searched else subset


def least_confidence(resolved: ResolvedVersion, judged: JudgedVersion, accuracy: float) -> float:
    """The threshold itself. Raises RunError, with the reason, if no confidence guarantees the accuracy."""
    lowest = confidence_threshold(resolved, judged, accuracy).lowest
    if lowest.threshold is None:
        raise RunError(
            f"No confidence of {resolved.version.tag} guarantees an accuracy of {accuracy:g}. {lowest.reason}"
        )
    return lowest.threshold
