"""`--on missing`: exactly the tasks without a prediction of this very version, whatever others are called."""

import pytest

from backend.adapters.label_studio import client as studio
from backend.adapters.label_studio.predictions import StudioPredictions
from backend.domain.dataset.subset import Subset
from backend.services.runs.options import RunOptions
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, chosen, messages

TASKS = 10


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(TASKS))


def give(project: StudioProject, version: str, tasks: list[int]) -> None:
    items = [{"task": task, "model_version": version, "result": chosen("Praise")} for task in tasks]
    project.http.post(f"/api/projects/{project.id}/import/predictions", json=items).raise_for_status()


def missing(mine: Installation, tag: str) -> list[int]:
    """In the order they are labelled."""
    run = mine.app.run(tag, Subset("missing"), RunOptions(push=False)).run
    assert run.tasks is not None
    found = [ask.task_id for page in mine.app.container.run_store.run_tasks.of_run(run.id) for ask in page]
    assert len(found) == run.tasks
    return found


@pytest.mark.parametrize("page", [3, 1000])
@pytest.mark.parametrize(
    "alike", [[], ["topic@12"], ["topic@1~ab12", "topic@10", "a topic@1"], ["Topic@1"], ["topic@2", "other"]]
)
def test_only_this_very_version_counts(
    mine: Installation, project: StudioProject, monkeypatch: pytest.MonkeyPatch, page: int, alike: list[str]
) -> None:
    monkeypatch.setattr(studio, "PAGE", page)
    tag, ids = mine.save("topic", project.id), project.task_ids()
    for version in alike:
        give(project, version, [*ids[2:6], ids[3], ids[8]])
    assert missing(mine, tag) == ids
    give(project, tag, [*ids[:4], ids[0]])
    assert missing(mine, tag) == ids[4:]
    give(project, tag, ids[4:])
    assert missing(mine, tag) == []


def test_finding_them_reads_no_predictions_and_no_other_tasks(
    mine: Installation, project: StudioProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag, ids = mine.save("topic", project.id), project.task_ids()
    give(project, tag, ids[:7])
    monkeypatch.delattr(StudioPredictions, "predictions")
    monkeypatch.delattr(studio.LabelStudioClient, "task_ids")
    monkeypatch.delattr(studio.LabelStudioClient, "tasks")
    assert missing(mine, tag) == ids[7:]
