"""Cascade shares: who answered, why the second was asked, and what each cost."""

from dataclasses import replace

from backend.domain.cascade import joined
from backend.domain.metrics.cascade_shares import CascadeShares, CountingSteps
from backend.domain.metrics.summary import summarise
from backend.domain.outcome import Failure, Outcome, Usage
from tests.scripted import choices

ANSWER = choices("Good", "Bad").parse({"mood": "Good"})


def outcome(digest: str, usd: float | None) -> Outcome:
    return Outcome(1, ANSWER, digest, usage=Usage(cost_usd=usd))


def shares(*outcomes: Outcome) -> CascadeShares | None:
    steps = CountingSteps()
    for one in outcomes:
        steps.add(one)
    return steps.shares()


def test_each_model_is_counted_with_its_own_cost() -> None:
    on = joined(outcome("b", 1.0), outcome("B", 10.0))
    failed = joined(Outcome(3, Failure("timeout", "…"), "c"), outcome("C", 10.0))
    found = shares(outcome("a", 1.0), on, failed)
    assert found == CascadeShares(1, 2, {"unsure": 1, "failed": 1}, 2.0, 20.0)
    assert found.second_share == 2 / 3


def test_equal_requests_are_paid_once() -> None:
    on = joined(outcome("b", 1.0), outcome("B", 10.0))
    assert shares(on, replace(on, task_id=2)) == CascadeShares(0, 2, {"unsure": 2}, 1.0, 10.0)
    assert summarise([on, replace(on, task_id=2)]).cost_usd == 11.0


def test_an_unknown_price_is_no_number() -> None:
    found = shares(joined(outcome("b", None), outcome("B", 10.0)))
    assert found is not None
    assert (found.first_usd, found.second_usd) == (None, None)


def test_without_a_second_model_there_are_none() -> None:
    assert shares(outcome("a", 1.0)) is None
