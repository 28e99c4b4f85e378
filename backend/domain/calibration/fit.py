"""Fits the calibrator of a version, or says why there is none.

A calibrator is evaluated on tasks that it was not fitted on, and must beat the raw confidence there by more than
chance. A confidence that is already calibrated stays as it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from backend.domain.calibration.calibrators import Calibrator, Isotonic, Logistic, log_odds
from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.statistics.bootstrap import SEED

if TYPE_CHECKING:
    from backend.domain.statistics.bootstrap import Floats

FOLDS = 5
SPLINE_KNOTS = 4
MOST_KNOTS = 256
LEAST_OF_EACH = 10
"""Right answers, and wrong ones, that it takes: about ten for each number that is fitted, and some in every fold."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The result of a fit.

    tasks: number of scored answers with a confidence
    calibrator: None if none is better than the raw confidence, with the `reason`
    brier: Brier score of the raw confidence
    brier_held_out: Brier score of `held_out`; None without a calibrator
    held_out: each confidence calibrated without its own task, for the reliability after calibration; () without a
        calibrator
    """

    tasks: int
    calibrator: Calibrator | None = None
    reason: str | None = None
    brier: float | None = None
    brier_held_out: float | None = None
    held_out: tuple[ScoredAnswer, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether there was enough ground truth to decide."""
        return self.brier is not None


def calibrate(scored: Sequence[ScoredAnswer], seed: int = SEED) -> Calibration:
    """The better of logistic and isotonic calibration by Brier score on held-out folds, fitted on all scored answers.

    There is none if it does not beat the raw confidence by one standard error (the one-standard-error rule of Breiman
    et al. 1984).
    """
    answers = [answer for answer in scored if answer.confidence is not None]
    reason = _too_little(answers)
    if reason:
        return Calibration(len(answers), reason=reason)
    from sklearn import linear_model  # noqa: F401  (brings the library that is limited)
    from threadpoolctl import threadpool_limits

    # The matrices are small: to share them among threads takes ten times the work.
    with threadpool_limits(1, user_api="blas"):
        return _calibration(answers, seed)


def _calibration(answers: Sequence[ScoredAnswer], seed: int) -> Calibration:
    import numpy

    sure = numpy.array([answer.confidence for answer in answers], dtype=float)
    right = numpy.array([answer.correct for answer in answers], dtype=float)
    tried = [(_held_out(fit, sure, right, seed), fit) for fit in (_logistic, _isotonic)]
    best, fit = min(tried, key=lambda pair: float(((pair[0] - right) ** 2).mean()))
    brier = float(((sure - right) ** 2).mean())
    if not _helps((sure - right) ** 2 - (best - right) ** 2):
        return Calibration(len(answers), None, "On held-out tasks no calibrator does better than the raw one.", brier)
    return Calibration(
        tasks=len(answers),
        calibrator=fit(sure, right),
        brier=brier,
        brier_held_out=float(((best - right) ** 2).mean()),
        held_out=tuple(replace(answer, confidence=float(value)) for answer, value in zip(answers, best, strict=True)),
    )


def _too_little(answers: Sequence[ScoredAnswer]) -> str | None:
    right = sum(answer.correct for answer in answers)
    wrong = len(answers) - right
    if not answers:
        return "No answer to a task with a ground truth has a confidence."
    if min(right, wrong) >= LEAST_OF_EACH:
        return None
    return (
        f"Too little ground truth: it takes {LEAST_OF_EACH} right and {LEAST_OF_EACH} wrong answers with a confidence, "
        f"there are {right} and {wrong}."
    )


def _held_out(fit: "Callable[[Floats, Floats], Calibrator]", sure: "Floats", right: "Floats", seed: int) -> "Floats":
    """Each confidence, calibrated by a fit on the other folds."""
    import numpy
    from sklearn.model_selection import StratifiedKFold

    calibrated = numpy.empty_like(sure)
    for others, fold in StratifiedKFold(FOLDS, shuffle=True, random_state=seed % 2**32).split(sure, right):
        calibrator = fit(sure[others], right[others])
        calibrated[fold] = [calibrator(confidence) for confidence in sure[fold].tolist()]
    return calibrated


def _helps(gains: "Floats") -> bool:
    """Whether the mean gain is larger than its standard error."""
    return bool(gains.mean() > gains.std() / len(gains) ** 0.5)


def _logistic(sure: "Floats", right: "Floats") -> Calibrator:
    """A slope below 0 would reverse the order; then only the intercept is fitted."""
    import numpy
    from sklearn.linear_model import LogisticRegression

    odds = numpy.array([[log_odds(confidence)] for confidence in sure.tolist()])
    fitted = LogisticRegression(C=100.0).fit(odds, right)
    if fitted.coef_[0, 0] < 0:
        return Logistic(0.0, log_odds(float(right.mean())))
    return Logistic(float(fitted.coef_[0, 0]), float(fitted.intercept_[0]))


def _isotonic(sure: "Floats", right: "Floats") -> Calibrator:
    """A cubic spline of the confidences' ranks in a penalised logistic regression (after Lucena 2018, "Spline-Based
    Probability Calibration"), then the nearest increasing function.

    Ranks handle gaps and steps in the confidence. Without the spline, isotonic regression follows single answers: on
    1,000 tasks its error is a third larger (`python -m benchmarks.statistics`).
    """
    import numpy
    from sklearn.isotonic import IsotonicRegression
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import QuantileTransformer, SplineTransformer

    ranks = QuantileTransformer(n_quantiles=len(sure), subsample=None)
    spline = SplineTransformer(n_knots=SPLINE_KNOTS, include_bias=False)
    smooth = make_pipeline(ranks, spline, LogisticRegression(C=10.0, max_iter=1000)).fit(sure[:, None], right)
    values, tasks = numpy.unique(sure, return_counts=True)
    chances = smooth.predict_proba(values[:, None])[:, 1]
    rising = IsotonicRegression().fit_transform(values, chances, sample_weight=tasks)
    knots = numpy.unique(numpy.linspace(0, len(values) - 1, MOST_KNOTS).round().astype(int))
    return Isotonic(tuple(zip(values[knots].tolist(), rising[knots].tolist(), strict=True)))
