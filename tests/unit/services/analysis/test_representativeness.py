"""What is compared of ground truths and the other answered tasks is read from stored answers."""

from backend.adapters.database.prompts import Store
from backend.domain.dataset.draw import TruthBasis
from backend.domain.metrics.representativeness import Representativeness
from backend.services.analysis.representativeness import representativeness_of
from tests.labelled_project import LabelledProject


def test_ground_truths_are_compared_with_the_other_answered_tasks(store: Store) -> None:
    project = LabelledProject(store, tasks=70)
    version = project.saved()
    project.run(version, {n: "Good" if n <= 30 else "Bad" for n in range(1, 61)})
    found = representativeness_of(project.stored, version, TruthBasis(tuple(range(1, 31))))
    assert (found.truths, found.others) == (30, 30)
    assert {one.trait for one in found.differences} == {"label", "age"}
    assert project.fake.read == [], "no task was read"


def test_a_version_that_answered_nothing_else_has_nothing_to_compare(store: Store) -> None:
    project = LabelledProject(store, tasks=3)
    version = project.saved()
    assert representativeness_of(project.stored, version, TruthBasis((1,))) == Representativeness(0, 0)
    project.run(version, {1: "Good"})
    assert representativeness_of(project.stored, version, TruthBasis((1,))) == Representativeness(1, 0)


def test_ground_truths_of_an_active_draw_are_not_said_to_differ(store: Store) -> None:
    """The version answers otherwise where it is unsure, and there they were drawn."""
    project = LabelledProject(store, tasks=90)
    version = project.saved()
    project.run(version, {n: "Good" if n <= 30 else "Bad" for n in range(1, 91)})
    truths = (*range(1, 31), *range(31, 90, 2))
    found = representativeness_of(project.stored, version, TruthBasis(truths, active=tuple(range(1, 31))))
    assert (found.truths, found.others) == (30, 30)
    assert found.differences == ()
    assert representativeness_of(project.stored, version, TruthBasis(truths)).differences != ()
