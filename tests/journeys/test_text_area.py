"""`<TextArea>` beside `<Choices>` on a real Label Studio: asked, judged, pushed, shown and annotated."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.installation import Installation
from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.labelling import accepted_and_withdrawn
from tests.journeys.project import Json, Project, chosen, messages, topic_of
from tests.journeys.screen import opened, photograph, submitted

TASKS, TRUTHS, REWORDED = 8, 6, 2
CONFIG = """<View>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="text">
    <Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/>
  </Choices>
  <TextArea name="summary" toName="text" maxSubmissions="1" editable="true" required="true"/>
</View>"""


def written(text: str) -> list[Json]:
    return [{"from_name": "summary", "to_name": "text", "type": "textarea", "value": {"text": [text]}}]


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> Project:
    """Its ground truths are what the stand-in says: the first sentence; of the first ones in other words."""
    tasks = messages(TASKS)
    texts = [task["text"] for task in tasks]
    summaries = [f"Somebody wrote: {text}" if number < REWORDED else text for number, text in enumerate(texts)]
    truths = [[*chosen(topic_of(number)), *written(summaries[number])] for number in range(TRUTHS)]
    return Project.made(label_studio, tasks, [*truths, *[None] * (TASKS - TRUTHS)], CONFIG)


def test_texts_are_asked_judged_pushed_annotated_and_withdrawn(mine: Installation, project: Project) -> None:
    tag = mine.save("topic", project.id)
    assert "<TextArea>" not in mine.command("save", "other", "--project", project.id).err, "nothing is left alone"
    shown = mine.command("evaluate", tag).out
    assert "right word for word: look at the scores of each control too" in " ".join(shown.split())
    judged = mine.command("evaluate", tag, "--json").json
    exact = (TRUTHS - REWORDED) / TRUTHS
    assert judged["accuracy"] == pytest.approx(exact)
    controls = judged["controls"]
    assert controls["topic"]["accuracy"]["value"] == 1
    assert controls["summary"]["exact_match"]["value"] == pytest.approx(exact)
    assert exact < controls["summary"]["token_f1"]["value"] < 1
    mine.command("run", tag, "--on", "all")
    texts = {task["id"]: task["data"]["text"] for task in project.tasks()}
    predictions = project.predictions()
    assert len(predictions) == TASKS
    for prediction in predictions:
        regions = {region["from_name"]: region for region in prediction["result"]}
        assert regions["summary"]["type"] == "textarea"
        assert regions["summary"]["value"]["text"] == [texts[prediction["task"]]]
        assert regions["topic"]["type"] == "choices"
    made = accepted_and_withdrawn(mine, project, tag, TASKS)
    assert {region["from_name"] for region in made[0]["result"]} == {"topic", "summary"}
    wrong = mine.command("results", tag, "--wrong").out
    assert "Somebody wrote:" in wrong
    mine.command("evaluate", second := mine.save("second", project.id))
    compared = " ".join(mine.command("compare", tag, second).out.split())
    assert "An answer is right only if its free texts (summary) are right word for word" in compared


def test_the_screen_shows_them_and_submits_what_was_predicted(
    mine: Installation, project: Project, browser: BrowserContext, tmp_path: Path
) -> None:
    mine.command("run", mine.save("topic", project.id), "--on", "all")
    project.act("delete_tasks_annotations")
    page = opened(browser, project)
    expect(page.get_by_text(messages(1)[0]["text"])).to_have_count(3, timeout=TIMEOUT_MS)
    photograph(page, tmp_path / "screen.png")
    (annotation,) = submitted(page, project)
    values = {region["from_name"]: region["value"] for region in annotation["result"]}
    assert values["summary"] == {"text": [messages(1)[0]["text"]]}
