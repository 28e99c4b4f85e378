"""Every kind of <Choices> through a real Label Studio, which drops predictions it does not like without a word."""

from dataclasses import dataclass
from typing import Any

import pytest

from backend.domain.dataset.subset import Subset
from backend.services.predictions.sync import PushResult
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.project import StudioProject

Chosen = dict[str, list[str]]
VIEW = '<View><Text name="text" value="$text"/>{}</View>'
CHOICES = '<Choices name="topic" toName="text" {}>{}</Choices>'
REFUND, DELIVERY = '<Choice value="Refund"/>', '<Choice value="Delivery"/>'


@dataclass(frozen=True)
class LabelKind:
    """A config, the data of some tasks beside their texts, and what must be stored for each."""

    config: str
    texts: dict[str, Chosen]
    more: dict[str, Any]


def kind(choices: str, texts: dict[str, Chosen], **more: Any) -> LabelKind:
    return LabelKind(VIEW.format(choices), texts, more)


MANY = {"a refund and a delivery": {"topic": ["Refund", "Delivery"]}, "delivery": {"topic": ["Delivery"]}, "hm": {}}
ONE = {"a refund": {"topic": ["Refund"]}, "a delivery": {"topic": ["Delivery"]}}
KINDS = {
    "multiple": kind(CHOICES.format('choice="multiple"', REFUND + DELIVERY), MANY),
    "radio": kind(CHOICES.format('choice="single-radio"', REFUND + DELIVERY), ONE),
    "select": kind(CHOICES.format('layout="select"', REFUND + DELIVERY), ONE),
    "alias": kind(
        CHOICES.format("", '<Choice value="Refund" alias="r1"/><Choice value="Delivery" alias="d 2"/>'),
        {"a refund": {"topic": ["r1"]}, "a delivery": {"topic": ["d 2"]}},
    ),
    "hint": kind(
        CHOICES.format("", REFUND + '<Choice value="Other" hint="parcel, courier"/>'),
        {
            "a refund": {"topic": ["Refund"]},
            "my parcel": {"topic": ["Other"]},
        },
    ),
    "nested": kind(
        CHOICES.format("", f'<Choice value="Money">{REFUND}</Choice>{DELIVERY}'),
        {"a refund": {"topic": ["Refund"]}, "money": {"topic": ["Money"]}, "delivery": {"topic": ["Delivery"]}},
    ),
    "dynamic": kind(CHOICES.format('value="$options"', ""), ONE, options=["Refund", "Delivery"]),
    "dynamic with aliases": kind(
        CHOICES.format('value="$options"', ""),
        {"a refund": {"topic": ["r1"]}, "a delivery": {"topic": ["Delivery"]}},
        options=[{"value": "Refund", "alias": "r1"}, {"value": "Delivery"}],
    ),
    "several": kind(
        CHOICES.format("", REFUND + DELIVERY)
        + '<Choices name="tone" toName="text"><Choice value="Angry"/><Choice value="Kind"/></Choices>',
        {
            "an angry refund": {"topic": ["Refund"], "tone": ["Angry"]},
            "kind delivery": {"topic": ["Delivery"], "tone": ["Kind"]},
        },
    ),
    "conditional": kind(
        CHOICES.format("", REFUND + DELIVERY)
        + '<Choices name="why" toName="text" visibleWhen="choice-selected" whenTagName="topic"'
        ' whenChoiceValue="Refund">'
        '<Choice value="Broken"/><Choice value="Late"/></Choices>',
        {"refund, as it is broken": {"topic": ["Refund"], "why": ["Broken"]}, "a delivery": {"topic": ["Delivery"]}},
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_predictions_of_every_kind_are_stored(label_studio: RunningLabelStudio, mine: Installation, name: str) -> None:
    wanted = KINDS[name]
    project = made(label_studio, wanted)
    tag = mine.save("topic", project.id, "What is it?\n\n{text}")
    finished = mine.app.run(tag, Subset("all"))
    assert finished.pushed == PushResult(len(wanted.texts), 0, 0)
    assert stored(project) == list(wanted.texts.values())
    assert mine.app.push(tag) == PushResult(0, 0, len(wanted.texts))
    mine.app.annotate(tag)
    annotations = label_studio.client.annotations
    for task in project.task_ids():
        for annotation in annotations.list(id=task):  # a person looks at each and presses the star
            annotations.update(id=annotation.id, ground_truth=True)
    score = mine.app.run(tag, Subset("ground-truth", accepted=True)).score
    assert score is not None
    assert score.correct == score.outputs == len(wanted.texts)


@pytest.mark.parametrize("name", ["multiple", "dynamic", "several", "alias"])
def test_the_server_answers_every_kind(
    label_studio: RunningLabelStudio, backend_server: ServedInstallation, name: str
) -> None:
    wanted = KINDS[name]
    project = made(label_studio, wanted)
    backend_server.installation.app.connect(project.id, backend_server.url)
    for _ in range(2):
        project.act("retrieve_tasks_predictions")
        assert stored(project) == list(wanted.texts.values())


def made(label_studio: RunningLabelStudio, wanted: LabelKind) -> StudioProject:
    tasks = [{"text": text, **wanted.more} for text in wanted.texts]
    return StudioProject.made(label_studio, tasks, config=wanted.config)


def stored(project: StudioProject) -> list[Chosen]:
    """What each prediction says, by task."""
    found = sorted(project.predictions(), key=lambda prediction: prediction["task"])
    return [{region["from_name"]: region["value"]["choices"] for region in p["result"]} for p in found]
