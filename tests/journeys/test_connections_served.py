"""Several connections while people label, and in workers: each goes on while another one's key is missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.domain.dataset.subset import Subset
from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import CONFIG, StudioProject, messages
from tests.journeys.test_cascade import CLEAR, VAGUE, connected
from tests.running import RunningStandIn, running_stand_in

TASKS = 12
KEY = "sk-right"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[RunningStandIn]:
    log = tmp_path / "other.log"
    with running_stand_in(log) as running:
        yield running


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(TASKS))


@contextmanager
def serving(installation: Installation) -> Iterator[str]:
    log = installation.folder / "backend.log"
    with services.backend(services.free_port(), installation.env, log=log) as service:
        yield service.url


def predicted(url: str, project: int, texts: list[str]) -> list[Any]:
    """What the labelling screen gets: a label for each text, None where there is no prediction."""
    tasks = [{"id": 10**6 + number, "data": {"text": text}} for number, text in enumerate(texts)]
    sent = {"tasks": tasks, "project": f"{project}.17", "label_config": CONFIG, "params": {"context": None}}
    found = httpx.post(f"{url}/predict", json=sent, timeout=60).raise_for_status().json()["results"]
    return [one["result"][0]["value"]["choices"][0] if one else None for one in found]


def test_a_cascade_while_people_label(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn, other: RunningStandIn
) -> None:
    two = connected(mine, other)
    options = ("--project", project.id, "--file", "-", "--then", "other/stand-in", "--below", 0.5)
    tag = two.command("save", "topic", *options, stdin="What is it about?\n\n{text}").out.strip()
    clear = [task["text"] for task in messages(CLEAR)]
    vague = [f"Note {number}: hello there" for number in range(VAGUE)]
    with serving(two) as url:
        in_use(two, project, url, tag)
        assert None not in predicted(url, project.id, [*clear, *vague])
        assert (stand_in.requests(), other.requests()) == (CLEAR + VAGUE, VAGUE)
        assert None not in predicted(url, project.id, [*clear, *vague])
        assert (stand_in.requests(), other.requests()) == (CLEAR + VAGUE, VAGUE), "stored answers are not paid again"
        other.control(api_key=KEY)
        found = predicted(url, project.id, [f"Again: {text}" for text in [*clear, *vague]])
        assert (None in found[:CLEAR], set(found[CLEAR:])) == (False, {None}), "only those that need it wait"
        other.control(api_key="")
        stand_in.control(api_key=KEY)
        assert None not in predicted(url, project.id, [f"Third: {text}" for text in vague]), "the second one answers"
    assert "Traceback" not in (two.folder / "backend.log").read_text()


def in_use(installation: Installation, project: StudioProject, url: str, tag: str) -> None:
    installation.command("connect", project.id, "--backend-url", url)
    installation.command("use", tag)


def test_one_key_of_three_is_missing_and_the_others_go_on(
    mine: Installation,
    project: StudioProject,
    label_studio: RunningLabelStudio,
    stand_in: RunningStandIn,
    other: RunningStandIn,
    redis_url: str,
) -> None:
    other.control(api_key=KEY)
    three = mine.but(REDIS_URL=redis_url)
    three.command("connect-model", "bad", "--base-url", other.url, "--key-env", "ABSENT_KEY")
    three.command("connect-model", "good", "--base-url", other.url, "--key-env", "RIGHT_KEY")
    three = three.but(RIGHT_KEY=KEY)
    tags = dict[str, tuple[str, StudioProject]]()
    for name in ("stand-in", "bad/stand-in", "good/stand-in"):
        of = StudioProject.made(label_studio, messages(TASKS))
        options = ("--project", of.id, "--file", "-", "--model", name)
        saved = three.command("save", f"topic{len(tags)}", *options, stdin="About?\n{text}")
        tags[name] = saved.out.strip(), of
    runs = {name: three.app.run_in_background(tag, Subset("all")).id for name, (tag, _) in tags.items()}
    worker = three.start("worker", "--burst")
    worker.communicate(timeout=120)
    ended = {name: three.command("watch", run, "--json").json for name, run in runs.items()}
    assert {name: one["status"] for name, one in ended.items()} == {
        "stand-in": "completed",
        "bad/stand-in": "failed",
        "good/stand-in": "completed",
    }
    assert "ABSENT_KEY is not set" in ended["bad/stand-in"]["reason"]
    waiting = three.command("results", tags["bad/stand-in"][0], "--missing", "--failed", "--json").json
    assert [row["task"] for row in waiting] == tags["bad/stand-in"][1].task_ids(), "which tasks wait"
    assert {name: one["done"] for name, one in ended.items()} == {
        "stand-in": TASKS,
        "bad/stand-in": 0,
        "good/stand-in": TASKS,
    }
    with serving(three) as url:
        new = [f"New: {task['text']}" for task in messages(3)]
        for name, (tag, of) in tags.items():
            in_use(three, of, url, tag)
            assert (None in predicted(url, of.id, new)) == name.startswith("bad"), name


def test_a_cascade_goes_on_without_the_key_of_its_second_model_and_says_what_waits(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn, other: RunningStandIn
) -> None:
    project.add([{"text": f"Note {number}: hello there"} for number in range(VAGUE)])
    mine.command("connect-model", "other", "--base-url", other.url, "--key-env", "SOME_KEY")
    options = ("--project", project.id, "--file", "-", "--then", "other/stand-in", "--below", 0.5)
    tag = mine.command("save", "topic", *options, stdin="What is it about?\n\n{text}").out.strip()
    stopped = mine.command("run", tag, "--on", "all", "--no-push", code=1).err
    assert "SOME_KEY is not set" in stopped
    assert f"{VAGUE} tasks wait for other/stand-in" in stopped
    waiting = {row["task"] for row in mine.command("results", tag, "--missing", "--json").json}
    assert (len(waiting), stand_in.requests()) == (VAGUE, TASKS + VAGUE)
    (run,) = mine.command("runs", "--json").json
    there = mine.but(SOME_KEY="sk-any")
    there.command("resume", run["run"])
    there.command("watch", run["run"])
    assert (stand_in.requests(), other.requests()) == (TASKS + VAGUE, VAGUE)
