"""Every kind of control on a real Label Studio: truths are read, pushed as predictions, shown, submitted, read anew.

The sets and their unit test: `tests/control_sets.py`. One project after the other in one page of one browser.
"""

import pytest
from playwright.sync_api import BrowserContext, Page

from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Outcome, Truth
from backend.domain.prompts.default_prompt import first_prompt
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import select_tasks
from backend.services.predictions.sync import PushResult
from backend.services.predictions.target_project import unhindered
from tests.control_sets import SETS, ControlSet, Json, control_set, linked
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject

SHOWN = """done => {
  const screen = window.Htx, shown = screen?.task && !screen.isLoading && screen.annotationStore.selected;
  return shown && !done.includes(screen.task.id) && shown.type === "annotation" && shown.parent_prediction
    && [...document.images].every(image => image.complete)
    && shown.regionStore.regions.every(region => region._spans === undefined || region._spans?.length > 0)
    && screen.task.id;
}"""
"""The id of the task that the screen shows with what was predicted of it: all pictures loaded, all spans highlighted.
`Htx` is the store of the labelling screen. `done`: tasks that it showed before."""


def made(mine: Installation, label_studio: RunningLabelStudio, name: str) -> tuple[StudioProject, ResolvedVersion]:
    found = control_set(name)
    project = StudioProject.made(label_studio, found.tasks, found.truths, found.config)
    tag = mine.save(name, project.id, first_prompt(found.schema).template)
    return project, mine.app.container.resolver.resolved(tag)


def read(mine: Installation, resolved: ResolvedVersion, kind: str) -> list[Truth]:
    """The truths of a project, as an evaluation reads them."""
    subset = Subset("ground-truth", truth=kind, accepted=True)
    return select_tasks(mine.app.container.studio, resolved, subset).truths


def push(mine: Installation, resolved: ResolvedVersion, truths: list[Truth]) -> PushResult:
    """As if a model had answered what is true."""
    outcomes = [Outcome(truth.task_id, truth.answer) for truth in truths]
    return mine.app.container.pusher.push_run(resolved, [outcomes], keep=False, notify=pytest.fail, check=unhindered)


def submit_all(page: Page, project: StudioProject) -> None:
    """Labels all tasks as an annotator who accepts what is predicted."""
    page.goto(f"/projects/{project.id}/data?labeling=1")
    done: list[int] = []
    for _ in project.task_ids():
        done.append(page.wait_for_function(SHOWN, arg=done).json_value())
        with page.expect_response(lambda answer: answer.request.method == "POST" and "/annotations" in answer.url):
            page.get_by_test_id("bottombar-submit-button").click()


def results(of: list[Json]) -> list[list[Json]]:
    return [one["result"] for one in sorted(of, key=lambda one: int(one["task"]))]


def answers(found: ControlSet) -> list[object]:
    """What the model's answers of a set are taken for."""
    return [found.bound(number).parse(said) for number, said in enumerate(found.answers)]


def test_the_screen_submits_of_every_set_what_was_true(
    mine: Installation, label_studio: RunningLabelStudio, browser: BrowserContext, subtests: pytest.Subtests
) -> None:
    page = browser.new_page()
    for name in SETS:
        with subtests.test(name):
            found = control_set(name)
            project, resolved = made(mine, label_studio, name)
            truths = read(mine, resolved, "ground-truth")
            assert [truth.answer for truth in truths] == answers(found)
            assert push(mine, resolved, truths).created == len(found.tasks)
            assert list(map(linked, results(project.predictions()))) == list(map(linked, found.predicted))
            project.act("delete_tasks_annotations")  # the screen offers only tasks without one
            submit_all(page, project)
            submitted = results(project.annotations())
            assert list(map(len, submitted)) == list(map(len, found.predicted))
            assert read(mine, resolved, "any") == truths
