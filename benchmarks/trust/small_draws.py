"""Few ground truths of an active draw, nearly all answers right: does the interval of the accuracy hold, and how often
does a confidence that says nothing seem to say something?"""

from collections.abc import Iterator
from typing import Any

import numpy

from backend.domain.calibration.auroc import auroc
from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.dataset.active_draw import active_draw
from backend.domain.dataset.draw import drawn_to
from backend.domain.metrics.weighted_accuracy import WeightedAccuracy, weighted_accuracy
from benchmarks.expected import expected
from benchmarks.trust.label_confidence import Row

TASKS = 1000
PROJECTS = 500
AUROCS = 2000
RIGHT = (0.9, 0.95, 0.98)
"""Of the answers, on average: a figure for each."""
SIZES = ((20, 20), (40, 20), (60, 40))
"""Ground truths drawn at random, and where the model is unsure."""


def small_draws(rng: Any) -> Iterator[Row]:
    for sizes in SIZES:
        for kind in ("", ", confidence says nothing"):
            held = [numpy.mean([_held(rng, right, n, sizes, bool(kind)) for n in range(PROJECTS)]) for right in RIGHT]
            name = f"accuracy covered, {sizes[0]} drawn, {sizes[1]} active{kind}"
            yield name, ", ".join(f"{one:.1%}" for one in held), "93 % at least"
    for tasks, right in ((20, 0.95), (50, 0.97), (30, 0.9), (100, 0.9)):
        found = [_decided(rng, tasks, right) for _ in range(AUROCS)]
        name = f"a confidence that says nothing seems to, {tasks} tasks, right on {right:.0%}"
        yield name, f"{numpy.mean([one for one in found if one is not None]):.1%}", "at most 2.5 %"


def _held(rng: Any, right: float, number: int, sizes: tuple[int, int], nothing: bool) -> bool:
    """`number`: of the project, by which its tasks are in another order."""
    chances = rng.beta(20 * right, 20 * (1 - right), TASKS)
    rights, sure = rng.random(TASKS) < chances, rng.permutation(chances) if nothing else chances
    beliefs = dict(enumerate(sure.tolist()))
    draw = active_draw(drawn_to(None, number, range(TASKS), sizes[0]), beliefs, sizes[1])
    tasks = [*draw.among(range(TASKS)), *draw.active(range(TASKS))]
    answers = [ScoredAnswer(task, beliefs[task], bool(rights[task])) for task in tasks]
    drawn = {task: draw.chance(task) for task in tasks}
    found = expected(weighted_accuracy(answers, drawn, beliefs), WeightedAccuracy)
    return bool(found.interval[0] <= rights.mean() <= found.interval[1])


def _decided(rng: Any, tasks: int, right: float) -> bool | None:
    """None without right and wrong answers."""
    sure, rights = rng.random(tasks).tolist(), (rng.random(tasks) < right).tolist()
    found = auroc([ScoredAnswer(n, *one) for n, one in enumerate(zip(sure, rights, strict=True))])
    return None if found is None else found.decided
