"""The confidence threshold: from which confidence up a version's answers have a guaranteed accuracy."""

from dataclasses import dataclass, replace

from backend.adapters.database.runs.runs import RunStore
from backend.domain.calibration.threshold import Threshold, threshold
from backend.domain.calibration.wrong_share import WrongShare, wrong_share
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.dataset.subset import Subset
from backend.domain.optimize.search import LEARN, SearchOptions
from backend.domain.prompts.version import parse_tag
from backend.errors import RunError
from backend.services.analysis.calibrate import JudgedVersion, judged
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.truth_bases import TruthBases
from backend.services.runs.stored_outcomes import StoredOutcomes


@dataclass(frozen=True, slots=True)
class ConfidenceThreshold:
    """`lowest.threshold` is a raw confidence; `score` is the pushed score that corresponds to it;
    `calibration_caveat`: what to do about a calibration that is not applied."""

    version: str
    lowest: Threshold | WrongShare
    score: float | None
    left_out: LeftOut
    basis: TruthBasis
    project: int
    calibration_caveat: str | None = None


def confidence_threshold(resolved: ResolvedVersion, judged: JudgedVersion, accuracy: float) -> ConfidenceThreshold:
    """The lowest confidence that guarantees an accuracy, if there is one."""
    return _result(resolved, judged, threshold(judged.random_scored_answers(), accuracy))


def wrong_share_threshold(resolved: ResolvedVersion, judged: JudgedVersion, share: float) -> ConfidenceThreshold:
    """The lowest confidence from which at most this share of all tasks gets a wrong answer, if there is one."""
    return _result(resolved, judged, wrong_share(judged.random_scored_answers(), share))


def _result(resolved: ResolvedVersion, judged: JudgedVersion, lowest: Threshold | WrongShare) -> ConfidenceThreshold:
    return ConfidenceThreshold(
        version=resolved.version.tag,
        lowest=lowest,
        score=None if lowest.threshold is None else resolved.calibrators.put(lowest.threshold),
        left_out=judged.left_out,
        basis=judged.basis,
        project=resolved.project.id,
        calibration_caveat=resolved.calibration_caveat,
    )


@dataclass(frozen=True, slots=True)
class Guaranteeing:
    """What a guarantee is computed from."""

    bases: TruthBases
    stored: StoredOutcomes
    run_store: RunStore

    def judged(self, resolved: ResolvedVersion, subset: Subset) -> JudgedVersion:
        """The answers on the ground truths of `subset` on which the version was not chosen; on all of a split that the
        user names."""
        if subset.split is not None:
            return judged(self.bases, self.stored, resolved, subset)
        names = resolved.version.names
        counted = any(self.bases.looks.of(name) for name in names)
        test_subset = subset if counted else not_learnt_from(self.run_store, resolved, subset)
        return judged(self.bases, self.stored, resolved, test_subset).without_chosen()


def not_learnt_from(run_store: RunStore, resolved: ResolvedVersion, subset: Subset) -> Subset:
    """The ground truths of `subset` from which no search learned, where looks were not counted yet: one half of them
    for each prompt that was searched."""
    searches = (run for run in run_store.runs() if isinstance(run.scope, SearchOptions))
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
