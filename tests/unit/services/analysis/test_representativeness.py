"""What is compared of ground truths and the other answered tasks is read from stored answers."""

from backend.adapters.database.prompts import Store
from backend.domain.metrics.representativeness import Representativeness
from backend.services.analysis.representativeness import representativeness_of
from tests.labelled_project import LabelledProject


def test_ground_truths_are_compared_with_the_other_answered_tasks(store: Store) -> None:
    project = LabelledProject(store, tasks=70)
    version = project.saved()
    project.run(version, {n: "Good" if n <= 30 else "Bad" for n in range(1, 61)})
    found = representativeness_of(project.stored, version, range(1, 31))
    assert (found.truths, found.others) == (30, 30)
    assert {one.trait for one in found.differences} == {"label", "age"}
    assert project.fake.read == [], "no task was read"


def test_a_version_that_answered_nothing_else_has_nothing_to_compare(store: Store) -> None:
    project = LabelledProject(store, tasks=3)
    version = project.saved()
    assert representativeness_of(project.stored, version, [1]) == Representativeness(0, 0)
    project.run(version, {1: "Good"})
    assert representativeness_of(project.stored, version, [1]) == Representativeness(1, 0)
