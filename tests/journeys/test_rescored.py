"""Many new scores on a real Label Studio: most predictions are imported anew, and nobody loses anything by it."""

from typing import Any

import pytest

from backend.adapters.label_studio.http import Unreachable
from backend.adapters.label_studio.lone_predictions import LonePredictions
from backend.domain.dataset.subset import Subset
from backend.services.predictions import rescorer
from backend.services.predictions.rescorer import Rescorer
from backend.services.predictions.sync import PushResult
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject, chosen, messages

TASKS = 30
FALSE = 0.01


class Killed(BaseException):
    """What no code of ours catches."""


@pytest.fixture
def pushed(mine: Installation, label_studio: RunningLabelStudio, monkeypatch: pytest.MonkeyPatch) -> StudioProject:
    """A project whose predictions have scores that are not those of the database."""
    monkeypatch.setattr(rescorer, "MANY", 5)
    monkeypatch.setattr(rescorer, "PART", 10)
    project = StudioProject.made(label_studio, messages(TASKS))
    mine.app.run(mine.save("topic", project.id), Subset("all"))
    for prediction in project.predictions():
        project.http.patch(f"/api/predictions/{prediction['id']}/", json={"score": FALSE}).raise_for_status()
    return project


def by_task(project: StudioProject, version: str = "topic@1") -> dict[int, Json]:
    of = [prediction for prediction in project.predictions() if prediction["model_version"] == version]
    found = {prediction["task"]: prediction for prediction in of}
    assert len(found) == len(of) == TASKS, "one for each task"
    return found


def kept(before: dict[int, Json], after: dict[int, Json]) -> set[int]:
    """Tasks that still have the same prediction."""
    return {task for task, prediction in after.items() if prediction["id"] == before[task]["id"]}


def test_what_people_made_of_predictions_stays(mine: Installation, pushed: StudioProject) -> None:
    before, tasks = by_task(pushed), pushed.task_ids()
    annotated, drafted, skipped, shared = tasks[:4]
    child = {"result": before[annotated]["result"], "parent_prediction": before[annotated]["id"]}
    pushed.http.post(f"/api/tasks/{annotated}/annotations/", json=child).raise_for_status()
    pushed.http.post(f"/api/tasks/{drafted}/drafts", json={"result": chosen("Praise")}).raise_for_status()
    no = {"result": [], "was_cancelled": True}
    pushed.http.post(f"/api/tasks/{skipped}/annotations/", json=no).raise_for_status()
    other = {"task": shared, "model_version": "tone@1", "score": 0.4, "result": chosen("Refund")}
    pushed.http.post("/api/predictions/", json=other).raise_for_status()
    assert mine.app.push("topic@1") == PushResult(0, 0, 0, TASKS)
    after = by_task(pushed)
    assert kept(before, after) == {annotated, drafted, skipped, shared}
    assert all(prediction["score"] > FALSE for prediction in after.values())
    (annotation,) = [one for one in pushed.annotations() if not one["was_cancelled"]]
    assert annotation["parent_prediction"] == before[annotated]["id"]
    assert pushed.predicted("tone@1") == {shared}
    assert {task["total_predictions"] for task in pushed.tasks() if task["id"] != shared} == {1}
    assert mine.app.push("topic@1") == PushResult(0, 0, TASKS)


@pytest.mark.parametrize("step", ["delete", "import"])
def test_a_killed_push_is_completed_by_the_next(
    mine: Installation, pushed: StudioProject, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Killed after the first ten are deleted, or after all are imported."""
    before = by_task(pushed)
    with monkeypatch.context() as patched:
        studio = mine.app.container.studio
        if step == "delete":
            patched.setattr(LonePredictions, "delete", _killed_after(LonePredictions.delete))
            patched.setattr(Rescorer, "_bring_back", lambda _self: None)
        else:
            patched.setattr(studio, "import_predictions", _killed_after(studio.import_predictions))
        with pytest.raises(Killed):
            mine.app.push("topic@1")
    assert len(pushed.predictions()) == (TASKS - 10 if step == "delete" else TASKS)
    found = mine.app.push("topic@1")
    assert (found.created, found.rescored, found.unchanged) == ((10, 20, 0) if step == "delete" else (0, 0, TASKS))
    after = by_task(pushed)
    assert (kept(before, after), min(one["score"] for one in after.values()) > FALSE) == (set(), True)


def test_a_stopped_push_leaves_no_task_without_a_prediction(
    mine: Installation, pushed: StudioProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = by_task(pushed)
    with monkeypatch.context() as patched:
        patched.setattr(LonePredictions, "delete", _killed_after(LonePredictions.delete))
        with pytest.raises(Killed):
            mine.app.push("topic@1")
    after = by_task(pushed)
    assert sorted(one["score"] > FALSE for one in after.values()) == [False] * 20 + [True] * 10
    assert len(kept(before, after)) == 20
    assert mine.app.push("topic@1") == PushResult(0, 0, 10, 20)


def test_a_deletion_that_ends_after_its_proxy_gave_up_is_not_repeated(
    mine: Installation, pushed: StudioProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete, remain = LonePredictions.delete, LonePredictions.remain
    late: list[Any] = []
    asked: list[Any] = []

    def given_up(*request: Any) -> int:
        asked.append(request)
        if len(asked) > 1:
            return delete(*request)
        late.append(request)
        raise Unreachable("504", late=True)

    def seen(*args: Any) -> bool:
        found = remain(*args)
        while late:
            delete(*late.pop())
        return found

    monkeypatch.setattr(LonePredictions, "delete", given_up)
    monkeypatch.setattr(LonePredictions, "remain", seen)
    assert mine.app.push("topic@1") == PushResult(0, 0, 0, TASKS)
    assert min(one["score"] for one in by_task(pushed).values()) > FALSE
    assert len(asked) == TASKS // 10


def _killed_after(method: Any) -> Any:
    def killed(*args: Any) -> Any:
        method(*args)
        raise Killed

    return killed
