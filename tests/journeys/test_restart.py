"""Label Studio restarts in the middle of a push: the push waits, sees what is there and goes on; nothing is twice."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backend.adapters.label_studio.http import Unreachable
from backend.domain.dataset.subset import Subset
from backend.services.predictions import importer as imports
from backend.services.predictions import target_project as place
from backend.services.predictions.sync import PushResult
from backend.services.runs.options import RunOptions
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, a_label_studio
from tests.journeys.project import StudioProject, messages
from tests.running import RunningStandIn

TASKS = 12
NO_PUSH = RunOptions(push=False)
WAITING = "Label Studio does not answer; waiting for it, two minutes at most."


@pytest.fixture(scope="module")
def restarting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLabelStudio]:
    """A Label Studio that may be stopped."""
    with a_label_studio(tmp_path_factory.mktemp("restarting")) as running:
        yield running


@pytest.fixture
def project(restarting: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(restarting, messages(TASKS))


@pytest.fixture
def two(
    restarting: RunningLabelStudio, project: StudioProject, stand_in: RunningStandIn, tmp_path: Any
) -> Installation:
    """topic@1 has been pushed, topic@2 not yet."""
    made = Installation.made(tmp_path, stand_in.url, **restarting.env)
    made.app.run(made.save("topic", project.id), Subset("all"))
    made.app.run(made.save("topic", project.id, "Another text.\n\n{text}"), Subset("all"), NO_PUSH)
    return made


@pytest.fixture
def notices(restarting: RunningLabelStudio, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a push says. When it waits for Label Studio, that is started again."""
    monkeypatch.setattr(place, "PAUSE_S", 0)

    class Notices(list[str]):
        def append(self, sentence: str) -> None:
            super().append(sentence)
            if sentence == WAITING:
                restarting.service.start()

    return Notices()


def stopped_once(method: Callable[..., Any], stop: Callable[[], None], after: bool, turn: int) -> Callable[..., Any]:
    """`method`, but at that turn Label Studio is stopped before it is asked, or after it has done what it was asked."""
    calls = iter(range(1, 1000))

    def stopped(*args: Any) -> Any:
        if next(calls) != turn:
            return method(*args)
        if after:
            method(*args)
        stop()
        return method(*args)

    return stopped


@pytest.mark.parametrize(
    ("asked", "turn", "after"),
    [
        ("predictions", 1, False),
        ("import_predictions", 1, False),
        ("import_predictions", 2, True),
        ("delete_version", 1, True),
        ("show", 1, False),
    ],
)
def test_a_push_goes_on(
    two: Installation,
    restarting: RunningLabelStudio,
    project: StudioProject,
    notices: list[str],
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
    turn: int,
    after: bool,
) -> None:
    two.app.use("topic@1")
    monkeypatch.setattr(imports, "AT_ONCE", 1000)
    studio = two.app.container.studio
    monkeypatch.setattr(studio, asked, stopped_once(getattr(studio, asked), restarting.service.stop, after, turn))
    assert two.app.push("topic@2", notify=notices.append) == PushResult(TASKS, TASKS, 0)
    assert notices.count(WAITING) == 1
    assert project.versions() == {"topic@2": TASKS}
    assert (project.predicted("topic@2"), project.shown) == (set(project.task_ids()), "topic@2")
    assert two.app.push("topic@2") == PushResult(0, 0, TASKS)


def test_what_comes_late_is_not_sent_twice(
    two: Installation, project: StudioProject, notices: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server before Label Studio gives up on a request that Label Studio then does all the same."""
    studio = two.app.container.studio
    send, look = studio.import_predictions, studio.model_versions
    sent: list[tuple[int, list[bytes]]] = []

    def given_up(*request: Any) -> int:
        sent.append(request)
        raise Unreachable("504", late=True)

    def seen(number: int) -> dict[str, int]:
        found = look(number)
        if len(sent) == 1:
            sent.append(sent[0])
            send(*sent[0])
        return found

    monkeypatch.setattr(studio, "import_predictions", given_up)
    monkeypatch.setattr(studio, "model_versions", seen)
    assert two.app.push("topic@2", notify=notices.append) == PushResult(TASKS, TASKS, 0)
    assert notices[:1] == ["Label Studio is slow to answer; looking for what it was sent, two minutes at most."]
    assert project.versions() == {"topic@2": TASKS}


def test_what_does_not_come_is_not_sent_twice_either(
    two: Installation, project: StudioProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def given_up(*_: Any) -> int:
        raise Unreachable("504", late=True)

    monkeypatch.setattr(place, "PATIENCE_S", 0)
    with monkeypatch.context() as patch:
        patch.setattr(two.app.container.studio, "import_predictions", given_up)
        with pytest.raises(Unreachable, match="504"):
            two.app.push("topic@2")
    assert project.versions() == {"topic@1": TASKS}
    assert two.app.push("topic@2") == PushResult(TASKS, TASKS, 0)


def test_a_push_does_not_wait_for_ever(
    two: Installation, restarting: RunningLabelStudio, project: StudioProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "PATIENCE_S", 0)
    monkeypatch.setattr(place, "PAUSE_S", 0)
    studio = two.app.container.studio
    monkeypatch.setattr(studio, "predictions", stopped_once(studio.predictions, restarting.service.stop, False, 1))
    said: list[str] = []
    try:
        with pytest.raises(Unreachable, match="start it"):
            two.app.push("topic@2", notify=said.append)
    finally:
        restarting.service.start()
    assert said == [WAITING]
    assert two.app.push("topic@2") == PushResult(TASKS, TASKS, 0)
