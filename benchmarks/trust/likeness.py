"""How often ground truths are said to differ from the other tasks: random ones, and ones that people chose."""

from collections.abc import Iterator
from typing import Any

import numpy

from backend.domain.metrics.representativeness import TaskTraits, representativeness
from benchmarks.trust.label_confidence import Row

PROJECTS = 2000
TASKS, TRUTHS = 1100, 100
LABELS, SHARES = ("a", "b", "c", "d"), (0.5, 0.25, 0.15, 0.1)


def likeness(rng: Any) -> Iterator[Row]:
    """Easy tasks are chosen by what nobody sees, of which the confidence says a part."""
    for name, chosen, bound in (
        ("drawn at random", lambda tasks, _odds: rng.permutation(tasks), "at most 5 %"),
        ("the oldest tasks", lambda tasks, _odds: numpy.arange(tasks), "no bound"),
        (
            "easy tasks, slightly preferred",
            lambda _tasks, odds: numpy.argsort(-rng.gumbel(size=len(odds)) - odds / 8),
            "no bound",
        ),
    ):
        found = [_differ(rng, chosen) for _ in range(PROJECTS)]
        yield f"ground truths said to differ: {name}", f"{numpy.mean(found):.1%}", bound


def _differ(rng: Any, chosen: Any) -> bool:
    odds = rng.normal(2.2, 1.8, TASKS)
    sure = 1 / (1 + numpy.exp(-odds))
    labels, length = rng.choice(LABELS, TASKS, p=SHARES), rng.lognormal(5, 0.6, TASKS).astype(int)
    tasks = [
        TaskTraits(str(label), float(p), int(size), n)
        for n, (label, p, size) in enumerate(zip(labels, sure, length, strict=True))
    ]
    own = set(chosen(TASKS, odds)[:TRUTHS].tolist())
    found = representativeness([tasks[n] for n in own], [task for task in tasks if task.age not in own])
    return bool(found.differences)
