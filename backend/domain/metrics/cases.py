"""Tally: which answers met which truths, and how often. What scores and their intervals are computed from.

Tasks outnumber the ways they can end by far, so equal ones are counted together: a hundred thousand tasks of ten
labels are a hundred cases.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from backend.domain.answer import Answer, AnswerValue
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Truth


@dataclass(frozen=True, slots=True)
class Case:
    """`tasks` of this `truth` got this `answer`; None is an unusable answer (Rejection). `correct`: the whole Answer
    is."""

    truth: Answer
    answer: Answer | None
    tasks: int
    correct: bool


def count_cases(outcomes: Iterable[Outcome], truths: Iterable[Truth], schema: LabelSchema) -> list[Case]:
    """The outputs that have a truth, as cases in the order of their first task; Failures are no output."""
    known = {truth.task_id: truth.answer for truth in truths}
    pairs = ((known[o.task_id], o.answer) for o in outcomes if o.spoke and o.task_id in known)
    counts = Counter((_key(truth), None if answer is None else _key(answer)) for truth, answer in pairs)
    return [
        _case(dict(truth), None if answer is None else dict(answer), n, schema) for (truth, answer), n in counts.items()
    ]


def _key(answer: Answer) -> tuple[tuple[str, AnswerValue | None], ...]:
    return tuple(answer.items())


def _case(truth: Answer, answer: Answer | None, tasks: int, schema: LabelSchema) -> Case:
    return Case(truth, answer, tasks, schema.equal(truth, answer))
