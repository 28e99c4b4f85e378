"""Keep-up on the real Label Studio: tasks that are imported later are predicted without a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages
from tests.running import until

BEFORE, LATER = 3, 4
PATIENCE_S = 240
SECRET = "X-Open-Prompts-Secret"


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(BEFORE))


@pytest.fixture
def priced(mine: Installation) -> Installation:
    return mine.but(PRICE_IN="1", PRICE_OUT="1")


@contextmanager
def serving(mine: Installation, port: int, folder: Path) -> Iterator[str]:
    with services.backend(port, mine.env, log=folder / "backend.log") as service:
        yield service.url


def in_use(mine: Installation, project: StudioProject, url: str) -> str:
    tag = mine.save(f"keep{project.id}", project.id, parameters={"max_tokens": 40})
    mine.command("connect", project.id, "--backend-url", url)
    mine.command("use", tag)
    return tag


def test_later_tasks_are_predicted_also_those_of_a_time_without_a_server(
    priced: Installation, project: StudioProject, tmp_path: Path
) -> None:
    port = services.free_port()
    with serving(priced, port, tmp_path) as url:
        tag = in_use(priced, project, url)
        told = priced.command("keep-up", project.id, "--on", "--budget", 2)
        assert f"{tag}: 0.0000 of 2 USD spent today" in told.out
        assert f"{url}/webhook/keep-up/{project.id}" in project.webhooks()
        assert httpx.post(f"{url}/webhook/keep-up/{project.id}", timeout=60).status_code in (401, 403)
        assert httpx.post(f"{url}/webhook/keep-up/{project.id}", headers={SECRET: "x"}, timeout=60).status_code == 403
        first = project.add(messages(LATER, "Later"))
        until(lambda: project.predicted(tag) == set(first), PATIENCE_S)
    second = project.add(messages(LATER, "While it was away"))
    with serving(priced, port, tmp_path) as url:
        until(lambda: project.predicted(tag) == {*first, *second}, PATIENCE_S)
        until(lambda: priced.command("keep-up", project.id, "--json").json["waiting"] == 0, PATIENCE_S)
        state = priced.command("keep-up", project.id, "--json").json
        assert (state["on"], state["trouble"], len(state["runs"]), "@" in state["user_email"]) == (True, None, 2, True)
        assert 0 < state["spent_usd"] < 2
        priced.command("keep-up", project.id, "--off")
        assert f"{url}/webhook/keep-up/{project.id}" not in project.webhooks()
    secrets = [hook for hook in (tmp_path / "backend.log").read_text().split() if len(hook) == 64]
    assert secrets == [], "no secret in the log"


def test_the_budget_of_a_day_ends_it_with_a_sentence(
    priced: Installation, project: StudioProject, tmp_path: Path
) -> None:
    dear = priced.but(PRICE_IN="1000", PRICE_OUT="1000")
    with serving(dear, services.free_port(), tmp_path) as url:
        tag = in_use(dear, project, url)
        dear.command("keep-up", project.id, "--on", "--budget", 3)
        later = project.add(messages(40, "Dear"))
        until(lambda: dear.command("keep-up", project.id, "--json").json["trouble"], PATIENCE_S)
        told = dear.command("keep-up", project.id).out
        assert f"The 3 USD a day for new tasks of project {project.id} are used up" in told
        state = dear.command("keep-up", project.id, "--json").json
        assert 0 < state["spent_usd"] <= 3
        assert state["waiting"] > 0
        until(lambda: project.predicted(tag), PATIENCE_S)
        assert project.predicted(tag) < set(later), "what was answered is pushed, the rest waits"
        dear.command("keep-up", project.id, "--on", "--budget", 100)
        project.add(messages(1, "One more"))
        until(lambda: set(later) <= project.predicted(tag), PATIENCE_S)


def test_what_it_needs_is_said(mine: Installation, project: StudioProject) -> None:
    assert "No version is in use" in mine.command("keep-up", project.id, "--on", code=1).err
    assert "--on` turns it on" in mine.command("keep-up", project.id, code=1).err
    mine.save("topic", project.id)
    mine.app.container.store.set_connection(project.id, in_use="topic@1")
    assert "price of model 'stand-in' is unknown" in mine.command("keep-up", project.id, "--on", code=1).err
    free = mine.but(PRICE_IN="0", PRICE_OUT="0")
    assert "above 0" in free.command("keep-up", project.id, "--on", "--budget", 0, code=1).err
    told = free.but(BIND="0.0.0.0:9", ALLOW_NO_AUTH="true").command("keep-up", project.id, "--on").err
    assert "looks for them every few minutes" in told
