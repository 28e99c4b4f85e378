"""Several people with a database each push to one project: nobody's predictions are touched by another's commands."""

import secrets
from collections.abc import Sequence
from pathlib import Path

import pytest

from backend.domain.dataset.subset import Subset
from backend.services.predictions.sync import PushResult
from backend.services.runs.options import RunOptions
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.project import CONFIG, StudioProject, chosen, messages
from tests.running import RunningStandIn

ALL = Subset("all")
NO_PUSH = RunOptions(push=False)
TASKS = 6


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(TASKS, secrets.token_hex(4)))


@pytest.fixture
def theirs(label_studio: RunningLabelStudio, stand_in: RunningStandIn, tmp_path: Path) -> Installation:
    """Somebody else's."""
    return Installation.made(tmp_path / "theirs", stand_in.url, **label_studio.env)


def imported(project: StudioProject, version: str, result: Sequence[object] = tuple(chosen("Praise"))) -> None:
    items = [{"task": task, "model_version": version, "result": list(result)} for task in project.task_ids()]
    project.http.post(f"/api/projects/{project.id}/import/predictions", json=items).raise_for_status()


def ids(project: StudioProject, version: str) -> set[int]:
    return {p["id"] for p in project.predictions() if p["model_version"] == version}


def test_imported_predictions_stay_and_are_named(mine: Installation, project: StudioProject) -> None:
    imported(project, "x@1")
    imported(project, "x@7")
    strangers = ids(project, "x@1") | ids(project, "x@7")
    saved = mine.command("save", "x", "--project", project.id)
    assert f"Project {project.id} already has predictions of x@1, x@7" in saved.err
    said = mine.command("run", "x@1", "--on", "all").err
    assert "(6 of x@1, 6 of x@7)" in said
    assert "`ls-prompts push x@1 --take-over`" in said
    assert project.versions() == {"x@1": 12, "x@7": 6}
    assert mine.app.push("x@1") == PushResult(0, 0, 6)
    assert mine.app.withdraw("x@1") == 6
    assert {p["id"] for p in project.predictions()} == strangers


def test_take_over_replaces_what_is_wrong_and_adopts_what_is_right(mine: Installation, project: StudioProject) -> None:
    imported(project, "x@1")
    imported(project, "x@7")
    mine.app.run(mine.save("x", project.id), ALL, NO_PUSH)
    pushed = mine.app.push("x@1", take_over=True)
    assert (pushed.created, pushed.deleted, pushed.rescored) == (4, 10, 2)
    assert project.versions() == {"x@1": 6}
    assert mine.app.push("x@1") == PushResult(0, 0, 6)
    assert mine.app.withdraw("x@1") == 6


def test_withdrawing_takes_over_when_it_is_told_to(mine: Installation, project: StudioProject) -> None:
    imported(project, "x@1")
    mine.save("x", project.id)
    assert "--take-over` deletes them too" in mine.command("withdraw", "x@1", "--yes").err
    assert project.versions() == {"x@1": 6}
    mine.command("withdraw", "x@1", "--take-over", "--yes")
    assert project.versions() == {}


def test_results_that_label_studio_stores_as_null_stop_no_command(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("x", project.id)
    for task, result in zip(project.task_ids(), ({}, 5), strict=False):
        item = {"task": task, "model_version": tag, "result": result}
        project.http.post("/api/predictions/", json=item).raise_for_status()
    assert [p["result"] for p in project.predictions()] == [None, None]
    assert "(2 of x@1)" in mine.command("run", tag, "--on", "all").err
    assert project.versions() == {tag: 8}
    assert mine.app.push(tag) == PushResult(0, 0, 6)
    mine.command("annotate", tag, "--yes")
    mine.command("unannotate", tag, "--yes")
    mine.command("withdraw", tag, "--take-over", "--yes")
    assert project.versions() == {}


def test_two_records_with_the_same_tags(mine: Installation, theirs: Installation, project: StudioProject) -> None:
    for one in (mine, theirs):
        one.app.run(one.save("x", project.id), ALL)
    assert project.versions() == {"x@1": 12}
    newer = mine.save("x", project.id, "Another text.\n\n{text}")
    assert mine.app.run(newer, ALL).pushed == PushResult(6, 6, 0)
    assert project.versions() == {"x@1": 6, "x@2": 6}
    assert theirs.app.push("x@1") == PushResult(0, 0, 6)
    assert mine.app.withdraw("x@1") == 0
    assert theirs.app.withdraw("x@1") == 6
    assert project.versions() == {"x@2": 6}


def test_annotations_are_made_of_ones_own_alone(mine: Installation, project: StudioProject) -> None:
    first, *_ = project.task_ids()
    items = [{"task": first, "model_version": "x@1", "result": chosen("Praise")}]
    project.http.post(f"/api/projects/{project.id}/import/predictions", json=items).raise_for_status()
    mine.app.run(mine.save("x", project.id), ALL)
    told: list[str] = []
    assert mine.app.annotate("x@1", notify=told.append) == 5
    assert "(1 of x@1)" in told[0]
    assert first not in {annotation["task"] for annotation in project.annotations()}


def test_answers_without_a_region_are_told_apart_too(
    mine: Installation, theirs: Installation, label_studio: RunningLabelStudio
) -> None:
    config = CONFIG.replace('toName="text">', 'toName="text" choice="multiple">')
    project = StudioProject.made(label_studio, [{"text": f"Nothing of the kind, {n}"} for n in range(3)], config=config)
    for one in (mine, theirs):
        tag = one.save("x", project.id)
        one.app.run(tag, ALL)
    assert [prediction["result"] for prediction in project.predictions()] == [[]] * 6
    imported(project, "x@7", [])
    newer = mine.save("x", project.id, "Another text.\n\n{text}")
    mine.app.run(newer, ALL)
    assert project.versions() == {"x@1": 3, "x@2": 3, "x@7": 3}
    assert theirs.app.withdraw("x@1") == 3


def test_live_predictions_are_ours(project: StudioProject, backend_server: ServedInstallation) -> None:
    app, name = backend_server.installation.app, f"topic {project.id}"
    app.connect(project.id, backend_server.url)
    first = backend_server.installation.save(name, project.id)
    app.use(first)
    project.act("retrieve_tasks_predictions")
    assert app.run(first, ALL).pushed == PushResult(0, 0, 6)
    second = backend_server.installation.save(name, project.id, "Another text.\n\n{text}")
    assert app.run(second, ALL).pushed == PushResult(6, 6, 0)
    assert project.versions() == {second: 6}


def test_what_a_run_pushed_before_there_were_marks_is_ours(mine: Installation, project: StudioProject) -> None:
    """As a database of an earlier release has it: the run is older than the marks, the predictions bear none."""
    first = mine.save("x", project.id)
    mine.app.run(first, Subset("sample", size=4))
    unmarked = [
        {**{k: p[k] for k in ("task", "model_version", "score")}, "result": [_bare(r) for r in p["result"]]}
        for p in project.predictions()
    ]
    mine.app.withdraw(first)
    path = f"/api/projects/{project.id}/import/predictions"
    other = {"task": project.task_ids()[5], "model_version": first, "result": chosen("Praise")}
    project.http.post(path, json=[*unmarked, other]).raise_for_status()
    with mine.app.container.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE installation SET since = '9999'")
    assert mine.app.push(first) == PushResult(0, 0, 4)
    second = mine.save("x", project.id, "Another text.\n\n{text}")
    assert mine.app.run(second, ALL).pushed == PushResult(6, 4, 0)
    assert project.versions() == {second: 6, first: 1}


def _bare(region: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in region.items() if name != "id"}
