"""`<TextArea>` beside `<Choices>` on a real Label Studio: asked, judged, pushed, shown and annotated."""

import pytest

from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject, chosen, messages, topic_of

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
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """Its ground truths are what the stand-in says: the first sentence; of the first ones in other words."""
    tasks = messages(TASKS)
    texts = [task["text"] for task in tasks]
    summaries = [f"Somebody wrote: {text}" if number < REWORDED else text for number, text in enumerate(texts)]
    truths = [[*chosen(topic_of(number)), *written(summaries[number])] for number in range(TRUTHS)]
    return StudioProject.made(label_studio, tasks, [*truths, *[None] * (TASKS - TRUTHS)], CONFIG)


def test_texts_are_asked_judged_pushed_and_annotated(mine: Installation, project: StudioProject) -> None:
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
    assert mine.app.push(tag).unchanged == TASKS, "what Label Studio stored is read back as what was said"
    mine.command("annotate", tag, "--yes")
    made = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    assert len(made) == TASKS
    assert {region["from_name"] for region in made[0]["result"]} == {"topic", "summary"}
    wrong = mine.command("results", tag, "--wrong").out
    assert "Somebody wrote:" in wrong
    mine.command("evaluate", second := mine.save("second", project.id))
    compared = " ".join(mine.command("compare", tag, second).out.split())
    assert "An answer is right only if its free texts (summary) are right word for word" in compared
