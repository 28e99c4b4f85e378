"""What an evaluation rests on, and the accuracy on the drawn ground truths alone where there are others beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain.calibration.scored_answers import scored_answers_of
from backend.domain.dataset.draw import TruthBasis
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.representativeness import Representativeness
from backend.domain.optimize.looks import CountedLook
from backend.domain.outcome import Outcome, Truth
from backend.domain.statistics.intervals import Interval, ratio, wilson


@dataclass(frozen=True, slots=True)
class DrawnAccuracy:
    """`accuracy` and `accuracy_ci`: of the drawn ground truths alone; None where all are drawn, or none is. `look`: at
    the ground truths that judge rewrites, if it is about them. `likeness`: to the other tasks that were answered."""

    basis: TruthBasis
    accuracy: float | None = None
    accuracy_ci: Interval | None = None
    look: CountedLook | None = None
    likeness: Representativeness | None = None


def drawn_accuracy(
    basis: TruthBasis, outcomes: Sequence[Outcome], truths: Sequence[Truth], schema: LabelSchema
) -> DrawnAccuracy:
    drawn = set(basis.drawn or ())
    if not drawn or len(drawn) == len(basis.truths):
        return DrawnAccuracy(basis)
    answers = scored_answers_of(outcomes, [truth for truth in truths if truth.task_id in drawn], schema)
    right = sum(answer.correct for answer in answers)
    return DrawnAccuracy(basis, ratio(right, len(answers)), wilson(right, len(answers)))
