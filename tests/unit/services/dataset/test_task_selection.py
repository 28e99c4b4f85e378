"""Which tasks a subset has, as far as that needs no Label Studio."""

from types import SimpleNamespace
from typing import Any

import pytest

from backend.domain.dataset.subset import Subset
from backend.domain.labels.config import read_config
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
    with pytest.raises(SubsetError, match="without --stratify"):
        next(task_ids(nobody, resolved, Subset(kind, size=2, stratify=True)))
