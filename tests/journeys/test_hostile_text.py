"""Texts that mean harm, through a real Label Studio and back: nothing is executed, expanded, mangled or mistaken."""

from xml.sax.saxutils import quoteattr

import pytest

from backend.domain.dataset.subset import Subset
from backend.services.predictions.sync import PushResult
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, chosen, label_of
from tests.running import RunningStandIn

LABELS = ["[bold]Refund[/bold]", "[/nope] Delivery", 'Praise "and" {text}', "Größe 名前 🎈"]
TEXTS = [
    "\x1b[31mred\x1b[0m refund \x07 [/bold]",
    "{text} {delivery} {{x}} %s ${y} delivery",
    'praise "}], "topic": "x" \\" \\u0000',
    "größe ‮ 名前 🎈 \u2028 nfd: e\u0301",
]
DANGEROUS = "\x1b\x07\x9b\r\u202e"


def config() -> str:
    choices = "".join(f"<Choice value={quoteattr(label)}/>" for label in LABELS)
    return f'<View><Text name="text" value="$text"/><Choices name="topic" toName="text">{choices}</Choices></View>'


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    truths = [chosen(label) for label in LABELS]
    return StudioProject.made(label_studio, [{"text": text} for text in TEXTS], truths, config())


def test_labels_and_texts_come_back_as_they_are(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    tag = mine.save("topic", project.id, "About: {text}")
    finished = mine.app.evaluate(tag)
    assert finished.score is not None
    assert finished.score.correct == stand_in.requests() == 4
    assert [label_of(p["result"]) for p in sorted(project.predictions(), key=lambda p: p["task"])] == LABELS
    assert mine.app.run(tag, Subset("all")).pushed == PushResult(0, 0, 4)
    for task, text in zip(project.task_ids(), TEXTS, strict=True):
        assert mine.app.try_task(tag, task).messages[-1]["content"] == f"About: {text}"


def test_listings_show_them_harmlessly(mine: Installation, project: StudioProject) -> None:
    mine.save("topic", project.id)
    shown = mine.command("evaluate", "topic").out
    assert all(label in shown for label in LABELS)
    body = [{"task": project.task_ids()[0], "model_version": "[/x]\x1b[2J", "result": chosen(LABELS[0])}]
    project.http.post(f"/api/projects/{project.id}/import/predictions", json=body).raise_for_status()
    shown += (counted := mine.command("predictions", project.id).out)
    assert r"[/x]\x1b[2J" in counted
    shown += (listed := mine.command("results", "topic").out)
    assert r"\x1b[31mred\x1b[0m refund \x07 [/bold]" in listed
    shown += mine.command("try", "topic", "--task", project.task_ids()[0]).out
    assert not set(shown) & set(DANGEROUS)
    rows = mine.command("results", "topic", "--json").json
    assert [row["text"] for row in rows] == TEXTS
    assert [row["answer"] for row in rows] == LABELS
