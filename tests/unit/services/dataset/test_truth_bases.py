"""What a number rests on: which of its ground truths chose the version that it is about."""

from backend.adapters.database.prompts import Store
from backend.domain.dataset.ground_truth import NOTHING
from backend.domain.dataset.subset import Subset
from backend.domain.optimize.looks import Look
from tests.labelled_project import PROJECT, LabelledProject

SUBSET = Subset("ground-truth")


def test_ground_truths_chose_the_winner_and_what_came_after_it(store: Store) -> None:
    project = LabelledProject(store, truths={1: "Good", 2: "Good", 3: "Bad"})
    base, winner, later = (
        project.saved(text).version for text in ("How is {text}?", "Is {text} good?", "{text}: good?")
    )
    look = Look(winner.content, frozenset({1}))
    project.bases.looks.note(base.name, look)
    project.bases.looks.won(base.name, look, winner.number, {2, 4})
    found = [project.bases.of(PROJECT, [one], SUBSET, [3, 2, 1], NOTHING) for one in (base, winner, later)]
    assert [basis.chosen for basis in found] == [(), (1, 2), (1, 2)]
    assert [basis.flattering for basis in found] == [0, 2, 2]
    left = found[1].without_chosen()
    assert (left.truths, left.flattering, left.chosen) == ((3,), 0, (1, 2))


def test_drawn_ones_are_counted(store: Store) -> None:
    project = LabelledProject(store, tasks=4, truths={1: "Good"})
    version = project.saved().version
    assert project.bases.of(PROJECT, [version], SUBSET, [1], NOTHING).drawn is None
