"""How well free text matches a truth: exactly, white space and Unicode's forms apart, and by the words they share."""

from backend.domain.labels.controls.base import Control, Held
from backend.domain.metrics.controls.measure import ControlMetrics, Strictness, always, graded


def exact_match(control: Control, answer: Held, truth: Held) -> float:
    """1 where they are equal, 0 elsewhere; also for values that are not texts."""
    return float(control.equal(answer, truth))


def token_f1(control: Control, answer: Held, truth: Held) -> float:
    """See `TextAreaControl.partial`."""
    return control.partial(answer, truth)


EXACT = graded(exact_match)
"""The share of outputs that are right."""
TEXTS = ControlMetrics(
    always({"exact_match": EXACT, "token_f1": graded(token_f1)}),
    (
        Strictness("token_f1", "free texts", "word for word"),
        Strictness("item_token_f1", "texts of items", "for every item, word for word"),
    ),
)
CHOICES = ControlMetrics(always({"accuracy": EXACT}))
