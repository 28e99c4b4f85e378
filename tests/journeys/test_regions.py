"""What is said of spans, on a real Label Studio: asked, placed, judged, pushed, shown, annotated, withdrawn."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.installation import Installation
from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, Project, topic_of
from tests.journeys.screen import opened, photograph, submitted

TASKS, TRUTHS, OTHERS = 6, 4, 1
CONFIG = """<View>
  <Labels name="ner" toName="text"><Label value="Person" alias="PER"/><Label value="Firm"/></Labels>
  <Text name="text" value="$text"/>
  <View visibleWhen="region-selected" whenTagName="ner" whenLabelValue="PER">
    <Choices name="topic" toName="text" perRegion="true">
      <Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/>
    </Choices>
  </View>
  <Choices name="trade" toName="text" perRegion="true" whenLabelValue="Firm" required="true">
    <Choice value="Food"/>
  </Choices>
  <TextArea name="called" toName="text" perRegion="true" maxSubmissions="1"/>
  <Rating name="stars" toName="text" perRegion="true"/>
</View>"""
NAME, START = "Anna", 2


def stars_of(number: int) -> int:
    return 1 + number % 5


def text_of(number: int) -> str:
    """An emoji is one code point and two UTF-16 units; the stand-in marks the first word."""
    return f"\U0001f600 {NAME} wrote about {topic_of(number).lower()}: {stars_of(number)} of 5."


def regions(number: int, stars: int, name: str = "r") -> list[Json]:
    """As the screen saves them: regions of one id are one span."""
    place = {"start": START, "end": START + len(NAME), "text": NAME}
    said = (
        ("ner", "labels", {"labels": ["PER"]}),
        ("topic", "choices", {"choices": [topic_of(number)]}),
        ("called", "textarea", {"text": [NAME]}),
        ("stars", "rating", {"rating": stars}),
    )
    return [
        {"id": name, "from_name": control, "to_name": "text", "type": kind, "value": {**place, **value}}
        for control, kind, value in said
    ]


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> Project:
    """Its ground truths are what the stand-in says; those of the first tasks have other stars."""
    tasks = [{"text": text_of(number)} for number in range(TASKS)]
    truths = [regions(number, stars_of(number) + (number < OTHERS)) for number in range(TRUTHS)]
    return Project.made(label_studio, tasks, [*truths, *[None] * (TASKS - TRUTHS)], CONFIG)


def test_what_is_said_of_spans_is_asked_judged_pushed_annotated_and_withdrawn(
    mine: Installation, project: Project
) -> None:
    tag = mine.save("names", project.id)
    assert "perRegion" not in mine.command("save", "other", "--project", project.id).err, "nothing is left alone"
    judged = mine.command("evaluate", tag, "--json").json
    right = pytest.approx((TRUTHS - OTHERS) / TRUTHS)
    measured = judged["controls"]
    assert measured["ner"]["span_f1"]["value"] == measured["topic"]["tuple_f1"]["value"] == 1
    assert measured["stars"]["accuracy"]["value"] == measured["stars"]["tuple_f1"]["value"] == right
    assert measured["ner"]["exact_match"]["value"] == judged["accuracy"] == right
    assert measured["trade"]["accuracy"]["value"] is None, "no span may have it"
    assert "stars: tuple_f1" in mine.command("evaluate", tag).out
    mine.command("run", tag, "--on", "all")
    by_task = {prediction["task"]: prediction["result"] for prediction in project.predictions()}
    assert len(by_task) == TASKS
    for number, task in enumerate(project.task_ids()):
        pushed = by_task[task]
        (name,) = {region["id"] for region in pushed}
        assert pushed == [{**region, "id": name} for region in regions(number, stars_of(number))]
    assert mine.app.push(tag).unchanged == TASKS, "what Label Studio stored is read back as what was said"
    assert f"stars: {stars_of(0)}" in mine.command("results", tag, "--wrong").out
    mine.command("annotate", tag, "--yes")
    accepted = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    assert {region["from_name"] for region in accepted[0]["result"]} == {"ner", "topic", "called", "stars"}
    mine.command("withdraw", tag, "--yes")
    assert project.predictions() == []


def test_renamed_labels_of_spans_keep_what_was_said(mine: Installation, project: Project) -> None:
    tag = mine.save("names", project.id)
    mine.command("run", tag, "--on", "all")
    project.change(label_config=CONFIG.replace("PER", "HUMAN"))
    mine.command("relabel", "PER", "HUMAN", "--project", project.id)
    shown = mine.command("results", tag, "--wrong").out
    assert f"stars: {stars_of(0)}" in shown
    assert "HUMAN" in shown


def test_the_screen_shows_what_was_said_of_a_span_and_submits_the_same(
    mine: Installation, label_studio: RunningLabelStudio, browser: BrowserContext, tmp_path: Path
) -> None:
    project = Project.made(label_studio, [{"text": text_of(0)}], [None], CONFIG)
    mine.command("run", mine.save("names", project.id), "--on", "all")
    (prediction,) = project.predictions()
    page = opened(browser, project)
    highlighted = page.locator(".htx-highlight")
    expect(highlighted).to_have_text(NAME, timeout=TIMEOUT_MS)
    highlighted.click()
    expect(page.get_by_label(topic_of(0))).to_be_checked(timeout=TIMEOUT_MS)
    photograph(page, tmp_path / "attributes.png")
    (annotation,) = submitted(page, project)
    assert len({region["id"] for region in annotation["result"]}) == 1
    assert {region["from_name"]: region["value"] for region in annotation["result"]} == {
        region["from_name"]: region["value"] for region in prediction["result"]
    }
