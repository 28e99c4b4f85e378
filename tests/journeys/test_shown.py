"""What annotators are shown outlives deletes, also those of a process that was stopped in the middle."""

from collections.abc import Callable
from typing import Any

import pytest

from backend.domain.dataset.subset import Subset
from backend.errors import StudioError
from backend.services.predictions.sync import PushResult
from backend.services.projects import TITLE
from backend.services.runs.options import RunOptions
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, ServedInstallation
from tests.journeys.project import StudioProject, messages

NO_PUSH = RunOptions(push=False)


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(4))


@pytest.fixture
def two(mine: Installation, project: StudioProject) -> Installation:
    """topic@1 has been pushed, topic@2 not yet."""
    mine.app.run(mine.save("topic", project.id), Subset("all"))
    mine.app.run(mine.save("topic", project.id, "Another text.\n\n{text}"), Subset("all"), NO_PUSH)
    return mine


def stopped_before_showing(mine: Installation, act: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the process ends after the delete, which cleared what is shown, and before that is repaired."""

    def gone(*_: Any) -> None:
        raise StudioError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(mine.app.container.studio, "show", gone)
        with pytest.raises(StudioError, match="gone"):
            act()


def test_the_next_push_shows_what_replaces_what_was_shown(
    two: Installation, project: StudioProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.app.use("topic@1")
    stopped_before_showing(two, lambda: two.app.push("topic@2"), monkeypatch)
    assert (project.versions(), project.shown) == ({"topic@2": 4}, "")
    told: list[str] = []
    assert two.app.push("topic@2", notify=told.append) == PushResult(0, 0, 4)
    assert project.shown == "topic@2"
    assert told == ["Annotators saw topic@1, which is replaced; they now see topic@2."]
    project.change(model_version="")
    assert two.app.push("topic@2") == PushResult(0, 0, 4)
    assert project.shown == ""


def test_the_next_push_shows_the_backend_again(
    two: Installation, project: StudioProject, backend_server: ServedInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.app.connect(project.id, backend_server.url)
    assert project.shown == TITLE
    stopped_before_showing(two, lambda: two.app.push("topic@2"), monkeypatch)
    assert project.shown == ""
    assert two.app.push("topic@2") == PushResult(0, 0, 4)
    assert project.shown == TITLE


def test_the_next_push_mends_a_withdrawal_too(
    two: Installation, project: StudioProject, backend_server: ServedInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.app.connect(project.id, backend_server.url)
    stopped_before_showing(two, lambda: two.app.withdraw("topic@1"), monkeypatch)
    assert (project.versions(), project.shown) == ({}, "")
    assert two.app.push("topic@2") == PushResult(4, 0, 0)
    assert project.shown == TITLE


def test_what_was_chosen_since_stays(
    two: Installation, project: StudioProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.app.use("topic@1")
    stopped_before_showing(two, lambda: two.app.push("topic@2"), monkeypatch)
    two.app.run(two.save("other", project.id), Subset("all"))
    two.app.use("other@1")
    assert two.app.push("topic@2") == PushResult(0, 0, 4)
    assert project.shown == "other@1"


def test_what_is_shown_and_withdrawn_is_not_shown(two: Installation, project: StudioProject) -> None:
    two.app.use("topic@1")
    assert two.app.withdraw("topic@1") == 4
    assert project.shown == ""
    two.app.push("topic@2")
    assert project.shown == ""


def test_what_is_not_there_any_more_is_said(
    two: Installation, project: StudioProject, backend_server: ServedInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.app.connect(project.id, backend_server.url)
    stopped_before_showing(two, lambda: two.app.push("topic@2"), monkeypatch)
    for backend in project.backends():
        project.http.delete(f"/api/ml/{backend['id']}").raise_for_status()
    told: list[str] = []
    assert two.app.push("topic@2", notify=told.append) == PushResult(0, 0, 4)
    assert told == [f"Annotators saw {TITLE}, which was deleted: `ls-prompts use` selects another version."]
