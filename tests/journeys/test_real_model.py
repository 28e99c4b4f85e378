"""The whole job with a real model on this machine: llama.cpp's own server, all settings as they come.

The model is small and often wrong; its answers must be valid all the same. Where most of what it would have said is no
label, an answer has no confidence.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo import services
from tests.installation import Done, Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import TOPICS, StudioProject, label_of, messages, truths

NAME = services.LOCAL_MODEL
TASKS = 10
PATIENCE_S = 600
"""Of a command: the model takes seconds for each task, and all cores are busy with other tests."""


@pytest.fixture(scope="module")
def model_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where OPENAI_BASE_URL leads."""
    if not services.LOCAL_PYTHON.exists():
        pytest.skip("The real model is left out: there is no .venv-local-model. `make local-model` makes it.")
    log = tmp_path_factory.mktemp("local-model") / "server.log"
    with services.local_model(services.free_port(), log=log) as server:
        yield f"{server.url}/v1"


@pytest.fixture
def mine(label_studio: RunningLabelStudio, model_url: str, tmp_path: Path) -> Installation:
    return Installation.made(tmp_path, model_url, **label_studio.env, OPENAI_MODEL=NAME)


def command(mine: Installation, *argv: object) -> Done:
    process = mine.start(*argv)
    try:
        out, err = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    assert process.returncode == 0, f"{argv} ended with {process.returncode}:\n{out}\n{err}"
    return Done(process.returncode, out, err)


def test_the_whole_job_with_a_real_model(mine: Installation, label_studio: RunningLabelStudio) -> None:
    project = StudioProject.made(label_studio, messages(TASKS), truths(TASKS, of=TASKS))
    texts = ("What is it about?\n\n{text}", "Which topic fits this message best?\n\n{text}")
    tags = [_saved(mine, project, text) for text in texts]
    for tag in tags:
        _every_answer_is_valid(_evaluated(mine, tag))
        _scores_are_probabilities(project, tag)
    compared = command(mine, "compare", *tags, "--json").json
    assert (compared["versions"], compared["tasks"]) == (tags, TASKS)
    page = mine.folder / "report.html"
    command(mine, "report", tags[1], "--vs", tags[0], "-o", page)
    html = page.read_text(encoding="utf-8")
    assert all(tag in html for tag in tags)
    again = _evaluated(mine, tags[0])
    assert (again["requests"], again["reused"]) == (0, TASKS)


def test_the_doctor_times_a_real_model_and_says_what_fits(mine: Installation, label_studio: RunningLabelStudio) -> None:
    (check,) = [one for one in mine.app.doctor() if one.name == "Model"]
    assert check.ok
    assert f"{NAME}, one small request took " in check.sentence
    slow = mine.but(REQUEST_TIMEOUT_S="5")  # as a larger model is with the time-out that comes
    (check,) = [one for one in slow.app.doctor() if one.name == "Model"]
    assert "(the server works on 1 at once): set CONCURRENCY=1" in check.sentence
    assert command(mine, "models", "--json").json == [{"model": NAME, "default": True}]
    wrong = mine.but(OPENAI_MODEL="gpt-5-nonexistent")
    (check,) = [one for one in wrong.app.doctor() if one.name == "Model"]
    assert (check.ok, f"does not list model 'gpt-5-nonexistent': it has {NAME}." in check.sentence) == (False, True)


def _saved(mine: Installation, project: StudioProject, text: str) -> str:
    (mine.folder / "prompt.txt").write_text(text, encoding="utf-8")
    saved = command(mine, "save", "topic", "--project", project.id, "--file", "prompt.txt")
    assert saved.err == ""
    return saved.out.strip()


def _evaluated(mine: Installation, tag: str) -> dict[str, Any]:
    return dict(json.loads(command(mine, "evaluate", tag, "--json").out))


def _every_answer_is_valid(found: dict[str, Any]) -> None:
    assert (found["tasks"], found["outputs"], found["failures"], found["rejections"]) == (TASKS, TASKS, {}, {})
    assert 0 < found["confidence"]["tasks"] <= TASKS


def _scores_are_probabilities(project: StudioProject, tag: str) -> None:
    found = [prediction for prediction in project.predictions() if prediction["model_version"] == tag]
    assert len(found) == TASKS
    assert all(prediction["score"] is None or 0 < prediction["score"] <= 1 for prediction in found)
    assert {label_of(prediction["result"]) for prediction in found} <= set(TOPICS)
