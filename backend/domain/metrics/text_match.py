"""How well free text matches a truth: exactly, white space and Unicode's forms apart, and by the words they share."""

from backend.domain.labels.controls.base import Control, Held


def exact_match(control: Control, answer: Held, truth: Held) -> float:
    """1 where they are equal, 0 elsewhere; also for values that are not texts."""
    return float(control.equal(answer, truth))


def token_f1(control: Control, answer: Held, truth: Held) -> float:
    """See `TextAreaControl.partial`."""
    return control.partial(answer, truth)


GRADES = {"exact_match": exact_match, "token_f1": token_f1}
