"""Calibration: finding the calibrator of a version, or why there is none.

A calibrator is judged on tasks it was not fitted on, and must beat the raw confidence there by more than chance; so a
confidence that already means what it says stays as it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from backend.core.bootstrap import SEED
from backend.core.calibrator import Calibrator, Isotonic, Logistic, log_odds
from backend.core.claims import Claim

if TYPE_CHECKING:
    from backend.core.bootstrap import Floats

FOLDS = 5
LEAST_OF_EACH = 10
"""Right answers, and wrong ones, that it takes: about ten for each number that is fitted, and some in every fold."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """`tasks`: claims with a confidence; `calibrator`: None with the `reason`; `brier`: of the raw confidence;
    `brier_held_out`: of confidences calibrated without the task they are about, which `held_out` are, for the
    reliability after calibration; None and () without a calibrator."""

    tasks: int
    calibrator: Calibrator | None = None
    reason: str | None = None
    brier: float | None = None
    brier_held_out: float | None = None
    held_out: tuple[Claim, ...] = ()


def calibrate(claims: Sequence[Claim], seed: int = SEED) -> Calibration:
    """The simplest of raw, logistic and isotonic that no other beats on held-out folds by more than a standard error
    (the one-standard-error rule of Breiman et al. 1984), fitted on all claims."""
    known = [claim for claim in claims if claim.confidence is not None]
    reason = _too_little(known)
    if reason:
        return Calibration(len(known), reason=reason)
    import numpy

    sure = numpy.array([claim.confidence for claim in known], dtype=float)
    right = numpy.array([claim.correct for claim in known], dtype=float)
    best, fit = sure, None
    for candidate in (_logistic, _isotonic):
        held_out = _held_out(candidate, sure, right, seed)
        if _helps((best - right) ** 2 - (held_out - right) ** 2):
            best, fit = held_out, candidate
    brier = float(((sure - right) ** 2).mean())
    if fit is None:
        return Calibration(len(known), None, "On held-out tasks no calibrator does better than the raw one.", brier)
    return Calibration(
        tasks=len(known),
        calibrator=fit(sure, right),
        brier=brier,
        brier_held_out=float(((best - right) ** 2).mean()),
        held_out=tuple(replace(claim, confidence=float(value)) for claim, value in zip(known, best, strict=True)),
    )


def _too_little(known: Sequence[Claim]) -> str | None:
    right = sum(claim.correct for claim in known)
    wrong = len(known) - right
    if not known:
        return "No answer to a task with a ground truth has a confidence."
    if min(right, wrong) >= LEAST_OF_EACH:
        return None
    return (
        f"Too little ground truth: it takes {LEAST_OF_EACH} right and {LEAST_OF_EACH} wrong answers with a confidence, "
        f"there are {right} and {wrong}."
    )


def _held_out(fit: "Callable[[Floats, Floats], Calibrator]", sure: "Floats", right: "Floats", seed: int) -> "Floats":
    """Each confidence, calibrated by what the other folds say."""
    import numpy
    from sklearn.model_selection import StratifiedKFold

    calibrated = numpy.empty_like(sure)
    for others, fold in StratifiedKFold(FOLDS, shuffle=True, random_state=seed % 2**32).split(sure, right):
        calibrator = fit(sure[others], right[others])
        calibrated[fold] = [calibrator(confidence) for confidence in sure[fold].tolist()]
    return calibrated


def _helps(gains: "Floats") -> bool:
    """Whether the mean gain is more than its standard error."""
    return bool(gains.mean() > gains.std() / len(gains) ** 0.5)


def _logistic(sure: "Floats", right: "Floats") -> Calibrator:
    """A slope below 0 would turn the order round: then only the intercept is left."""
    import numpy
    from sklearn.linear_model import LogisticRegression

    odds = numpy.array([[log_odds(confidence)] for confidence in sure.tolist()])
    fitted = LogisticRegression(C=100.0).fit(odds, right)
    if fitted.coef_[0, 0] < 0:
        return Logistic(0.0, log_odds(float(right.mean())))
    return Logistic(float(fitted.coef_[0, 0]), float(fitted.intercept_[0]))


def _isotonic(sure: "Floats", right: "Floats") -> Calibrator:
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(out_of_bounds="clip").fit(sure, right)
    return Isotonic(tuple(zip(fitted.X_thresholds_.tolist(), fitted.y_thresholds_.tolist(), strict=True)))
