"""`<Repeater>` on a real Label Studio: asked for each item, judged, pushed, shown, annotated and withdrawn."""

import pytest
from playwright.sync_api import BrowserContext, expect

from backend.services.prompts.few_shot_selection import FewShotRequest
from tests.installation import Installation
from tests.journeys.browser import TIMEOUT_MS
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject
from tests.journeys.screen import opened, submitted

CONFIG = """<View>
  <Text name="note" value="$note"/>
  <Choices name="topic" toName="note"><Choice value="Refund"/><Choice value="Delivery"/></Choices>
  <Repeater on="$parts" indexFlag="{{n}}">
    <Text name="part_{{n}}" value="$parts[{{n}}].text"/>
    <Choices name="colour_{{n}}" toName="part_{{n}}"><Choice value="red"/><Choice value="blue" alias="b"/></Choices>
    <Rating name="stars_{{n}}" toName="part_{{n}}"/>
    <TextArea name="said_{{n}}" toName="part_{{n}}" maxSubmissions="1"/>
  </Repeater>
  <Repeater on="$days">
    <Text name="day_{{idx}}" value="$days[{{idx}}]"/>
    <DateTime name="when_{{idx}}" toName="day_{{idx}}" only="date"/>
  </Repeater>
</View>"""
PROMPT = "Judge it.\n{note}\nparts:\n{parts}\ndays:\n{days}"
PARTS = [["a red one, 4 stars", "the blue one"], ["blue, 2 stars"], []]
DAYS = [["on 2024-02-03"], ["on 2024-05-06", "never"], ["on 2023-01-01"]]
TASKS = [
    {"note": f"About a {topic}", "parts": [{"text": text} for text in parts], "days": days}
    for topic, parts, days in zip(["refund", "delivery", "refund"], PARTS, DAYS, strict=True)
]


def region(name: str, to_name: str, kind: str, value: Json) -> Json:
    return {"from_name": name, "to_name": to_name, "type": kind, "value": value}


def colour(number: int, label: str) -> Json:
    return region(f"colour_{number}", f"part_{number}", "choices", {"choices": [label]})


def day(number: int, date: str) -> Json:
    return region(f"when_{number}", f"day_{number}", "datetime", {"datetime": date})


def topic(label: str) -> Json:
    return region("topic", "note", "choices", {"choices": [label]})


TRUTHS = [
    [topic("Refund"), colour(0, "red"), colour(1, "red"), day(0, "2024-02-03")],
    [topic("Delivery"), colour(0, "b"), day(0, "2024-05-06")],
    [topic("Refund"), day(0, "2023-01-01")],
]


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, TASKS, TRUTHS, CONFIG)


def said(results: list[Json]) -> list[set[str]]:
    """The names and values of each task's regions."""
    ordered = sorted(results, key=lambda one: int(one["task"]))
    return [{f"{r['from_name']}={next(iter(r['value'].values()))}" for r in one["result"]} for one in ordered]


ANSWERS = [
    {
        *("topic=['Refund']", "colour_0=['red']", "colour_1=['b']", "stars_0=4", "when_0=2024-02-03"),
        *("said_0=['a red one, 4 stars']", "said_1=['the blue one']"),
    },
    {"topic=['Delivery']", "colour_0=['b']", "stars_0=2", "said_0=['blue, 2 stars']", "when_0=2024-05-06"},
    {"topic=['Refund']", "when_0=2023-01-01"},
]
"""What the stand-in finds on the lines of the items."""


def test_each_item_of_lists_has_values_of_its_own(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("parts", project.id, PROMPT)
    assert mine.command("save", "other", "--project", project.id).err == "", "nothing is left alone"
    judged = mine.command("evaluate", tag, "--json").json["controls"]
    assert judged["colour"]["accuracy"]["value"] == pytest.approx(2 / 3)
    assert judged["colour"]["item_accuracy"]["value"] == pytest.approx(2 / 3)
    assert judged["when"]["accuracy"]["value"] == 1
    assert "colour: 0: red | 1: b" in mine.command("results", tag, "--wrong").out
    assert "colour: 0: red, 1: b;" in mine.command("try", tag, "--task", project.task_ids()[0]).out
    mine.command("run", tag, "--on", "all")
    assert said(project.predictions()) == ANSWERS
    assert mine.app.push(tag).unchanged == len(TASKS)
    mine.command("annotate", tag, "--yes")
    made = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    assert said(made) == ANSWERS
    mine.command("withdraw", tag, "--yes")
    assert project.predictions() == []


def test_label_studio_s_import_does_not_know_the_names_of_items(project: StudioProject) -> None:
    """Why they are pushed one by one."""
    prediction = {"task": project.task_ids()[0], "model_version": "v", "result": TRUTHS[0]}
    path = f"/api/projects/{project.id}/import/predictions"
    assert project.http.post(path, json=[prediction]).raise_for_status().json()["created"] == 0
    project.http.post("/api/predictions/", json=prediction).raise_for_status()
    assert [len(one["result"]) for one in project.predictions()] == [len(TRUTHS[0])]


def test_the_labelling_screen_is_answered_also_what_was_typed_there(mine: Installation, project: StudioProject) -> None:
    mine.save("parts", project.id, PROMPT)
    live, tasks = mine.app.live_predictions(), [{"id": 1, "data": TASKS[0]}]
    box = '<TextArea name="prompt" toName="note" smart="true"/></View>'
    typed = {"result": [region("prompt", "note", "textarea", {"text": [PROMPT.replace("Judge", "Look at")]})]}
    try:
        (first,) = live.predict(project.id, CONFIG, tasks)
        (asked,) = live.predict(project.id, CONFIG.replace("</View>", box), tasks, typed)
    finally:
        live.close(5)
    assert said([{"task": 1, **first}]) == ANSWERS[:1]
    assert {one for one in said([{"task": 1, **asked}])[0] if not one.startswith("prompt")} == ANSWERS[0]


def test_the_screen_shows_all_kinds_and_submits_what_was_predicted(
    mine: Installation, project: StudioProject, browser: BrowserContext
) -> None:
    mine.command("run", mine.save("parts", project.id, PROMPT), "--on", "all")
    project.act("delete_tasks_annotations")
    page = opened(browser, project)
    expect(page.get_by_text("the blue one")).to_have_count(2, timeout=TIMEOUT_MS)
    assert said(submitted(page, project)) == ANSWERS[:1]


def test_other_commands_know_the_items(mine: Installation, label_studio: RunningLabelStudio) -> None:
    pairs = [("red", "blue") if n % 2 else ("blue", "red") for n in range(12)]
    tasks = [{"items": [{"text": f"{one} {n}"}, {"text": f"{other} {n}"}]} for n, (one, other) in enumerate(pairs)]
    truths = [[colour(0, "red" if n % 2 else "b"), colour(1, "b" if n % 2 and n > 1 else "red")] for n in range(12)]
    config = f"<View>{CONFIG[CONFIG.index('<Repeater') : CONFIG.index('    <Rating')]}</Repeater></View>"
    project = StudioProject.made(label_studio, tasks, truths, config.replace("$parts", "$items"))
    tag = mine.save("colours", project.id, "Which colour?\n{items}")
    shots = mine.save("shots", project.id, "Which colour?\n{items}", examples=FewShotRequest(2))
    sampled = mine.save("sampled", project.id, "Which colour?\n{items}", confidence="samples:3")
    for version in (tag, shots, sampled):
        judged = mine.command("evaluate", version, "--json").json["controls"]["colour"]
        assert judged["item_accuracy"]["value"] == pytest.approx(23 / 24 if version != shots else 1, abs=0.1)
    assert "fixed 0" in mine.command("compare", tag, sampled).out
    assert '"0: red | 1: red" -> "0: red | 1: b"' in mine.command("audit", project.id).out
    assert "Too little ground truth" in mine.command("calibrate", tag).out
    assert "12 ground truths above it" in mine.command("threshold", tag, "--accuracy", "0.5").out
    missing = mine.command("relabel", "crimson", "red", "--project", project.id, code=1).err
    assert "Nothing is stored under the label 'crimson': there are blue, red." in " ".join(missing.split())
    assert "Nothing was saved: no rewrite was better" in mine.command("enhance", tag).err
    assert "\nitems:\n{items}" in mine.command("draft", "new", "--project", project.id).out
