"""What is counted of outcomes, here or in another process."""

from backend.domain.answer import Labels
from backend.domain.outcome import Failure, Outcome, Usage
from backend.services.run_control.progress import Settled


def answered(task: int, cost: float | None, sent: int = 1) -> Outcome:
    return Outcome(task, {"mood": Labels(("Good",))}, usage=Usage(10, 5, cost), sent=sent, reused=not sent)


def test_tasks_answers_and_cost_are_counted() -> None:
    failure = Outcome(1, Failure("timeout", "It took too long."), sent=3)
    assert Settled.of([failure, answered(2, 0.25), answered(3, 0.5, sent=0)]) == Settled(3, 2, 0.25)


def test_an_unknown_price_makes_the_sum_unknown() -> None:
    assert Settled.of([answered(1, None), answered(2, 0.25)]) == Settled(2, 2, None)
    assert Settled.of([answered(1, None, sent=0)]).cost_usd is None


def test_those_of_two_processes_are_added() -> None:
    assert Settled(3, 2, 0.25).plus(Settled(1, 1, 0.5)) == Settled(4, 3, 0.75)
    assert Settled(3, 2, 0.25).plus(Settled(1, 1, None)) == Settled(4, 3, None)
    assert Settled() == Settled.of([])
