"""The rule of a cascade: who is asked, and what becomes of the task."""

import pytest

from backend.domain.cascade import Cascade, answered_by, cascade_json, joined, read_cascade, reason_of
from backend.domain.outcome import Failure, Outcome, Rejection, Usage
from backend.errors import PromptError
from tests.scripted import choices, sure_of

SCHEMA = choices("Good", "Bad")
CASCADE = Cascade("dear", "other", 0.8)
FALLBACK = Cascade("dear")


def outcome(label: str | None = "Good", sure: float | None = None, usd: float | None = 1.0, sent: int = 1) -> Outcome:
    verdict = Rejection("not_json", "…") if label is None else SCHEMA.parse({"mood": label})
    return Outcome(1, verdict, "d" * 64, sure_of(sure), Usage(10, 5, usd, 0.5), sent)


def failure(kind: str) -> Outcome:
    return Outcome(1, Failure(kind, "…"))


@pytest.mark.parametrize(
    ("first", "on", "fallback"),
    [
        (outcome(sure=0.8), False, False),
        (outcome(sure=0.79), True, False),
        (outcome(sure=None), True, False),
        (outcome(None), True, True),
        (failure("timeout"), True, True),
        (failure("bad_request"), True, True),
        (failure("bad_task"), False, False),
        (failure("budget"), False, False),
    ],
)
def test_the_second_is_asked_where_the_first_is_unsure_unusable_or_failing(
    first: Outcome, on: bool, fallback: bool
) -> None:
    assert (CASCADE.goes_on(first), FALLBACK.goes_on(first)) == (on, fallback)


def test_the_outcome_is_the_seconds_at_the_cost_of_both() -> None:
    found = joined(outcome("Good", 0.3, 1.0, sent=2), outcome("Bad", 0.9, 10.0, sent=0))
    assert found.answer == outcome("Bad").answer
    assert (found.confidence, found.usage, found.sent, found.reused) == (0.9, Usage(20, 10, 11.0, 1.0), 2, False)
    assert reason_of(found) == "unsure"
    assert reason_of(joined(outcome(None), outcome())) == "unusable"
    assert reason_of(joined(failure("timeout"), outcome())) == "failed"
    assert reason_of(outcome()) is None


def test_what_is_not_known_of_one_is_not_known_of_both() -> None:
    assert joined(outcome(usd=None), outcome()).usage.cost_usd is None
    assert joined(failure("timeout"), outcome(usd=3.0)).usage.cost_usd == 3.0, "nothing was paid for the first"


@pytest.mark.parametrize("below", [0.0, -0.1, 1.1, float("nan"), float("inf")])
def test_a_threshold_out_of_range_is_refused(below: float) -> None:
    with pytest.raises(PromptError, match="is not a confidence: give a number"):
        Cascade("dear", below=below).check("cheap")


def test_a_circle_is_refused() -> None:
    with pytest.raises(PromptError, match="other/dear can't be asked after itself"):
        CASCADE.check("other/dear")
    CASCADE.check("dear")


def test_it_is_stored_as_it_was() -> None:
    assert read_cascade(cascade_json(CASCADE)) == CASCADE
    assert read_cascade(cascade_json(FALLBACK)) == FALLBACK
    assert (CASCADE.description, FALLBACK.description) == ("then other/dear below 0.8", "then dear")


def test_who_answered() -> None:
    first, second = outcome(sure=0.9), joined(outcome(sure=0.1), outcome())
    assert [answered_by("cheap", CASCADE, one) for one in (first, second)] == ["cheap", "other/dear"]
    assert answered_by("cheap", None, first) is None
