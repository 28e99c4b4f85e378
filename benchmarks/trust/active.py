"""Ground truths of an active draw: do guarantees and intervals hold beside them, and what are they worth?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy

from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.dataset.active_draw import active_draw
from backend.domain.dataset.draw import Draw, drawn_to
from backend.domain.metrics.label_shares import label_shares
from backend.domain.metrics.weighted_accuracy import WeightedAccuracy, weighted_accuracy
from benchmarks.expected import expected
from benchmarks.trust.label_confidence import Row
from benchmarks.trust.projects import TASKS, SimulatedProject, simulated
from benchmarks.trust.promises import ACCURACY, PROJECTS, WRONG, accuracy_broken, claims_of, wrong_broken

ESTIMATES = 500
"""Projects for each line about accuracy."""
SHARED = 200
"""Projects for each line about shares."""
LABELS, SHARES = ("a", "b", "c", "d"), (0.5, 0.25, 0.15, 0.1)
KINDS = {"": 1.0, ", over-confident": 2.0}
SIZES = ((60, 40), (100, 100))
"""Ground truths drawn at random, and where the model is unsure."""


@dataclass(frozen=True)
class ActiveProject:
    """draw: of the project
    tasks: ids of all that are drawn
    """

    project: SimulatedProject
    draw: Draw
    tasks: list[int]

    @property
    def random(self) -> list[ScoredAnswer]:
        """What a guarantee counts."""
        return claims_of(self.project, self.draw.among(self.tasks))


def active_guarantees(rng: Any) -> Iterator[Row]:
    for kind, over in KINDS.items():
        yield _guarantee(rng, f"--wrong {WRONG}, 300 drawn, 300 active beside them{kind}", over, wrong_broken)
    yield _guarantee(rng, f"--accuracy {ACCURACY}, 300 drawn, 300 active beside them", 1.0, accuracy_broken)


def active_accuracy(rng: Any) -> Iterator[Row]:
    for random, more in SIZES:
        for kind, over in (*KINDS.items(), (", confidence says nothing", None)):
            yield from _accuracy(rng, f"{random} drawn, {more} active{kind}", (random, more), over)


def active_shares(rng: Any) -> Iterator[Row]:
    for random, more in SIZES:
        found = numpy.array([_shares(rng, number, (random, more)) for number in range(SHARED)])
        (held, ours), (_, part), (_, plain) = numpy.moveaxis(found, (1, 2), (0, 1))
        yield f"shares covered, {random} drawn, {more} active", f"{held.mean():.1%}", "93 to 97 %"
        worth, alone = ((plain**2).mean() / (errors**2).mean() for errors in (ours, part))
        yield "  worth so many times random ground truths", f"{worth:.1f} (the random part {alone:.1f})", ""


def _shares(rng: Any, number: int, sizes: tuple[int, int]) -> list[Any]:
    """Array [all drawn, the random part of them, as many random ones][held, off][label]."""
    project = simulated(rng)
    own = rng.choice(len(LABELS), size=TASKS, p=SHARES)
    said = numpy.where(project.right, own, (own + rng.integers(1, len(LABELS), TASKS)) % len(LABELS))
    answers = {task: (LABELS[label],) for task, label in enumerate(said)}
    one, true = _active(number, project, *sizes), [(own == n).mean() for n in range(len(LABELS))]
    chances, found = {task: one.draw.chance(task) for task in one.tasks}, []
    random = rng.choice(TASKS, sum(sizes), replace=False).tolist()
    for tasks, known in ((one.tasks, chances), (one.draw.among(one.tasks), None), (random, None)):
        shares = label_shares(answers, {task: (LABELS[own[task]],) for task in tasks}, LABELS, known)
        held = [one.interval[0] <= share <= one.interval[1] for one, share in zip(shares, true, strict=True)]
        found.append((held, [one.share - share for one, share in zip(shares, true, strict=True)]))
    return found


def _guarantee(rng: Any, name: str, over: float, judge: Any) -> Row:
    found = (_active(number, simulated(rng, over), 300, 300) for number in range(PROJECTS))
    broken = [judge(one.project, one.random) for one in found]
    kept = [one for one in broken if one is not None]
    return name, f"broken {sum(kept) / PROJECTS:.1%}, found {len(kept) / PROJECTS:.0%}", "at most 5 %"


def _accuracy(rng: Any, name: str, sizes: tuple[int, int], over: float | None) -> Iterator[Row]:
    """Of the interval and the estimate, beside those of as many random ground truths, and of the same counted alike."""
    found = numpy.array([_estimate(rng, number, sizes, over) for number in range(ESTIMATES)])
    held, ours, plain, alike = found.T
    yield f"accuracy covered, {name}", f"{held.mean():.1%}", "93 to 97 %"
    yield "  worth so many times the ground truths", f"{(plain**2).mean() / (ours**2).mean():.1f}", ""
    yield "  off, weighted and counted alike", f"{ours.mean():+.3f}, {alike.mean():+.3f}", "no bound"


def _estimate(rng: Any, number: int, sizes: tuple[int, int], over: float | None) -> tuple[float, float, float, float]:
    project = simulated(rng, over or 1.0)
    if over is None:
        project = SimulatedProject(rng.permutation(project.sure), project.right)
    one, true = _active(number, project, *sizes), project.right.mean()
    claims, beliefs = claims_of(project, one.tasks), dict(enumerate(project.sure.tolist()))
    chances = {task: one.draw.chance(task) for task in one.tasks}
    found = expected(weighted_accuracy(claims, chances, beliefs), WeightedAccuracy)
    plain = project.right[rng.choice(TASKS, sum(sizes), replace=False)].mean()
    held = found.interval[0] <= true <= found.interval[1]
    return held, found.accuracy - true, plain - true, project.right[one.tasks].mean() - true


def _active(number: int, project: SimulatedProject, random: int, more: int) -> ActiveProject:
    """`number`: of the project, by which its tasks are in another order."""
    tasks = range(TASKS)
    draw = active_draw(drawn_to(None, number, tasks, random), dict(enumerate(project.sure.tolist())), more)
    return ActiveProject(project, draw, [*draw.among(tasks), *draw.active(tasks)])
