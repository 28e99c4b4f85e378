"""What is said of spans and how they are related, on a real Label Studio: asked, judged, pushed, shown, withdrawn."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.installation import Installation
from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject, topic_of
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
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """Its ground truths are what the stand-in says; those of the first tasks have other stars."""
    tasks = [{"text": text_of(number)} for number in range(TASKS)]
    truths = [regions(number, stars_of(number) + (number < OTHERS)) for number in range(TRUTHS)]
    return StudioProject.made(label_studio, tasks, [*truths, *[None] * (TASKS - TRUTHS)], CONFIG)


def test_what_is_said_of_spans_is_asked_judged_pushed_annotated_and_withdrawn(
    mine: Installation, project: StudioProject
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
        scored = [region["from_name"] for region in pushed if "score" in region]
        assert scored == ["ner", "topic", "stars"], "a span, its label and its rating are more or less sure"
        unscored = [{key: value for key, value in region.items() if key != "score"} for region in pushed]
        assert unscored == [{**region, "id": name} for region in regions(number, stars_of(number))]
    assert mine.app.push(tag).unchanged == TASKS, "what Label Studio stored is read back as what was said"
    assert f"stars: {stars_of(0)}" in mine.command("results", tag, "--wrong").out
    mine.command("annotate", tag, "--yes")
    accepted = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    assert {region["from_name"] for region in accepted[0]["result"]} == {"ner", "topic", "called", "stars"}
    mine.command("withdraw", tag, "--yes")
    assert project.predictions() == []


def test_renamed_labels_of_spans_keep_what_was_said(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("names", project.id)
    mine.command("run", tag, "--on", "all")
    project.change(label_config=CONFIG.replace("PER", "HUMAN").replace(topic_of(0), "Money"))
    mine.command("relabel", "PER", "HUMAN", "--project", project.id)
    told = mine.command("relabel", topic_of(0), "Money", "--project", project.id, "--control", "topic").err
    assert "2 annotations" in told
    shown = mine.command("results", tag, "--wrong").out
    assert f"topic: Money; called: {NAME}; stars: {stars_of(0)}" in shown
    assert "HUMAN" in shown
    mine.command("push", tag)
    (first, *_) = sorted(project.predictions(), key=lambda prediction: int(prediction["task"]))
    said = {region["from_name"]: region["value"] for region in first["result"]}
    assert (said["ner"]["labels"], said["topic"]["choices"]) == (["HUMAN"], ["Money"])


def test_the_screen_shows_what_was_said_of_a_span_and_submits_the_same(
    mine: Installation, label_studio: RunningLabelStudio, browser: BrowserContext, tmp_path: Path
) -> None:
    project = StudioProject.made(label_studio, [{"text": text_of(0)}], [None], CONFIG)
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


RELATED = """<View>
  <Labels name="ner" toName="text"><Label value="Person" alias="PER"/><Label value="Firm"/></Labels>
  <Relations><Relation value="works for"/><Relation value="owns"/></Relations>
  <Text name="text" value="$text"/>
</View>"""
PROMPT = "Who works where?\n- Person: Anna, Bob\n- Firm: Acme, Initech\n\n{text}"
FIRM = "Acme"


def employment(number: int) -> str:
    return f"\U0001f600 {NAME} works for {FIRM}, says {topic_of(number).lower()}."


def relations(label: str = "works for", direction: str = "right") -> list[Json]:
    """As the screen saves them."""
    text = employment(0)
    spans = [
        {
            "id": name,
            "from_name": "ner",
            "to_name": "text",
            "type": "labels",
            "value": {"start": text.index(word), "end": text.index(word) + len(word), "text": word, "labels": [kind]},
        }
        for name, word, kind in (("p", NAME, "PER"), ("f", FIRM, "Firm"))
    ]
    ends = {"from_id": "p", "to_id": "f"} if direction == "right" else {"from_id": "f", "to_id": "p"}
    return [*spans, {"type": "relation", **ends, "direction": direction, "labels": [label]}]


def by_place(result: list[Json]) -> list[Json]:
    """The relations of a result, with the texts of their spans in place of ids."""
    texts = {region["id"]: region["value"]["text"] for region in result if "value" in region}
    related = [region for region in result if region["type"] == "relation"]
    return [{**one, "from_id": texts[one["from_id"]], "to_id": texts[one["to_id"]]} for one in related]


EXPECTED = [{"type": "relation", "from_id": NAME, "to_id": FIRM, "direction": "right", "labels": ["works for"]}]


def test_relations_are_asked_judged_pushed_annotated_and_withdrawn(
    mine: Installation, label_studio: RunningLabelStudio
) -> None:
    tasks = [{"text": employment(number)} for number in range(TASKS)]
    truths = [relations("owns"), relations(direction="left"), *[relations()] * (TRUTHS - 2)]
    project = StudioProject.made(label_studio, tasks, [*truths, *[None] * (TASKS - TRUTHS)], RELATED)
    tag = mine.save("firms", project.id, PROMPT)
    assert "Relations" not in mine.command("save", "other", "--project", project.id).err, "nothing is left alone"
    judged = mine.command("evaluate", tag, "--json").json
    measured = judged["controls"]["relations"]
    assert measured["relation_f1"]["value"] == measured["relation_f1_of_right_spans"]["value"]
    assert measured["relation_f1"]["value"] == judged["accuracy"] == pytest.approx((TRUTHS - 1) / TRUTHS)
    assert judged["per_label"]["relations: owns"]["f1"] == 0
    mine.command("run", tag, "--on", "all")
    predictions = project.predictions()
    assert [by_place(prediction["result"]) for prediction in predictions] == [EXPECTED] * TASKS
    assert mine.app.push(tag).unchanged == TASKS, "what Label Studio stored is read back as what was said"
    assert f'works for: "{NAME}"' in mine.command("results", tag, "--wrong").out
    mine.command("annotate", tag, "--yes")
    accepted = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    assert [by_place(annotation["result"]) for annotation in accepted] == [EXPECTED] * len(accepted) != []
    mine.command("withdraw", tag, "--yes")
    assert project.predictions() == []


def test_the_screen_shows_relations_and_submits_the_same(
    mine: Installation, label_studio: RunningLabelStudio, browser: BrowserContext, tmp_path: Path
) -> None:
    project = StudioProject.made(label_studio, [{"text": employment(0)}], [None], RELATED)
    mine.command("run", mine.save("firms", project.id, PROMPT), "--on", "all")
    page = opened(browser, project)
    expect(page.locator(".htx-highlight")).to_have_count(2, timeout=TIMEOUT_MS)
    page.get_by_text("Relations", exact=True).first.click()
    expect(page.get_by_text("Relations (1)")).to_be_visible(timeout=TIMEOUT_MS)
    expect(page.get_by_text("works for", exact=True)).to_be_visible(timeout=TIMEOUT_MS)
    photograph(page, tmp_path / "relations.png")
    (annotation,) = submitted(page, project)
    assert by_place(annotation["result"]) == EXPECTED
