"""`<Labels>` on `<Text>` beside `<Choices>` on a real Label Studio: asked, placed, judged, pushed and annotated."""

import pytest

from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject, chosen, topic_of

TASKS, TRUTHS, LONGER = 8, 6, 2
CONFIG = """<View>
  <Labels name="ner" toName="text"><Label value="Person" alias="PER" hint="a name"/><Label value="Firm"/></Labels>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="text">
    <Choice value="Refund"/><Choice value="Delivery"/><Choice value="Praise"/>
  </Choices>
</View>"""


def text_of(number: int) -> str:
    """Code points, UTF-16 units and characters are not the same before the name, and the line ends as on Windows."""
    return f"\U0001f600 \U0001f469\u200d\U0001f467\r\nAnna{number} Berg wrote about {topic_of(number).lower()}."


def marked(start: int, end: int, label: str, text: str) -> Json:
    value = {"start": start, "end": end, "text": text, "labels": [label]}
    return {"from_name": "ner", "to_name": "text", "type": "labels", "value": value}


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """Its ground truths are what the stand-in marks: the first word; those of the first tasks are longer."""
    tasks = [{"text": text_of(number)} for number in range(TASKS)]
    truths = []
    for number in range(TRUTHS):
        text = text_of(number)
        start = text.index("Anna")
        end = text.index(" wrote" if number < LONGER else " Berg")
        truths.append([*chosen(topic_of(number)), marked(start, end, "PER", text[start:end])])
    return StudioProject.made(label_studio, tasks, [*truths, *[None] * (TASKS - TRUTHS)], CONFIG)


def test_spans_are_asked_placed_judged_pushed_and_annotated(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("names", project.id)
    assert "<Labels" not in mine.command("save", "other", "--project", project.id).err, "nothing is left alone"
    judged = mine.command("evaluate", tag, "--json").json
    assert judged["quotes"] == {"located": {"exact": TRUTHS}, "unlocated": {}}
    spans = judged["controls"]["ner"]
    exact = (TRUTHS - LONGER) / TRUTHS
    assert spans["exact_match"]["value"] == spans["span_f1"]["value"] == pytest.approx(exact)
    assert spans["overlap_f1"]["value"] == 1
    assert exact < spans["character_f1"]["value"] < 1
    assert judged["per_label"]["ner: PER"]["f1"] == pytest.approx(exact)
    shown = mine.command("evaluate", tag).out
    assert "ner: span_f1" in shown
    assert f"{TRUTHS} located ({TRUTHS} exact)" in shown
    mine.command("run", tag, "--on", "all")
    texts = {task["id"]: task["data"]["text"] for task in project.tasks()}
    predictions = project.predictions()
    assert len(predictions) == TASKS
    for prediction in predictions:
        (region,) = [region for region in prediction["result"] if region["type"] == "labels"]
        value = region["value"]
        assert 0 < region["score"] <= 1, "each span has a confidence of its own"
        assert prediction["score"] is not None
        text = texts[prediction["task"]]
        assert value["labels"] == ["PER"]
        assert value["text"] == text[value["start"] : value["end"]] == text[text.index("Anna") : text.index(" Berg")]
    assert mine.app.push(tag).unchanged == TASKS, "what Label Studio stored is read back as what was said"
    mine.command("annotate", tag, "--yes")
    made = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    assert made
    assert {region["from_name"] for region in made[0]["result"]} == {"topic", "ner"}
    assert "Berg" in mine.command("results", tag, "--wrong").out
