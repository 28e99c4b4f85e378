"""docs/trust-the-numbers/index.md, typed as it stands there, with the stand-in as the model and a scripted teacher."""

import re
from collections.abc import Iterator

import pytest

from benchmarks.enhance import CONFIG, messages
from demo.services import ROOT
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, chosen
from tests.teaching import teaching

TRUTHS = 120
PRICES = {"PRICE_IN": "0.1", "PRICE_OUT": "0.4"}


def steps() -> Iterator[list[str]]:
    """The commands of each step that has some."""
    text = (ROOT / "docs" / "trust-the-numbers" / "index.md").read_text(encoding="utf-8")
    for part in re.split(r"^\*\*\d\. ", text, flags=re.MULTILINE)[1:]:
        yield [line for block in part.split("```\n")[1::2] for line in block.splitlines()]


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, [{"text": message.text} for message in messages()[TRUTHS:]], config=CONFIG)


def label(project: StudioProject) -> None:
    """As many ground truths as somebody would make by hand."""
    done = [(message.text, {"result": chosen(message.topic), "ground_truth": True}) for message in messages()[:TRUTHS]]
    project.add([{"data": {"text": text}, "annotations": [annotation]} for text, annotation in done])


def test_the_page_as_it_stands(mine: Installation, project: StudioProject) -> None:
    with teaching("empty", "thorough", "losing") as teacher:
        ready = mine.but(**teacher.env, **PRICES)
        said: list[str] = []
        for number, lines in enumerate(steps(), 1):
            if number == 3:
                label(project)
            done = [ready.typed(re.sub(r"\b12\b", str(project.id), line)) for line in lines]
            said.append("".join(one.out + one.err for one in done))
    assert "topic@1" in said[0]
    assert "withdr" in said[1].lower() or "deleted" in said[1].lower()
    assert "accuracy" in said[3]
    assert "Saved as topic@2." in said[4]
    annotated = len(project.annotations()) - TRUTHS
    assert 0 < annotated < len(messages())
