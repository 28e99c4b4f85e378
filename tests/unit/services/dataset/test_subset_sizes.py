"""How many tasks each subset would take."""

from types import SimpleNamespace
from typing import Any

import pytest

from backend.adapters.label_studio.views import Tab
from backend.domain.project import Project
from backend.services.dataset.subset_sizes import SubsetSizes, subset_sizes

TABS = [Tab(3, "Mine", 4)]
PROJECT = Project(7, "Mood", "<View/>", "", 5)


def sizes(truths: int, predictions: int) -> SubsetSizes:
    """Of a project with five tasks, two of which have no prediction of `mood@1`."""
    asked = (7, "not_contains", ["mood@1"])
    studio: Any = SimpleNamespace(
        ground_truths=lambda _project: truths,
        count_by_version=lambda *query: 2 if query == asked else -1,
        tabs=lambda _project: TABS,
        model_versions=lambda _project: {"mood@1": predictions},
    )
    return subset_sizes(studio, "mood@1", PROJECT)


def test_each_subset_has_its_number_of_tasks() -> None:
    assert sizes(1, 3) == SubsetSizes(5, 1, 2, TABS, labelled=True)


@pytest.mark.parametrize(("truths", "predictions", "labelled"), [(0, 0, False), (0, 1, True), (1, 0, True)])
def test_a_ground_truth_or_a_prediction_is_a_label(truths: int, predictions: int, labelled: bool) -> None:
    assert sizes(truths, predictions).labelled is labelled
