"""Counted cases: equal pairs of ground truth and answer with their number. Scores and intervals are computed from them.

Tasks outnumber the different outcomes by far: a hundred thousand tasks with ten labels are a hundred cases.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from backend.domain.answer import Answer, AnswerValue
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Truth


@dataclass(frozen=True, slots=True)
class Case:
    """`tasks` with this `truth` and this `answer`; None is an unusable answer (Rejection). `correct`: the whole Answer
    is."""

    truth: Answer
    answer: Answer | None
    tasks: int
    correct: bool


def count_cases(outcomes: Iterable[Outcome], truths: Iterable[Truth], schema: LabelSchema) -> list[Case]:
    """The outputs that have a ground truth, as cases in the order of their first task. A Failure is not an output."""
    expected = {truth.task_id: truth.answer for truth in truths}
    pairs = ((expected[o.task_id], o.answer) for o in outcomes if o.spoke and o.task_id in expected)
    counts = Counter((_key(truth), None if answer is None else _key(answer)) for truth, answer in pairs)
    return [
        _case(dict(truth), None if answer is None else dict(answer), n, schema) for (truth, answer), n in counts.items()
    ]


def _key(answer: Answer) -> tuple[tuple[str, AnswerValue | None], ...]:
    return tuple(answer.items())


def _case(truth: Answer, answer: Answer | None, tasks: int, schema: LabelSchema) -> Case:
    return Case(truth, answer, tasks, schema.equal(truth, answer))
