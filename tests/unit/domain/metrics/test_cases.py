from backend.domain.metrics.cases import Case, count_cases
from backend.domain.outcome import Answer, Failure, Outcome, Rejection, Truth

A, B = {"c": ("a",)}, {"c": ("b",)}
TRUTHS = [Truth(task, A) for task in range(5)]


def test_equal_tasks_are_one_case_and_failures_none() -> None:
    verdicts: list[Answer | Rejection | Failure] = [A, B, A, Rejection("refused", ""), Failure("timeout", "")]
    assert count_cases([Outcome(task, verdict) for task, verdict in enumerate(verdicts)], TRUTHS) == [
        Case(A, A, 2),
        Case(A, B, 1),
        Case(A, None, 1),
    ]


def test_only_the_whole_answer_is_correct() -> None:
    both = {"c": ("a",), "d": ("x",)}
    assert Case(both, dict(reversed(both.items())), 1).correct
    assert not Case(both, A, 1).correct
    assert not Case({}, None, 1).correct
