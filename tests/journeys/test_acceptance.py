"""Annotations that `annotate` made: nobody's truth without a person, and taken back where no person touched them."""

import secrets
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from backend.domain.dataset.subset import Subset
from backend.errors import NoTruthsError, StudioError
from backend.services.predictions.acceptance import TakenBack
from backend.services.runs.options import RunOptions
from tests.installation import Installation
from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, chosen, messages

ALL = Subset("all")
TASKS = 6


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(TASKS, secrets.token_hex(4)))


@pytest.fixture
def accepted(mine: Installation, project: StudioProject) -> Installation:
    """Six annotations were made of topic@1's predictions."""
    mine.app.run(mine.save("topic", project.id), ALL)
    assert mine.app.annotate("topic@1") == TASKS
    return mine


@pytest.mark.parametrize("withdrawn", [False, True])
def test_they_are_nobodys_truth_until_a_person_touches_them(
    accepted: Installation, project: StudioProject, withdrawn: bool
) -> None:
    other = accepted.save("other", project.id, "Another text.\n\n{text}")
    if withdrawn:
        accepted.app.withdraw("topic@1")
    shown = accepted.command("show", "topic@1", "--json").json
    me = {"id": shown["saved_by"]["id"], "email": accepted.app.person.email}
    assert shown["saved_by"] == me
    done = [("withdraw", TASKS)] * withdrawn + [("annotate", TASKS)]
    assert [(action["kind"], action["count"], action["by"]) for action in shown["actions"]] == [
        (kind, count, me) for kind, count in done
    ]
    assert f"{TASKS} annotations created by {me['email']}" in accepted.command("show", "topic@1").out
    (run,) = accepted.command("runs", "topic", "--json").json
    assert run["started_by"] == me
    for tag in (other, "topic@1"):
        with pytest.raises(NoTruthsError, match="no person has looked at them"):
            accepted.app.evaluate(tag, truth="any")
    first, second, third, *_ = project.annotations()
    project.http.patch(f"/api/annotations/{first['id']}/", json={"result": chosen("Praise")}).raise_for_status()
    project.http.patch(f"/api/annotations/{second['id']}/", json={"ground_truth": True}).raise_for_status()
    body = {"result": chosen("Praise"), "lead_time": 3.2}
    project.http.post(f"/api/tasks/{third['task']}/annotations/", json=body).raise_for_status()
    found = accepted.command("evaluate", other, "--truth", "any", "--no-push", "--json").json
    assert found["tasks"] == 3
    assert found["left_out"]["unseen"] == project.task_ids()[3:]
    assert any("not reviewed by a person" in caveat for caveat in found["remarks"])


def test_the_data_managers_own_do_not_count_either(mine: Installation, project: StudioProject) -> None:
    mine.app.run(mine.save("topic", project.id), ALL)
    project.act("predictions_to_annotations", model_version=["topic@1"])
    other = mine.save("other", project.id)
    with pytest.raises(NoTruthsError, match="no person has looked at them"):
        mine.app.evaluate(other, truth="any")


def test_unmarked_ones_whose_prediction_is_gone_are_known_by_the_database(
    mine: Installation, project: StudioProject
) -> None:
    mine.app.run(mine.save("topic", project.id), ALL)
    for prediction in project.predictions():
        bare = [{k: v for k, v in region.items() if k != "id"} for region in prediction["result"]]
        project.http.patch(f"/api/predictions/{prediction['id']}/", json={"result": bare}).raise_for_status()
    with mine.app.container.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE installation SET since = '9999'")
    assert mine.app.annotate("topic@1") == TASKS
    assert mine.app.withdraw("topic@1") == TASKS
    other = mine.save("other", project.id)
    with pytest.raises(NoTruthsError, match="no person has looked at them"):
        mine.app.evaluate(other, truth="any")


def test_what_nobody_touched_is_taken_back(accepted: Installation, project: StudioProject) -> None:
    changed, starred, drafted, *_ = project.annotations()
    project.http.patch(f"/api/annotations/{changed['id']}/", json={"result": chosen("Praise")}).raise_for_status()
    project.http.patch(f"/api/annotations/{starred['id']}/", json={"ground_truth": True}).raise_for_status()
    path = f"/api/tasks/{drafted['task']}/annotations/{drafted['id']}/drafts"
    project.http.post(path, json={"result": chosen("Praise"), "lead_time": 1.0}).raise_for_status()
    by_hand = {"result": chosen("Praise"), "lead_time": 3.2}
    task = project.task_ids()[5]
    made = project.http.post(f"/api/tasks/{task}/annotations/", json=by_hand).raise_for_status().json()
    accepted.app.run(accepted.save("topic", project.id, "Another text.\n\n{text}"), ALL)
    done = accepted.command("unannotate", "topic@1", "--yes")
    assert done.out == "3 annotations created from topic@1 deleted, 3 kept because a person changed them\n"
    left = {annotation["id"] for annotation in project.annotations()}
    assert left == {changed["id"], starred["id"], drafted["id"], made["id"]}
    assert accepted.app.unannotate("topic@1") == TakenBack(0, 3)


def test_only_this_versions_are_taken_back(accepted: Installation, project: StudioProject) -> None:
    other = accepted.save("other", project.id)
    accepted.app.run(other, Subset("sample", size=2), RunOptions(keep=True))
    assert accepted.app.annotate(other) == 2
    assert accepted.app.unannotate(other) == TakenBack(2, 0)
    assert len(project.annotations()) == TASKS
    accepted.app.rename("topic", "subject")
    assert accepted.app.unannotate("subject@1") == TakenBack(TASKS, 0)


def test_what_a_killed_process_had_made_is_known(
    mine: Installation, project: StudioProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine.app.run(mine.save("topic", project.id), ALL)
    make = mine.app.container.studio.annotate

    def killed(*args: Any) -> None:
        make(*args)
        raise StudioError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(mine.app.container.studio, "annotate", killed)
        with pytest.raises(StudioError, match="killed"):
            mine.app.annotate("topic@1")
    assert mine.app.unannotate("topic@1") == TakenBack(TASKS, 0)
    assert project.annotations() == []


def test_what_a_person_submits_on_the_screen_is_a_persons(
    mine: Installation, project: StudioProject, browser: BrowserContext
) -> None:
    """A prediction that was accepted as it is."""
    mine.command("run", mine.save("topic", project.id), "--on", "all")
    by_hand, *rest = project.task_ids()
    page = browser.new_page()
    page.goto(f"/projects/{project.id}/data?task={by_hand}")
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/annotations" in answer.url):
        page.get_by_role("button", name="Submit").click(timeout=TIMEOUT_MS)
    assert mine.app.annotate("topic@1") == TASKS - 1
    other = mine.save("other", project.id, "Another text.\n\n{text}")
    found = mine.command("evaluate", other, "--truth", "any", "--no-push", "--json").json
    assert (found["tasks"], found["left_out"]["unseen"]) == (1, rest)
    assert mine.app.unannotate("topic@1") == TakenBack(len(rest), 0)
