"""Active drawing refuses, with the reason, where a version's confidence is not known to be worth it."""

from contextlib import nullcontext

import pytest

from backend.adapters.database.projects.draws import DrawStore
from backend.adapters.database.prompts import Store
from backend.domain.calibration.auroc import Auroc
from backend.domain.dataset.draw import drawn_to
from backend.errors import SubsetError
from backend.services.analysis.active_drawing import _check_confidence, draw_active
from tests.labelled_project import PROJECT, LabelledProject


def test_without_a_random_draw_nobody_knows(store: Store) -> None:
    project = LabelledProject(store)
    with pytest.raises(
        SubsetError, match=r"Nothing is drawn at random in project 7.*: draw tasks at random, and label"
    ):
        draw_active(project.bases, project.stored, project.saved(), 20)


def test_all_tasks_must_have_been_asked_about(store: Store) -> None:
    project = LabelledProject(store, tasks=4)
    DrawStore(store).save(drawn_to(None, PROJECT, range(1, 5), 2))
    version = project.saved()
    project.run(version, {1: "Good"})
    with pytest.raises(SubsetError, match=r"not asked about 3 of 4 tasks.*: run it on all tasks first"):
        draw_active(project.bases, project.stored, version, 20)


@pytest.mark.parametrize("truths", [{}, dict.fromkeys(range(1, 5), "Good")])
def test_without_answers_that_say_what_it_is_worth_the_figure_is_not_known(
    store: Store, truths: dict[int, str]
) -> None:
    project = LabelledProject(store, tasks=4, truths=truths)
    DrawStore(store).save(drawn_to(None, PROJECT, range(1, 5), 2))
    version = project.saved()
    project.run(version, dict.fromkeys(range(1, 5), "Good"))
    with pytest.raises(SubsetError, match=r"of mood@1 .* is not known \(AUROC n/a\)"):
        draw_active(project.bases, project.stored, version, 20)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            Auroc(0.641, (0.55, 0.73), 80, 20),
            r"well enough \(AUROC 0.64, 0.55 to 0.73, of 80 right and 20 wrong answers",
        ),
        (Auroc(0.8, (0.48, 1.0), 55, 3), r"is not decided \(AUROC 0.80, 0.48 to 1.00, of 55 right and 3 wrong answers"),
    ],
)
def test_a_confidence_that_is_not_worth_it_is_refused_with_the_figure(store: Store, found: Auroc, said: str) -> None:
    version = LabelledProject(store).saved()
    with pytest.raises(SubsetError, match=said):
        _check_confidence(version, found)


@pytest.mark.parametrize(("value", "passes"), [(0.75, True), (0.65, False)])
def test_only_a_confidence_that_is_worth_it_passes(store: Store, value: float, passes: bool) -> None:
    version, found = LabelledProject(store).saved(), Auroc(value, (0.6, 0.9), 80, 20)
    with nullcontext() if passes else pytest.raises(SubsetError) as refused:
        _check_confidence(version, found)
    assert (refused is None) == passes
