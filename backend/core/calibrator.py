"""Calibrators: from a confidence to how often such an answer is right. Plain numbers, applied without any library.

Both are increasing: they never turn two answers' order round.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Any

_NEARLY_CERTAIN = 1e-6
"""Log-odds of 0 and 1 do not exist; nearer to them confidences are not told apart."""


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
    """Linear between the knots (confidence, probability), ascending in both; level outside of them."""

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


def from_json(saved: Mapping[str, Any]) -> Calibrator:
    """The inverse of `to_json`."""
    if saved["method"] == "logistic":
        return Logistic(float(saved["slope"]), float(saved["intercept"]))
    return Isotonic(tuple((float(x), float(y)) for x, y in saved["knots"]))
