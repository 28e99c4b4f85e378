"""A prompt that was renamed: its predictions, which bear the old name, are still its own."""

import pytest

from backend.domain.dataset.subset import Subset
from backend.errors import PromptError
from backend.services.predictions.sync import PushResult
from backend.services.runs.options import RunOptions
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(6))


@pytest.fixture
def renamed(mine: Installation, project: StudioProject) -> Installation:
    """topic@1 labelled all tasks, and is now called subject@1."""
    mine.app.run(mine.save("topic", project.id), Subset("all"))
    mine.app.rename("topic", "subject")
    return mine


@pytest.mark.parametrize("keep", [False, True])
def test_a_push_brings_them_under_the_new_name(renamed: Installation, project: StudioProject, keep: bool) -> None:
    project.change(model_version="topic@1")
    assert renamed.app.push("subject@1", keep) == PushResult(6, 6, 0)
    assert project.versions() == {"subject@1": 6}
    assert project.shown == "subject@1"
    assert renamed.app.push("subject@1") == PushResult(0, 0, 6)


def test_a_newer_version_replaces_them(renamed: Installation, project: StudioProject) -> None:
    newer = renamed.save("subject", project.id, "Another text.\n\n{text}")
    assert renamed.app.run(newer, Subset("sample", size=2), RunOptions(keep=True)).pushed == PushResult(2, 0, 0)
    assert project.versions() == {"topic@1": 6, "subject@2": 2}
    assert renamed.app.push(newer) == PushResult(0, 2, 2)
    assert project.versions() == {"topic@1": 4, "subject@2": 2}


def test_they_are_withdrawn(renamed: Installation, project: StudioProject) -> None:
    renamed.app.run("subject@1", Subset("all"), RunOptions(push=False))
    assert renamed.app.withdraw("subject@1") == 6
    assert project.versions() == {}


def test_annotations_are_made_of_them(renamed: Installation, project: StudioProject) -> None:
    assert renamed.app.annotate("subject@1") == 6
    assert renamed.app.annotate("subject@1") == 0


def test_annotators_get_them(renamed: Installation, project: StudioProject) -> None:
    told: list[str] = []
    renamed.app.use("subject@1", told.append)
    assert project.shown == "topic@1"
    assert told == ["No backend is connected: annotators see the predictions topic@1 has, other tasks have none."]


def test_the_old_name_is_not_given_away_while_they_may_be_there(renamed: Installation, project: StudioProject) -> None:
    with pytest.raises(PromptError, match="'subject' was called before"):
        renamed.save("topic", project.id)
    with pytest.raises(PromptError, match="renamed, to 'subject'"):
        renamed.app.withdraw("topic@1")
