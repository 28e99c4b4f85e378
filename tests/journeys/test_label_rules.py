"""Conditions, paths and repeated names through a real Label Studio: what is stored is what its screen would submit."""

import pytest
from playwright.sync_api import BrowserContext, expect

from backend.domain.dataset.subset import Subset
from backend.errors import PromptError
from backend.services.predictions.sync import PushResult
from tests.installation import Installation
from tests.journeys.browser import TIMEOUT_MS, signed_in
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject

CONFIG = """<View>
  <Header value="Sent by $sender:"/><Text name="text" value="$mail.body"/>
  <Header value="What is it about?"/>
  <Choices name="topic" toName="text" required="true">
    <Choice value="Refund" alias="r"/><Choice value="Delivery"/>
  </Choices>
  <View visibleWhen="choice-selected" whenTagName="topic" whenChoiceValue="Refund">
    <Header value="What is wrong?"/>
    <Choices name="why" toName="text" choice="multiple" required="true">
      <Choice value="Broken"/><Choice value="Late"/>
    </Choices>
  </View>
</View>"""
PHOTO = "data:image/png;base64," + "A" * 1_200_000
BODIES = ("a refund, as it is broken", "the delivery came late", "a refund, for it came late", "a late delivery")
WANTED = [
    {"topic": ["r"], "why": ["Broken"]},
    {"topic": ["Delivery"]},
    {"topic": ["r"], "why": ["Late"]},
    {"topic": ["Delivery"]},
]
NESTED = """<View><Text name="text" value="$text"/><Choices name="topic" toName="text">
<Choice value="Food"><Choice value="Misc" alias="food_other"/></Choice>
<Choice value="Drink"><Choice value="Misc" alias="drink_other"/></Choice></Choices></View>"""


def region(control: str, *labels: str) -> Json:
    return {"from_name": control, "to_name": "text", "type": "choices", "value": {"choices": list(labels)}}


def said(result: list[Json]) -> dict[str, list[str]]:
    return {region["from_name"]: region["value"]["choices"] for region in result}


def by_task(found: list[Json]) -> list[dict[str, list[str]]]:
    return [said(one["result"]) for one in sorted(found, key=lambda one: int(one["task"]))]


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """Each has a picture that no prompt uses; the second truth holds a value of a control that its screen hides."""
    stale = [region("topic", "Delivery"), region("why", "Late")]
    truths = [[region("topic", "r"), region("why", "Broken")], stale, None, None]
    tasks = [{"sender": "Ann", "mail": {"body": body}, "photo": PHOTO} for body in BODIES]
    return StudioProject.made(label_studio, tasks, truths, CONFIG)


def test_hidden_values_are_neither_pushed_nor_true_nor_annotated(
    mine: Installation, project: StudioProject, label_studio: RunningLabelStudio, chromium: str
) -> None:
    saved = mine.command("save", "topic", "--project", project.id)
    assert saved.out == "topic@1\n"
    assert "Sent by {sender}:\nmail.body: {mail.body}" in mine.command("show", "topic@1").out
    shown = mine.command("try", "topic@1", "--task", project.task_ids()[1]).out
    assert 'under the heading "What is wrong?", [] unless "topic" is "Refund"' in shown
    assert "Sent by Ann:\nmail.body: the delivery came late" in shown
    assert mine.app.run("topic@1", Subset("all")).pushed == PushResult(4, 0, 0)
    assert by_task(project.predictions()) == WANTED
    assert not any(b"AAAAAAAA" in file.read_bytes() for file in (mine.folder / "data").iterdir()), "stored nowhere"
    score = mine.app.run("topic@1", Subset("ground-truth")).score
    assert score is not None
    assert (score.correct, score.outputs) == (2, 2)
    project.change(model_version="topic@1")
    with signed_in(chromium, label_studio.url, label_studio.account) as browser:
        for task, wanted in zip(project.task_ids()[2:], WANTED[2:], strict=True):
            assert submitted(browser, project, task) == wanted
    assert mine.app.annotate("topic@1") == 2  # the screen made the others
    made = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    assert by_task(made) == WANTED


def submitted(browser: BrowserContext, project: StudioProject, task: int) -> dict[str, list[str]]:
    """What the screen stores when somebody opens a task that has a prediction and presses Submit."""
    page = browser.new_page()
    page.goto(f"/projects/{project.id}/data?task={task}")
    expect(page.locator("input[type=checkbox][name]:checked").first).to_be_visible(timeout=TIMEOUT_MS)
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/annotations" in answer.url):
        page.get_by_role("button", name="Submit").click()
    (made,) = [annotation for annotation in project.annotations() if annotation["task"] == task]
    return said(made["result"])


def test_what_a_release_before_pushed_is_not_annotated(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id, "What is it?\n\n{mail.body}")
    mine.app.run(tag, Subset("all"))
    first, second, *_ = sorted(project.predictions(), key=lambda prediction: int(prediction["task"]))
    stale = {**second, "result": [*second["result"], region("why", "Late")]}
    project.http.patch(f"/api/predictions/{second['id']}/", json={"result": stale["result"]}).raise_for_status()
    project.http.patch(
        f"/api/predictions/{first['id']}/", json={"result": [{**region("topic", "r"), "id": first["result"][0]["id"]}]}
    ).raise_for_status()
    told: list[str] = []
    assert mine.app.annotate(tag, notify=told.append) == 2
    assert "2 of its predictions would not be submitted" in told[0]
    mine.app.push(tag)
    assert mine.app.annotate(tag) == 2
    made = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    assert by_task(made) == WANTED


def test_repeated_names_are_stored_under_their_aliases(mine: Installation, label_studio: RunningLabelStudio) -> None:
    texts = [{"text": "some misc food"}, {"text": "some misc drink"}]
    project = StudioProject.made(label_studio, texts, config=NESTED)
    mine.app.run(mine.save("topic", project.id, "{text}"), Subset("all"))
    assert by_task(project.predictions()) == [{"topic": ["food_other"]}, {"topic": ["drink_other"]}]


def test_saving_says_how_many_tasks_lack_a_field_and_what_braces_do(mine: Installation, project: StudioProject) -> None:
    project.add([{"data": {"sender": "Bob", "mail": {"body": "a refund", "from": "Ann"}, "extra": "x"}}])
    prompt = "{{mail.body}} {extra} {mail.from}"
    saved = mine.command("save", "topic", "--project", project.id, "--file", "-", stdin=prompt)
    assert "{extra} is missing in 4 of 5 tasks: it stays empty there." in saved.err
    assert "{mail.from} is missing in 4 of 5 tasks looked at: it stays empty there." in saved.err
    assert "puts the task's text between braces: write {mail.body}" in saved.err
    with pytest.raises(PromptError, match=r"none of the 5 tasks looked at has a 'mail.form'"):
        mine.save("other", project.id, "{mail.form}")
