"""A canary on a real Label Studio: the stand-in is another model once its seed is changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages, truths
from tests.running import RunningStandIn, running_stand_in

TASKS = 40


@pytest.fixture
def model(tmp_path: Path) -> Iterator[RunningStandIn]:
    """Of this test alone: it becomes another model."""
    with running_stand_in(tmp_path / "model.log") as running:
        yield running


@pytest.fixture
def mine(label_studio: RunningLabelStudio, model: RunningStandIn, tmp_path: Path) -> Installation:
    return Installation.made(tmp_path, model.url, **label_studio.env)


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(TASKS), truths(12, TASKS))


def saved(mine: Installation, project: StudioProject, name: str, **parameters: object) -> None:
    mine.save(name, project.id, parameters={"temperature": 2, **parameters})
    mine.command("run", f"{name}@1", "--on", "all", "--no-push")


def test_a_model_that_changed_is_found_and_told_in_the_report(
    mine: Installation, project: StudioProject, model: RunningStandIn
) -> None:
    saved(mine, project, "topic", seed=1)
    before = mine.command("results", "topic@1", "--json").json
    refused = mine.command("canary", "topic@1", code=1)
    assert "Asking 40 stored requests of topic@1 again costs" in refused.err
    assert "add --yes" in refused.err
    asked = model.requests()
    same = mine.command("canary", "topic@1", "--yes", "--json").json
    assert (same["requests"], same["changed"], same["model_changed"]) == (40, 0, False)
    assert model.requests() == asked + TASKS, "once each, and nothing while it only told the price"
    model.control(seed=7)
    other = mine.command("canary", "topic@1", "--yes", "--json", code=3).json
    assert other["model_changed"]
    assert other["odd"] == other["changed"] >= 5
    assert mine.command("results", "topic@1", "--json").json == before, "stored answers stay"
    asked = model.requests()
    mine.command("evaluate", "topic@1", "--no-push")
    assert model.requests() == asked
    report = mine.command("report", "topic@1").out
    assert "40 stored requests of topic@1 asked again" in report
    assert "The model has changed" in report


def test_a_model_that_contradicts_itself_has_not_changed(mine: Installation, project: StudioProject) -> None:
    saved(mine, project, "mood")
    found = mine.command("canary", "mood@1", "--yes", "--json").json
    assert found["changed"] >= 5
    assert found["others"] > 0
    assert not found["model_changed"]
    text = mine.command("canary", "mood@1", "--yes").out
    assert "contradicts itself about as often" in text
