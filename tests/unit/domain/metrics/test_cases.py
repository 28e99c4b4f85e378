from backend.domain.answer import Answer, Labels
from backend.domain.metrics.cases import Case, count_cases
from backend.domain.outcome import Failure, Outcome, Rejection, Truth
from tests.unit.domain.metrics.test_classification import BOTH, SINGLE

A, B = {"c": Labels(("a",))}, {"c": Labels(("b",))}
TRUTHS = [Truth(task, A) for task in range(5)]


def test_equal_tasks_are_one_case_and_failures_none() -> None:
    verdicts: list[Answer | Rejection | Failure] = [A, B, A, Rejection("refused", ""), Failure("timeout", "")]
    assert count_cases([Outcome(task, verdict) for task, verdict in enumerate(verdicts)], TRUTHS, SINGLE) == [
        Case(A, A, 2, True),
        Case(A, B, 1, False),
        Case(A, None, 1, False),
    ]


def test_only_the_whole_answer_is_correct() -> None:
    both = {"one": Labels(("a",)), "many": Labels(("b",))}
    assert BOTH.equal(both, dict(reversed(both.items())))
    assert not BOTH.equal(both, {"one": Labels(("a",)), "many": None})
    assert not BOTH.equal({"one": None, "many": None}, None)
