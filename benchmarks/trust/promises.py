"""How often a guarantee for the whole project is broken, by which ground truths there are."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy

from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.calibration.threshold import threshold
from backend.domain.calibration.wrong_share import wrong_share
from benchmarks.trust.projects import SimulatedProject, drawn, easy_first, simulated, without_hard

PROJECTS = 2000
WRONG, ACCURACY = 0.05, 0.9

Row = tuple[str, str, str]
"""What was measured, what came out, what should."""

Truths = Callable[[Any, SimulatedProject], list[ScoredAnswer]]


def random_truths(rng: Any, project: SimulatedProject) -> list[ScoredAnswer]:
    return claims_of(project, drawn(rng))


def few_random_truths(rng: Any, project: SimulatedProject) -> list[ScoredAnswer]:
    return claims_of(project, drawn(rng, 60))


def skipped_as_wrong(rng: Any, project: SimulatedProject) -> list[ScoredAnswer]:
    """20 % of the drawn tasks are skipped, those that the model gets wrong first; they count as wrong."""
    labelled, skipped = without_hard(project, drawn(rng), 0.2)
    gaps = [ScoredAnswer(int(task), float(project.sure[task]), False) for task in skipped]
    return [*claims_of(project, labelled), *gaps]


def skipped_left_out(rng: Any, project: SimulatedProject) -> list[ScoredAnswer]:
    """The same, but nobody counts them."""
    return claims_of(project, without_hard(project, drawn(rng), 0.2)[0])


def biased_left_out(rng: Any, project: SimulatedProject) -> list[ScoredAnswer]:
    """300 that people chose, easy ones first, beside 300 drawn ones: the first have no weight in a guarantee."""
    easy_first(rng, project, 300)
    return claims_of(project, drawn(rng))


def biased_alone(rng: Any, project: SimulatedProject) -> list[ScoredAnswer]:
    """300 that people chose, without a draw."""
    return claims_of(project, easy_first(rng, project, 300))


KEPT: dict[str, Truths] = {
    "300 random truths": random_truths,
    "300 drawn, 20 % skipped, hard ones first": skipped_as_wrong,
    "300 drawn, 300 biased beside them": biased_left_out,
    "60 random truths": few_random_truths,
}
UNKEPT: dict[str, Truths] = {
    "the same skipped, but nobody counts them": skipped_left_out,
    "300 biased ones, no draw": biased_alone,
}


def promises(rng: Any) -> Iterator[Row]:
    for wanted, group in (("at most 5 %", KEPT), ("no guarantee", UNKEPT)):
        for name, truths in group.items():
            for kind, over in (("", 1.0), (", over-confident", 2.0)):
                yield _row(rng, f"--wrong {WRONG}, {name}{kind}", wanted, truths, over, wrong_broken)
            yield _row(rng, f"--accuracy {ACCURACY}, {name}", wanted, truths, 1.0, accuracy_broken)


def _row(rng: Any, name: str, wanted: str, truths: Truths, over: float, judge: Any) -> Row:
    found = [judge(project, truths(rng, project)) for project in (simulated(rng, over) for _ in range(PROJECTS))]
    kept = [broken for broken in found if broken is not None]
    return name, f"broken {sum(kept) / len(found):.1%}, found {len(kept) / len(found):.0%}", wanted


def wrong_broken(project: SimulatedProject, claims: Sequence[ScoredAnswer]) -> bool | None:
    found = wrong_share(claims, WRONG).threshold
    return None if found is None else project.wrong_share(found) > WRONG


def accuracy_broken(project: SimulatedProject, claims: Sequence[ScoredAnswer]) -> bool | None:
    found = threshold(claims, ACCURACY).threshold
    return None if found is None else project.accuracy(found) < ACCURACY


def claims_of(project: SimulatedProject, tasks: Any) -> list[ScoredAnswer]:
    chosen = numpy.asarray(tasks)
    rows = zip(chosen.tolist(), project.sure[chosen].tolist(), project.right[chosen].tolist(), strict=True)
    return [ScoredAnswer(task, sure, right) for task, sure, right in rows]
