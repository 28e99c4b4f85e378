"""The demo's second job on a real Label Studio, and its prediction on the screen: docs/images/marked-text.png."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from demo.extraction import KINDS, Extraction
from demo.job import DemoEnvironment, DemoError, Job
from tests.installation import Installation
from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject
from tests.journeys.screen import submitted


@pytest.fixture
def extraction(mine: Installation, label_studio: RunningLabelStudio) -> Extraction:
    demo = DemoEnvironment(
        mine.folder, label_studio.url, "http://127.0.0.1", label_studio.account, "stand-in", mine.env
    )
    return Extraction(Job(demo))


@pytest.fixture
def project(extraction: Extraction, label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject(extraction.do(), label_studio.http)


def test_every_message_gets_a_prediction_of_all_kinds_and_marks_where_their_texts_are(project: StudioProject) -> None:
    texts = {task["id"]: task["data"]["text"] for task in project.tasks()}
    assert project.predicted("details@1") == set(texts)
    assert project.shown == "details@1"
    regions = [(p["task"], region) for p in project.predictions() for region in p["result"]]
    assert {region["type"] for _, region in regions} == KINDS
    marks = [(texts[task], region["value"]) for task, region in regions if region["type"] == "labels"]
    assert {label for _, mark in marks for label in mark["labels"]} == {"Product", "Order number", "Date", "Person"}
    for text, mark in marks:
        assert text[mark["start"] : mark["end"]] == mark["text"]


def test_the_screen_shows_the_prediction_and_submits_it(
    project: StudioProject, browser: BrowserContext, tmp_path: Path
) -> None:
    task = project.task_ids()[-1]
    (predicted,) = [prediction for prediction in project.predictions() if prediction["task"] == task]
    page = browser.new_page()
    page.set_viewport_size({"width": 1200, "height": 640})
    page.goto(f"/projects/{project.id}/data?task={task}")
    marks = page.locator(".htx-highlight")
    values = [region["value"] for region in predicted["result"]]
    expect(marks).to_have_text([mark["text"] for mark in values if "labels" in mark], timeout=TIMEOUT_MS)
    expect(page.locator("input[name='Complaint']")).to_be_checked()
    without_tasks = tmp_path / "marked-text.png"
    page.screenshot(path=without_tasks, clip={"x": 240, "y": 0, "width": 960, "height": 513})
    before = len(project.annotations())
    *_, annotation = submitted(page, project)
    assert len(project.annotations()) == before + 1
    assert {region["type"] for region in annotation["result"]} == KINDS


def test_a_mark_in_the_wrong_place_ends_the_demo(extraction: Extraction) -> None:
    result = [{"type": kind, "value": {}} for kind in KINDS]
    extraction.check_regions([("a mug", [*result, mark(2, "mug")])])
    with pytest.raises(DemoError, match="unlike \\['mug'\\]"):
        extraction.check_regions([("a mug", [*result, mark(1, "mug")])])
    with pytest.raises(DemoError, match="there should be regions of"):
        extraction.check_regions([("a mug", result[1:])])


def mark(start: int, text: str) -> dict[str, object]:
    return {"type": "labels", "value": {"start": start, "end": start + len(text), "text": text}}
