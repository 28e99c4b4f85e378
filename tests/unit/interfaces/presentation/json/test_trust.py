"""The JSON of what ground truths rest on."""

from backend.domain.dataset.draw import TruthBasis
from backend.interfaces.presentation.json.trust import drawn_accuracy_json
from backend.services.analysis.drawn_accuracy import DrawnAccuracy


def test_the_bounds_of_drawn_tasks_without_labels_are_there_as_in_the_text() -> None:
    basis = TruthBasis((1, 2), (1, 2), (9,))
    assert drawn_accuracy_json(DrawnAccuracy(basis, bounds=(0.5, 1.0)))["accuracy_drawn_bounds"] == [0.5, 1.0]
    assert drawn_accuracy_json(DrawnAccuracy(basis))["accuracy_drawn_bounds"] is None
