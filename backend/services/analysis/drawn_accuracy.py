"""What an evaluation rests on, and the accuracy for the whole project where the ground truths are not a random sample:
on the drawn ones alone, and on those of an active draw, weighted by their chances."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from backend.domain.calibration.scored_answers import ScoredAnswer, scored_answers_of
from backend.domain.dataset.active_draw import belief
from backend.domain.dataset.draw import TruthBasis
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.representativeness import Representativeness
from backend.domain.metrics.weighted_accuracy import WeightedAccuracy, weighted_accuracy
from backend.domain.optimize.looks import CountedLook
from backend.domain.outcome import Outcome, Truth
from backend.domain.statistics.intervals import Interval, ratio, wilson
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.runs.stored_outcomes import StoredOutcomes


@dataclass(frozen=True, slots=True)
class DrawnAccuracy:
    """What an evaluation rests on, and the accuracy for the whole project.

    accuracy, accuracy_ci: on the drawn ground truths alone; None where all are drawn, or none is
    bounds: the accuracy on all drawn tasks, if the answers to those without a ground truth are all wrong, or all right;
        None where all have one
    look: which look at the ground truths that judge rewrites this is, if it is one
    likeness: whether the ground truths look like the other tasks that were answered
    weighted: the weighted accuracy; None without an active draw
    """

    basis: TruthBasis
    accuracy: float | None = None
    accuracy_ci: Interval | None = None
    bounds: Interval | None = None
    look: CountedLook | None = None
    likeness: Representativeness | None = None
    weighted: WeightedAccuracy | None = None


def drawn_accuracy(
    basis: TruthBasis, outcomes: Sequence[Outcome], truths: Sequence[Truth], schema: LabelSchema
) -> DrawnAccuracy:
    drawn = set(basis.drawn or ())
    if not drawn or (len(drawn) == len(basis.truths) and not basis.gaps):
        return DrawnAccuracy(basis)
    answers = scored_answers_of(outcomes, [truth for truth in truths if truth.task_id in drawn], schema)
    right, gaps = sum(answer.correct for answer in answers), len(basis.gaps)
    whole = len(answers) + gaps
    bounds = (right / whole, (right + gaps) / whole) if gaps else None
    if len(drawn) == len(basis.truths):
        return DrawnAccuracy(basis, bounds=bounds)
    return DrawnAccuracy(basis, ratio(right, len(answers)), wilson(right, len(answers)), bounds)


def with_weights(
    accuracy: DrawnAccuracy, stored: StoredOutcomes, resolved: ResolvedVersion, scored: Sequence[ScoredAnswer]
) -> DrawnAccuracy:
    """The same with the weighted accuracy, if there was an active draw.

    scored: the answers to tasks with a ground truth
    """
    basis = accuracy.basis
    if not basis.chances:
        return accuracy
    beliefs = beliefs_of(stored.of_version(resolved), resolved.project.tasks)
    weighted = weighted_accuracy(scored, basis.chances, beliefs, (*basis.gaps, *basis.active_gaps))
    return replace(accuracy, weighted=weighted)


def beliefs_of(pages: Iterable[Sequence[Outcome]], tasks: int) -> dict[int, float] | None:
    """Task -> how sure a version is of its answer, of all that it answered; None if it was not asked about all.

    pages: its outcomes
    tasks: number of tasks in the project
    """
    outcomes = [outcome for page in pages for outcome in page]
    return {o.task_id: belief(o) for o in outcomes if o.spoke} if len(outcomes) >= tasks else None
