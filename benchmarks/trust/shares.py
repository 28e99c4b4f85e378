"""Shares of labels from all answers and few ground truths: do the intervals hold, and what are the answers worth?"""

from collections.abc import Iterator
from typing import Any

import numpy

from backend.domain.metrics.label_shares import label_shares
from benchmarks.trust.label_confidence import Row

TASKS = 3000
PROJECTS = 400
SHARES = {"a": 0.5, "b": 0.25, "c": 0.15, "d": 0.1}
MODELS = {"right on 90 %": 0.9, "right on 80 %": 0.8}


def shares(rng: Any) -> Iterator[Row]:
    for model, right in MODELS.items():
        for tasks in (60, 100, 300):
            found = [_project(rng, right, tasks) for _ in range(PROJECTS)]
            held, errors, plain, model_errors = (numpy.array([one[way] for one in found]) for way in range(4))
            worth = (plain**2).mean() / (errors**2).mean()
            off, before = abs(errors).mean(), abs(model_errors).mean()
            yield f"shares covered, {tasks} ground truths, {model}", f"{held.mean():.1%}", "93 to 97 %"
            yield "  worth so many times the ground truths", f"{worth:.1f}", "2"
            yield "  off on average", f"{off:.3f} (model {before:.3f})", "no bound"


def _project(rng: Any, right: float, tasks: int) -> tuple[Any, Any, Any, Any]:
    """Of each label: whether its interval contains the truth, and how far the estimate, that of the ground truths
    alone and that of the model's answers are off."""
    names = list(SHARES)
    own = rng.choice(len(names), size=TASKS, p=list(SHARES.values()))
    said = numpy.where(rng.random(TASKS) < right, own, rng.choice(len(names), size=TASKS))
    drawn = rng.choice(TASKS, size=tasks, replace=False)
    answers = {task: (names[label],) for task, label in enumerate(said)}
    truths = {int(task): (names[own[task]],) for task in drawn}
    true = numpy.array([(own == n).mean() for n in range(len(names))])
    found = label_shares(answers, truths, names)
    held = [one.interval[0] <= share <= one.interval[1] for one, share in zip(found, true, strict=True)]
    plain = numpy.array([(own[drawn] == n).mean() for n in range(len(names))])
    ours, by_model = (numpy.array([getattr(one, part) for one in found]) for part in ("share", "by_model"))
    return held, ours - true, plain - true, by_model - true
