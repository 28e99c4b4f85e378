"""How often the alternative annotator test lets a model stand in for people who are right on 85 %."""

from collections.abc import Iterator
from typing import Any

import numpy

from backend.domain.metrics.human_agreement import MultipleAnnotation, human_agreement
from benchmarks.trust.label_confidence import Row

PROJECTS = 200
LABELS = 4
PEOPLE, RIGHT = 3, 0.85


def people(rng: Any) -> Iterator[Row]:
    for tasks in (100, 200):
        for model, wanted in ((RIGHT, "no bound"), (0.75, "at most 5 %")):
            passed = [_passes(rng, tasks, model) for _ in range(PROJECTS)]
            name = f"a model right on {model:.0%} stands in for 3 people, {tasks} tasks"
            yield name, f"{numpy.mean(passed):.1%}", wanted


def _passes(rng: Any, tasks: int, model: float) -> bool:
    own = rng.integers(LABELS, size=tasks)
    said = [_answers(rng, own, RIGHT) for _ in range(PEOPLE)]
    models = _answers(rng, own, model)
    answers = [
        MultipleAnnotation(task, {person: str(given[task]) for person, given in enumerate(said)}, str(models[task]))
        for task in range(tasks)
    ]
    test = human_agreement(answers).test
    return test is not None and test.passed


def _answers(rng: Any, own: Any, right: float) -> Any:
    return numpy.where(rng.random(len(own)) < right, own, (own + rng.integers(1, LABELS, len(own))) % LABELS)
