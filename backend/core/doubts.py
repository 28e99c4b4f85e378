"""Doubts about definitions and annotations that need no probability: labels that are confused, copies of a task with
different truths, annotators who disagree."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.core.outcomes import Answer, Truth
from backend.core.scoring import REJECTED, Score
from backend.core.tasks import Task


@dataclass(frozen=True, slots=True)
class ConfusionPair:
    """`times`: how often, over all versions, `truth` was answered with `answer`."""

    control: str
    truth: str
    answer: str
    times: int

    @property
    def sentence(self) -> str:
        """To be finished by a person and added to the definitions."""
        return f'Choose "{self.truth}", not "{self.answer}", when …'


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Tasks that ask the same but do not have the same truth."""

    truths: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The different answers that people gave to one task, the oldest first."""

    task_id: int
    answers: tuple[Answer, ...]


def confusion_pairs(scores: Iterable[Score]) -> list[ConfusionPair]:
    """The most frequent first; of controls that take one label."""
    times: dict[tuple[str, str, str], int] = defaultdict(int)
    for found in scores:
        for control, table in found.confusion.items():
            for truth, row in table.items():
                for answer, number in row.items():
                    if answer not in (truth, REJECTED):
                        times[control, truth, answer] += number
    ranked = sorted(times.items(), key=lambda pair: (-pair[1], pair[0]))
    return [ConfusionPair(*names, number) for names, number in ranked]


def duplicates(tasks: Iterable[Task], truths: Iterable[Truth], variables: Sequence[str]) -> list[Duplicates]:
    """Tasks that are equal in all `variables`, but for case and white space, with different truths."""
    known = {truth.task_id: truth for truth in truths}
    same: dict[tuple[str, ...], list[Truth]] = defaultdict(list)
    for task in tasks:
        if task.id in known:
            same[tuple(_plain(task.value(name)) for name in variables)].append(known[task.id])
    return [Duplicates(tuple(group)) for group in same.values() if any(t.answer != group[0].answer for t in group)]


def disagreements(answers: Mapping[int, Sequence[Answer]]) -> list[Disagreement]:
    """`answers`: task -> those of its annotations. Tasks whose answers are not all the same, by id."""
    different: dict[int, list[Answer]] = {}
    for task, given in sorted(answers.items()):
        different[task] = []
        for answer in given:
            if answer not in different[task]:
                different[task].append(answer)
    return [Disagreement(task, tuple(found)) for task, found in different.items() if len(found) > 1]


def _plain(value: object) -> str:
    return " ".join(str(value).casefold().split())
