"""Which tasks a subset has, as far as that needs no Label Studio."""

from types import SimpleNamespace
from typing import Any

import pytest

from backend.domain.dataset.subset import Subset
from backend.domain.labels.config import read_config
from backend.domain.task import Task
from backend.errors import SubsetError
from backend.services.dataset.task_selection import select_tasks, task_ids
from tests.scripted import version

TEXTS = '<View><Text name="t" value="$text"/><TextArea name="why" toName="t"/></View>'


@pytest.mark.parametrize("kind", ["sample", "truth-sample"])
def test_a_prompt_without_labels_has_nothing_to_stratify_by(kind: Any) -> None:
    schema = read_config(TEXTS)
    resolved: Any = SimpleNamespace(schema=schema, version=version(schema=schema), project=None)
    nobody: Any = None
    with pytest.raises(SubsetError, match="mood@1 asks for nothing that has labels to stratify by: draw a sample"):
        select_tasks(nobody, resolved, Subset(kind, size=2, stratify=True))
    with pytest.raises(SubsetError, match="draw a sample at random"):
        next(task_ids(nobody, resolved, Subset(kind, size=2, stratify=True)))


def test_the_ids_of_a_tab_are_read_before_its_first_task() -> None:
    """Tasks leave a tab while a run works on it for hours."""
    tab = [[9, 4], [7]]

    def by_id(_project: int, ids: Any) -> Any:
        for task in ids:
            yield [Task(task, {})]

    studio: Any = SimpleNamespace(id_pages=lambda _project, _view: iter(tab), tasks_by_id=by_id)
    schema = read_config(TEXTS)
    resolved: Any = SimpleNamespace(schema=schema, version=version(schema=schema), project=SimpleNamespace(id=1))
    selected = select_tasks(studio, resolved, Subset("view", view=3))
    tab.clear()
    assert (selected.size, [task.id for page in selected.pages for task in page]) == (3, [9, 4, 7])
