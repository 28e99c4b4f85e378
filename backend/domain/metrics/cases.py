"""Counted cases: equal pairs of ground truth and answer with their number. Scores and intervals are computed from them.

Tasks outnumber the different outcomes by far: a hundred thousand tasks with ten labels are a hundred cases.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from backend.domain.answer import Answer, AnswerValue
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Truth

Key = tuple[tuple[str, AnswerValue | None], ...]
"""An Answer as a key of a dict."""


@dataclass(frozen=True, slots=True)
class Case:
    """`tasks` with this `truth` and this `answer`; None is an unusable answer (Rejection).

    correct: the whole Answer is
    orders: what was said in each order, where both were asked
    """

    truth: Answer
    answer: Answer | None
    tasks: int
    correct: bool
    orders: tuple[Answer, ...] = ()


def count_cases(outcomes: Iterable[Outcome], truths: Iterable[Truth], schema: LabelSchema) -> list[Case]:
    """The outputs that have a ground truth, as cases in the order of their first task. A Failure is not an output."""
    expected = {truth.task_id: truth.answer for truth in truths}
    judged = (o for o in outcomes if o.spoke and o.task_id in expected)
    counts = Counter(
        (_key(expected[o.task_id]), None if o.answer is None else _key(o.answer), tuple(map(_key, o.orders)))
        for o in judged
    )
    return [_case(*keys, n, schema) for keys, n in counts.items()]


def _key(answer: Answer) -> Key:
    return tuple(answer.items())


def _case(truth: Key, answer: Key | None, orders: tuple[Key, ...], tasks: int, schema: LabelSchema) -> Case:
    expected, answered = dict(truth), None if answer is None else dict(answer)
    return Case(expected, answered, tasks, schema.equal(expected, answered), tuple(map(dict, orders)))
