"""One task that Label Studio can't show: it is named, and all others are labelled, judged and pushed."""

import json

import pytest
from label_studio_sdk.core import http_client

from backend.adapters.label_studio import client as studio
from backend.domain.dataset.subset import Subset
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, chosen, messages, topic_of

TASKS = 12


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """Task 5, which has a ground truth, and task 12 hold halves of characters, as a text that was cut does."""
    texts = messages(TASKS)
    texts[4]["text"] += " \ud83d"
    texts[11]["text"] += " \udc00"
    given = [chosen(topic_of(number)) for number in range(7)]
    marked = [
        {"data": text, "annotations": [{"result": truth, "ground_truth": True}]}
        for text, truth in zip(texts, given, strict=False)
    ]
    made = StudioProject.made(label_studio, texts[:1], [given[0]])
    rest = json.dumps([*marked[1:], *({"data": text} for text in texts[7:])])
    path, kind = f"/api/projects/{made.id}/import", {"Content-Type": "application/json"}
    made.http.post(path, content=rest, headers=kind).raise_for_status()
    return made


@pytest.mark.parametrize("page", [1000, 7])
@pytest.mark.parametrize(
    "subset", [Subset("all"), Subset("missing"), Subset("sample", size=12), Subset("sample", size=12, seed=1)]
)
def test_the_others_are_labelled(
    mine: Installation, project: StudioProject, subset: Subset, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "PAGE", page)
    monkeypatch.setattr(http_client, "INITIAL_RETRY_DELAY_SECONDS", 0.01)  # the answer to the same question is the same
    ids = project.task_ids()
    broken = {ids[4], ids[11]}
    tag = mine.save("topic", project.id)
    run = mine.app.run(tag, subset)
    assert (run.summary.tasks, dict(run.summary.failures)) == (TASKS, {"bad_task": 2})
    assert {result.task for result in mine.app.results(tag, ["failed"])} == broken
    assert all("Label Studio can't show it" in str(r.reason) for r in mine.app.results(tag, ["failed"]))
    assert project.predicted(tag) == set(ids) - broken


def test_the_others_are_judged(mine: Installation, project: StudioProject) -> None:
    ids = project.task_ids()
    done = mine.command("evaluate", mine.save("topic", project.id), "--json")
    assert done.json["tasks"] == 6
    assert f"can't show task {ids[4]} of project {project.id}" in done.err


def test_trying_it_says_what_is_wrong(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id)
    assert "Label Studio can't show it" in mine.command("try", tag, "--task", project.task_ids()[4]).out
