"""`<Choices allowNested="true">` on a real Label Studio: asked, judged, pushed one by one, shown and annotated."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from backend.adapters.label_studio.http import Unreachable
from backend.domain.dataset.subset import Subset
from backend.errors import StudioError
from backend.services.predictions.sync import PushResult
from tests.installation import Installation
from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.labelling import accepted_and_withdrawn, values_of
from tests.journeys.project import Json, StudioProject
from tests.journeys.screen import opened, photograph, submitted

TASKS, TRUTHS = 6, 4
CONFIG = """<View>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="text" choice="multiple" allowNested="true">
    <Choice value="Food"><Choice value="Fruit" alias="fr"/><Choice value="Vegetable"/></Choice>
    <Choice value="Delivery"/>
  </Choices>
</View>"""
PROMPT = "Which topics?\n\n{text}"
PATHS = (["Food", "fr"], ["Food", "Vegetable"], ["Delivery"])
WORDS = ("Fruit", "Vegetable", "Delivery")
ALL_FOOD = [["Food"], ["Food", "fr"], ["Food", "Vegetable"]]


def judged(*paths: list[str]) -> list[Json]:
    return [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": list(paths)}}]


def project_of(label_studio: RunningLabelStudio, tasks: int, truths: int) -> StudioProject:
    """Its ground truths are what the texts say; that of the first task is all food, as the screen saves it."""
    texts = [{"text": f"Message {number} on {WORDS[number % 3].lower()}."} for number in range(tasks)]
    given = [judged(PATHS[number % 3]) if number else judged(*ALL_FOOD) for number in range(truths)]
    return StudioProject.made(label_studio, texts, [*given, *[None] * (tasks - truths)], CONFIG)


def chosen(project: StudioProject) -> list[Any]:
    """The paths of each prediction, by task."""
    return [
        region["value"]["choices"] for prediction in project.predictions_by_task() for region in prediction["result"]
    ]


def test_paths_are_asked_judged_pushed_annotated_and_withdrawn(
    mine: Installation, label_studio: RunningLabelStudio
) -> None:
    project = project_of(label_studio, TASKS, TRUTHS)
    tag = mine.save("nested", project.id, PROMPT)
    measured = mine.command("evaluate", tag, "--json").json["controls"]["topic"]
    assert values_of(measured) == pytest.approx(
        {"accuracy": 3 / 4, "hierarchical_f1": 14 / 15, "level_1": 1, "level_2": 2 / 3}
    )
    assert mine.app.run(tag, Subset("all")).pushed == PushResult(TASKS - TRUTHS, 0, TRUTHS)
    assert chosen(project) == [[PATHS[number % 3]] for number in range(TASKS)]
    assert {p["model_version"] for p in project.predictions()} == {tag}
    accepted_and_withdrawn(mine, project, tag, TASKS)


def test_a_lost_answer_is_looked_up_and_a_lost_prediction_is_an_error(
    mine: Installation, label_studio: RunningLabelStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of(label_studio, TASKS, 0)
    tag = mine.save("nested", project.id, PROMPT)
    mine.command("run", tag, "--on", "all", "--no-push")
    studio = mine.app.container.studio
    send, lost = studio.add_prediction, iter([Unreachable("502")])

    def unheard(item: bytes) -> None:
        send(item)
        for error in lost:
            raise error

    with monkeypatch.context() as patch:
        patch.setattr(studio, "add_prediction", unheard)
        assert mine.app.push(tag) == PushResult(TASKS, 0, 0)
    assert project.versions() == {tag: TASKS}
    mine.command("withdraw", tag, "--yes")
    monkeypatch.setattr(studio, "add_prediction", lambda item: None)
    with pytest.raises(StudioError, match=f"took only 0 of {TASKS} predictions"):
        mine.app.push(tag)


def box(page: Page, name: str) -> Locator:
    """A choice's checkbox, which has its hotkey in its name."""
    return page.get_by_role("checkbox", name=re.compile(rf"^{name}\["))


def ticked(page: Page) -> list[str]:
    return [name for name in ("Food", *WORDS) if box(page, name).is_checked()]


def test_the_screen_ticks_them_and_submits_what_was_predicted(
    mine: Installation, label_studio: RunningLabelStudio, browser: BrowserContext, tmp_path: Path
) -> None:
    project = project_of(label_studio, 1, 0)
    mine.command("run", mine.save("nested", project.id, PROMPT), "--on", "all")
    page = opened(browser, project)
    expect(box(page, "Fruit")).to_be_checked(timeout=TIMEOUT_MS)
    assert ticked(page) == ["Fruit"]
    photograph(page, tmp_path / "nested.png")
    (annotation,) = submitted(page, project)
    assert [region["value"]["choices"] for region in annotation["result"]] == [[PATHS[0]]]


@pytest.mark.parametrize(("sent", "shown"), [(ALL_FOOD[1:], ["Food", "Fruit", "Vegetable"]), (ALL_FOOD[:1], [])])
def test_what_stands_above_others_is_ticked_with_all_of_them_or_not_at_all(
    label_studio: RunningLabelStudio, browser: BrowserContext, sent: list[list[str]], shown: list[str]
) -> None:
    """Why a path above others is pushed as those, and read as nothing by itself."""
    project = project_of(label_studio, 1, 0)
    prediction = {"task": project.task_ids()[0], "model_version": "v", "result": judged(*sent)}
    project.http.post("/api/predictions/", json=prediction).raise_for_status()
    project.change(model_version="v")
    page = opened(browser, project)
    expect(box(page, "Fruit")).to_be_visible(timeout=TIMEOUT_MS)
    assert ticked(page) == shown
    if shown:
        (annotation,) = submitted(page, project)
        assert annotation["result"][0]["value"]["choices"] == sent
