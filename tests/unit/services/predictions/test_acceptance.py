"""What `annotate` made is counted by what is known to be its own, whatever people do meanwhile."""

from collections.abc import Sequence
from typing import Any

import pytest

from backend.adapters.database.prompts import Store
from backend.domain.annotated_task import AnnotatedTask
from backend.domain.task import Task
from backend.services.predictions.acceptance import Acceptance
from backend.services.predictions.target_project import TargetProject
from tests.scripted import version

PROJECT = 7


class AnnotatingStudio:
    """A project whose tasks 1 to 3 have a prediction of mood@1, with the id of the task. People delete and submit
    annotations while `annotate` works."""

    def __init__(self) -> None:
        self.made = [self._annotation(number, task=9, parent=None) for number in range(1, 6)]

    def _annotation(self, number: int, task: int, parent: int | None) -> dict[str, Any]:
        return {"id": number, "task": task, "result": [], "parent_prediction": parent}

    def predictions(self, _project: int) -> list[Any]:
        return []

    def newest_annotation(self, _project: int) -> int:
        return max(int(annotation["id"]) for annotation in self.made)

    def annotate(self, _project: int, _tags: Sequence[str], _tasks: Sequence[int] | None) -> None:
        del self.made[:4]
        self.made.append(self._annotation(6, task=8, parent=None))
        self.made += [self._annotation(6 + task, task, parent=task) for task in (1, 2, 3)]

    def annotated(self, _project: int) -> list[AnnotatedTask]:
        return [
            AnnotatedTask(
                Task(made["task"], {}),
                (made,),
                {made["task"]: "mood@1"} if made["parent_prediction"] else {},
                frozenset({made["id"]} if made["parent_prediction"] else ()),
            )
            for made in self.made
        ]


def test_the_work_of_people_meanwhile_does_not_count(store: Store) -> None:
    saved = store.save(version(project=PROJECT))[0]
    studio: Any = AnnotatingStudio()
    acceptance = Acceptance(TargetProject(studio, store, PROJECT, pytest.fail), saved)
    assert acceptance.accept() == 3


@pytest.mark.parametrize("template", ["How is this? {text}", "Another {text}"])
def test_somebody_who_begins_meanwhile_takes_nothing_away(store: Store, template: str) -> None:
    """The first step of another `accept`, of this version or another one, comes before Label Studio made anything."""
    saved = store.save(version(project=PROJECT))[0]
    other = store.save(version(project=PROJECT, template=template))[0]

    class Meanwhile(AnnotatingStudio):
        def annotate(self, project: int, tags: Sequence[str], tasks: Sequence[int] | None) -> None:
            Acceptance(TargetProject(studio, store, PROJECT, pytest.fail), other).take_back()
            super().annotate(project, tags, tasks)

        def annotation(self, number: int) -> dict[str, Any] | None:
            return next((made for made in self.made if made["id"] == number), None)

        def delete_annotation(self, number: int) -> None:
            self.made = [made for made in self.made if made["id"] != number]

    studio: Any = Meanwhile()
    acceptance = Acceptance(TargetProject(studio, store, PROJECT, pytest.fail), saved)
    assert acceptance.accept() == 3
    assert acceptance.take_back().deleted == 3
    assert [made["id"] for made in studio.made if made["parent_prediction"]] == []
