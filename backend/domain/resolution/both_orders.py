"""The verdict of a task whose comparison was asked in both orders.

Models prefer a side whatever stands there (Zheng et al. 2023, "Judging LLM-as-a-Judge"). An answer that does not turn
with the inputs says nothing of them, and is not used. All else is as the first order has it.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean

from backend.domain.answer import Answer, names_of
from backend.domain.chat.answer_spec import AnswerSpec
from backend.domain.labels.comparisons import OTHER_SIDE, comparisons
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Confidence, Rejection


def joined(verdicts: Sequence[Answer | Rejection], spec: AnswerSpec) -> Answer | Rejection:
    """Of two verdicts: the first order's and the other one's, as it was said there."""
    first, second = verdicts
    if isinstance(first, Rejection) or isinstance(second, Rejection):
        return first if isinstance(first, Rejection) else second
    for name in _compared(spec):
        side, other = side_of(first, name), side_of(second, name)
        if side is not None and OTHER_SIDE.get(side) != other:
            return Rejection("inconsistent", _why(name, side, other))
    return first


def side_of(answer: Answer, control: str) -> str | None:
    """`left` or `right`; None where the control is not on the screen."""
    return next(iter(names_of(answer.get(control))), None)


def _why(name: str, side: str, other: str | None) -> str:
    if other is None:
        return f"'{name}' is '{side}', and nothing when the two are exchanged."
    return f"'{name}' is '{side}' in both orders, whichever of the two stands there."


def _compared(spec: AnswerSpec) -> list[str]:
    return [control.name for control in comparisons(spec)] if isinstance(spec, LabelSchema) else []


def mean_confidence(of_orders: Sequence[Confidence | None], spec: AnswerSpec) -> Confidence | None:
    """Of an answer that both orders agree on: that of the first, where that of a side is the mean of both orders.

    A comparison that only one order has on the screen has no side in the first: its confidence stays as it is there.
    """
    first, second = of_orders
    if first is None or second is None:
        return None
    both = [name for name in _compared(spec) if name in first.controls and name in second.controls]
    means = {name: fmean((first.controls[name], second.controls[name])) for name in both}
    return Confidence(_whole(first, means), {**first.controls, **means})


def _whole(first: Confidence, means: Mapping[str, float]) -> float:
    joint = first.joint
    for name, mean in means.items():
        joint = joint / first.controls[name] * mean if first.controls[name] else 0.0
    return min(1.0, joint)
