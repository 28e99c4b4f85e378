"""Three connections to one server, each with a key of its own: one is missing, one is wrong, and one is right.

Runs through them go side by side, in the foreground and in workers. What can go on goes on; of the others it is said
why they stopped, and which tasks wait; with the key given, they end without one paid request more than needed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.domain.dataset.subset import Subset
from tests.installation import PATIENCE_S, Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages
from tests.running import RunningStandIn, running_stand_in

TASKS, BEFORE = 12, 5
KEY, WRONG = "sk-right", "sk-wrong"
CONNECTIONS = {"missing": "MISSING_KEY", "wrong": "WRONG_KEY", "right": "RIGHT_KEY"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningStandIn]:
    with running_stand_in(tmp_path / "server.log") as running:
        running.control(api_key=KEY)
        yield running


class Versions:
    """One for each connection, each in a project of its own, of whose tasks some are answered before keys change."""

    def __init__(self, mine: Installation, label_studio: RunningLabelStudio, server: RunningStandIn) -> None:
        self.whole = mine.but(**dict.fromkeys(CONNECTIONS.values(), KEY))
        self.broken = mine.but(WRONG_KEY=WRONG, RIGHT_KEY=KEY)
        self.projects, self.tags = dict[str, StudioProject](), dict[str, str]()
        for name, variable in CONNECTIONS.items():
            mine.command("connect-model", name, "--base-url", server.url, "--key-env", variable)
            project = StudioProject.made(
                label_studio, [{"text": f"{name}: {task['text']}"} for task in messages(TASKS)]
            )
            options = ("--project", project.id, "--file", "-", "--model", f"{name}/stand-in")
            tag = mine.command("save", f"of-{name}", *options, stdin="What is it about?\n{text}").out.strip()
            few = ",".join(map(str, project.task_ids()[:BEFORE]))
            self.whole.command("run", tag, "--on", "ids", "--ids", few, "--no-push")
            self.projects[name], self.tags[name] = project, tag

    def side_by_side(self) -> dict[str, str]:
        """Runs over all tasks, with the keys as they are now: what was said of each."""
        started = {name: self.broken.start("run", tag, "--on", "all", "--no-push") for name, tag in self.tags.items()}
        said = {name: process.communicate(timeout=PATIENCE_S)[1] for name, process in started.items()}
        assert all("--missing` lists" in said[name] for name in ("missing", "wrong"))
        assert {name: process.returncode for name, process in started.items()} == {"missing": 1, "wrong": 1, "right": 0}
        return said

    def in_a_worker(self, redis_url: str) -> dict[str, str]:
        """The same, queued: the reasons why they ended."""
        queued = self.broken.but(REDIS_URL=redis_url)
        runs = {name: queued.app.run_in_background(tag, Subset("all")).id for name, tag in self.tags.items()}
        queued.start("worker", "--burst").communicate(timeout=PATIENCE_S)
        ended = {name: queued.command("watch", run, "--json").json for name, run in runs.items()}
        assert {name: one["status"] for name, one in ended.items()} == {
            "missing": "failed",
            "wrong": "failed",
            "right": "completed",
        }
        return {name: str(one["reason"]) for name, one in ended.items()}

    def waiting(self, name: str) -> list[int]:
        rows: list[dict[str, Any]] = self.broken.command("results", self.tags[name], "--missing", "--json").json
        return sorted(row["task"] for row in rows)

    def answered(self, name: str) -> int:
        return TASKS - len(self.waiting(name))


@pytest.mark.parametrize("where", ["in the foreground", "in a worker"])
def test_the_others_go_on_and_which_tasks_wait_is_said(
    mine: Installation, label_studio: RunningLabelStudio, server: RunningStandIn, redis_url: str, where: str
) -> None:
    versions = Versions(mine, label_studio, server)
    said = versions.side_by_side() if where == "in the foreground" else versions.in_a_worker(redis_url)
    assert "MISSING_KEY is not set" in said["missing"]
    assert "refused the key: check the key of connection 'wrong'" in said["wrong"]
    assert KEY not in "".join(said.values())
    assert WRONG not in "".join(said.values())
    assert [versions.answered(name) for name in CONNECTIONS] == [BEFORE, BEFORE, TASKS]
    for name in ("missing", "wrong"):
        assert versions.waiting(name) == sorted(versions.projects[name].task_ids()[BEFORE:])
        run = mine.command("runs", versions.tags[name], "--json").json[0]["run"]
        assert f"`ls-prompts results {versions.tags[name]} --missing` lists" in mine.command("watch", run, code=1).out
        versions.whole.command("resume", run)
        assert versions.whole.command("watch", run).out.startswith("completed")
    assert [versions.answered(name) for name in CONNECTIONS] == [TASKS] * len(CONNECTIONS)
    assert server.stats()["max_asked_after_good"] == 0, "nothing is paid twice"
