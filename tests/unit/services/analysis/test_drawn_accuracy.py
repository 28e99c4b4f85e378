"""The accuracy on drawn ground truths alone, where there are others beside them."""

import pytest

from backend.domain.dataset.draw import TruthBasis
from backend.domain.outcome import Failure, Outcome
from backend.domain.statistics.intervals import wilson
from backend.services.analysis.drawn_accuracy import beliefs_of, drawn_accuracy
from tests.unit.domain.metrics.test_classification import SINGLE
from tests.unit.domain.metrics.test_comparison import TRUTHS, said

OUTCOMES = said("b" * 8 + "a" * 12)
EVERY = tuple(truth.task_id for truth in TRUTHS)


def test_the_drawn_ones_alone_are_counted() -> None:
    found = drawn_accuracy(TruthBasis(EVERY, EVERY[4:12]), OUTCOMES, TRUTHS, SINGLE)
    assert (found.accuracy, found.accuracy_ci) == (0.5, wilson(4, 8))


@pytest.mark.parametrize("drawn", [None, (), EVERY])
def test_where_all_or_none_are_drawn_there_is_no_second_number(drawn: tuple[int, ...] | None) -> None:
    assert drawn_accuracy(TruthBasis(EVERY, drawn), OUTCOMES, TRUTHS, SINGLE).accuracy is None


@pytest.mark.parametrize(("drawn", "accuracy"), [(EVERY[4:12], 0.5), (EVERY, None)])
def test_tasks_without_a_ground_truth_may_be_right_or_wrong(drawn: tuple[int, ...], accuracy: float | None) -> None:
    gaps = tuple(range(1000, 1008))
    found = drawn_accuracy(TruthBasis(EVERY, drawn, gaps), OUTCOMES, TRUTHS, SINGLE)
    right, whole = (4, 16) if accuracy else (12, len(EVERY) + 8)
    assert (found.accuracy, found.bounds) == (accuracy, (right / whole, (right + 8) / whole))


def test_what_a_version_believes_of_all_tasks_is_known_only_if_it_was_asked_about_all() -> None:
    pages = [OUTCOMES, [Outcome(99, Failure("timeout", "It took too long."))]]
    assert beliefs_of(pages, len(OUTCOMES) + 2) is None
    found = beliefs_of(pages, len(OUTCOMES) + 1)
    assert found is not None
    assert set(found) == {outcome.task_id for outcome in OUTCOMES}, "what was not answered is not part of the accuracy"
