"""Calibrators: functions from a confidence to the share of right answers at that confidence, without any library.

All calibrators are increasing, so they never change the order of two answers.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import exp, log
from typing import Any, Self

from backend.domain.outcome import Outcome

_NEARLY_CERTAIN = 1e-6
"""Log-odds of 0 and 1 do not exist; nearer to them confidences are not told apart."""
CONFIDENCE_RULE = 2
"""How a confidence is computed from log-probabilities, for which calibrators were made: 1, as the product of all tokens
of the answer; 2, as the probability among the allowed labels."""


def log_odds(confidence: float) -> float:
    within = min(max(confidence, _NEARLY_CERTAIN), 1 - _NEARLY_CERTAIN)
    return log(within / (1 - within))


@dataclass(frozen=True, slots=True)
class Logistic:
    """Platt's scaling of log-odds: 1 / (1 + exp(-(slope * log_odds + intercept)))."""

    slope: float
    intercept: float

    def __call__(self, confidence: float) -> float:
        return 1 / (1 + exp(-max(min(self.slope * log_odds(confidence) + self.intercept, 500), -500)))

    def to_json(self) -> dict[str, Any]:
        return {"method": "logistic", "slope": self.slope, "intercept": self.intercept}


@dataclass(frozen=True, slots=True)
class Isotonic:
    """Piecewise linear between the knots (confidence, probability), both ascending, and constant outside them."""

    knots: tuple[tuple[float, float], ...]

    def __call__(self, confidence: float) -> float:
        above = bisect_right(self.knots, confidence, key=lambda knot: knot[0])
        if above in (0, len(self.knots)):
            return self.knots[max(above - 1, 0)][1]
        (x, y), (next_x, next_y) = self.knots[above - 1 : above + 1]
        return y + (next_y - y) * (confidence - x) / (next_x - x)

    def to_json(self) -> dict[str, Any]:
        return {"method": "isotonic", "knots": [list(knot) for knot in self.knots]}


Calibrator = Logistic | Isotonic


@dataclass(frozen=True, slots=True)
class Calibrators:
    """The calibrators of a version. A confidence without a calibrator stays as it is.

    joint: for the confidence of whole answers
    controls: for the confidence of each control's value
    rule: CONFIDENCE_RULE when they were made
    """

    joint: Calibrator | None = None
    controls: Mapping[str, Calibrator] = field(default_factory=dict)
    rule: int = CONFIDENCE_RULE

    def score(self, outcome: Outcome) -> float | None:
        """The score of a whole answer; None without a confidence."""
        return None if outcome.confidence is None else self.put(outcome.confidence)

    def put(self, confidence: float) -> float:
        """The calibrated value of a whole answer's confidence."""
        return confidence if self.joint is None else self.joint(confidence)

    def scores(self, outcome: Outcome) -> Mapping[str, float] | None:
        """The score of each control's value, if there are several controls."""
        return outcome.controls and {name: self._of(name)(sure) for name, sure in outcome.controls.items()}

    def _of(self, control: str) -> Callable[[float], float]:
        return self.controls.get(control, float)

    def to_json(self) -> dict[str, Any]:
        controls = {name: calibrator.to_json() for name, calibrator in self.controls.items()}
        return {"joint": self.joint and self.joint.to_json(), "controls": controls, "rule": self.rule}

    @classmethod
    def read(cls, saved: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        controls = {name: from_json(calibrator) for name, calibrator in saved["controls"].items()}
        return cls(saved["joint"] and from_json(saved["joint"]), controls, saved.get("rule", 1))


RAW = Calibrators()
"""Every confidence stays as it is."""


def from_json(saved: Mapping[str, Any]) -> Calibrator:
    """The inverse of `to_json`."""
    if saved["method"] == "logistic":
        return Logistic(float(saved["slope"]), float(saved["intercept"]))
    return Isotonic(tuple((float(x), float(y)) for x, y in saved["knots"]))
