"""Label conflicts that need no probability: labels that are confused, copies of a task with different ground truths,
and annotators who disagree."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.answer import Answer
from backend.domain.labels.equal_answers import distinct
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.classification import REJECTED, Score
from backend.domain.metrics.confusions import Confusion, confusions
from backend.domain.outcome import Truth
from backend.domain.same_text import text_key
from backend.domain.task import Task


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Tasks with the same texts but different ground truths."""

    truths: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The different answers that people gave to one task, the oldest first."""

    task_id: int
    answers: tuple[Answer, ...]


def confused_labels(scores: Iterable[Score]) -> list[Confusion]:
    """Pairs of labels, the most frequent first. Answers that cannot be used are left out."""
    return [pair for pair in confusions(score.confusion for score in scores) if pair.answer != REJECTED]


def duplicates(tasks: Iterable[Task], truths: Iterable[Truth], schema: LabelSchema) -> list[Duplicates]:
    """Tasks whose texts are equal in all variables (see `domain.same_text`), with different ground truths."""
    truth_by_task = {truth.task_id: truth for truth in truths}
    same: dict[str, list[Truth]] = defaultdict(list)
    for task in tasks:
        if task.id in truth_by_task:
            same[text_key(str(task.value(name)) for name in schema.variables)].append(truth_by_task[task.id])
    return [
        Duplicates(tuple(group))
        for group in same.values()
        if not all(schema.equal(truth.answer, group[0].answer) for truth in group)
    ]


def disagreements(answers: Mapping[int, Sequence[Answer]], schema: LabelSchema) -> list[Disagreement]:
    """Tasks whose answers are not all the same, by id.

    answers: task -> the answers of its annotations
    """
    different = {task: distinct(task_answers, schema) for task, task_answers in sorted(answers.items())}
    return [Disagreement(task, tuple(firsts)) for task, firsts in different.items() if len(firsts) > 1]
