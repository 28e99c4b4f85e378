"""Who annotated the same tasks: their newest answers, without those that began as the prompt's own predictions."""

from collections.abc import Iterator
from typing import Any

from backend.adapters.database.projects.draws import DrawStore
from backend.adapters.database.prompts import Store
from backend.domain.annotated_task import AnnotatedTask
from backend.domain.dataset.draw import Draw, draw_key
from backend.services.analysis.people import agreement_of_people
from tests.labelled_project import PROJECT, LabelledProject, result_of


def by(person: Any, label: str, **more: Any) -> dict[str, Any]:
    return {"id": 1, "completed_by": person, "result": result_of(label), **more}


def test_people_are_compared_with_each_other_and_with_the_model(store: Store, monkeypatch: Any) -> None:
    project = LabelledProject(store)
    version = project.saved()
    project.run(version, {1: "Good", 2: "Bad", 3: "Good"})
    given = {
        1: [by(4, "Bad"), by({"id": 4}, "Good"), by(5, "Good")],
        2: [by(4, "Bad"), by(5, "Good")],
        3: [by(4, "Good"), by(5, "Good", parent_prediction=9)],
        4: [by(4, "Good"), by(5, "Good")],
    }

    def annotated(_project: int) -> Iterator[AnnotatedTask]:
        for number, annotations in given.items():
            yield AnnotatedTask(project.fake.by_id[number], tuple(annotations), {9: "mood@1"})

    monkeypatch.setattr(project.fake, "annotated", annotated)
    found = agreement_of_people(project.bases.drawing, project.stored, version)
    assert (found.tasks, found.people) == (2, 2), "the third was accepted by one of two, the fourth has no answer"
    assert (found.among_people, found.with_model, found.drawn) == (0.5, 0.75, None)
    DrawStore(store).save(Draw(PROJECT, draw_key(PROJECT, 2)))
    assert draw_key(PROJECT, 2) < draw_key(PROJECT, 1), "only the second is drawn"
    assert agreement_of_people(project.bases.drawing, project.stored, version).drawn == 1


def test_without_several_people_nothing_is_read(store: Store) -> None:
    project = LabelledProject(store, truths={1: "Good"})
    assert agreement_of_people(project.bases.drawing, project.stored, project.saved()).tasks == 0
