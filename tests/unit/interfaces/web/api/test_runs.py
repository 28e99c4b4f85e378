"""Which tasks a run takes that the API is asked for: never all of them where some were named."""

from typing import Any

import pytest

from backend.domain.dataset.subset import Subset
from backend.interfaces.web.api.bodies import RunBody
from backend.interfaces.web.api.runs import _subset
from backend.interfaces.web.problem import Problem

NO_CALL: Any = None


def subset(**sent: Any) -> Subset:
    return _subset(NO_CALL, RunBody(project=7, **sent))


def test_tasks_that_are_named_are_taken() -> None:
    assert subset(task_ids=[3, 7]) == subset(task_ids=[3, 7], project_subset="Custom") == Subset("ids", ids=(3, 7))
    assert subset() == Subset("all")
    assert subset(only_missing_predictions=True) == Subset("missing")


@pytest.mark.parametrize("name", ["All", "Custom", "HasGT", "Sample"])
def test_an_empty_list_of_tasks_is_not_all_tasks(name: str) -> None:
    with pytest.raises(Problem, match="'task_ids' holds no task") as raised:
        subset(task_ids=[], project_subset=name)
    assert raised.value.status == 400


def test_a_custom_run_needs_its_tasks() -> None:
    with pytest.raises(Problem, match="A custom run needs its tasks"):
        subset(project_subset="Custom")
