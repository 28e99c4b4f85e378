"""How often the better one of two inputs is found, and how often it is the left one, as measures of a control.

Models prefer a side whatever stands there (Zheng et al. 2023, "Judging LLM-as-a-Judge"): one that does says left more,
or less, often than the ground truths do.
"""

from collections.abc import Callable, Mapping, Sequence

from backend.domain.answer import Answer, names_of
from backend.domain.labels.controls.base import Control
from backend.domain.metrics.cases import Case
from backend.domain.metrics.controls.measure import ControlMetrics, Mean

NO_TRUTH = "No ground truth has a side."
NO_ANSWER = "No usable answer has a side."
NO_CONSISTENT = "No answer is the same in both orders."
_LEFT, _RIGHT = "left", "right"


Sides = tuple[str, str | None, tuple[str | None, ...]]
"""Of a task: what the truth says, the answer, and what was said in each order, where both were asked."""


def _means(cases: Sequence[Case], field: Control) -> Mapping[str, Mean]:
    """Accuracy over the outputs whose ground truth has a side, and the share of left among the answers and among the
    ground truths. Where both orders were asked, `left_answers` is of the first order, whether the other one agrees or
    not, `position_consistency` the share of outputs where it does, and `consistent_accuracy` that of those alone."""
    return {**_OF_SIDES, **(_OF_ORDERS if any(case.orders for case in cases) else {})}


def _share(right: Callable[[Sides], bool], nothing: str, counts: Callable[[Sides], bool] = lambda sides: True) -> Mean:
    """Of the outputs whose ground truth has a side, and which count, the share for which `right` holds."""

    def sums(case: Case, field: Control) -> tuple[float, float]:
        sides = _sides(case, field.name)
        return (float(right(sides)), 1.0) if sides is not None and counts(sides) else (0.0, 0.0)

    return Mean(sums, nothing)


def _sides(case: Case, control: str) -> Sides | None:
    """None if the truth has no side."""
    truth = _side(case.truth, control)
    orders = tuple(_side(answer, control) for answer in case.orders)
    return None if truth is None else (truth, _side(case.answer or {}, control), orders)


def _side(answer: Answer, control: str) -> str | None:
    return next(iter(names_of(answer.get(control))), None)


def _first(sides: Sides) -> str | None:
    """What was said in the first order."""
    _, answer, orders = sides
    return orders[0] if orders else answer


def _both_orders(sides: Sides) -> bool:
    return bool(sides[2]) and _first(sides) is not None


def _consistent(sides: Sides) -> bool:
    return {*sides[2]} == {_LEFT, _RIGHT}


_OF_SIDES = {
    "accuracy": _share(lambda sides: sides[0] == sides[1], NO_TRUTH),
    "left_answers": _share(lambda sides: _first(sides) == _LEFT, NO_ANSWER, lambda sides: _first(sides) is not None),
    "left_truths": _share(lambda sides: sides[0] == _LEFT, NO_TRUTH),
}
_OF_ORDERS = {
    "position_consistency": _share(_consistent, NO_ANSWER, _both_orders),
    "consistent_accuracy": _share(
        lambda sides: sides[0] == _first(sides), NO_CONSISTENT, lambda sides: _both_orders(sides) and _consistent(sides)
    ),
}
SIDES = ControlMetrics(_means)
