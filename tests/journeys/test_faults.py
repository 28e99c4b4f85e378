"""What goes wrong in real life: a provider with bad days, a killed process, tasks nobody can ask about."""

import signal
from functools import partial
from typing import Any

import pytest

from backend.domain.dataset.subset import Subset
from backend.engine.request_executor import UNSTORED
from backend.errors import ConfigChangedError
from backend.services.predictions.sync import PushResult
from backend.services.runs.options import RunOptions, RunResult
from tests.installation import Done, Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import CONFIG, WIDER, StudioProject, label_of, messages, topic_of, truths
from tests.running import RunningStandIn, until

ALL = Subset("all")
NO_PUSH = RunOptions(push=False)
CONCURRENCY = 8
LOST = CONCURRENCY + CONCURRENCY // UNSTORED
TASKS = 60
STOPS: dict[str, tuple[dict[str, str], str]] = {
    "wrong key": ({"OPENAI_API_KEY": "sk-wrong"}, "OPENAI_API_KEY"),
    "unknown model": ({}, "missing-model"),
    "no quota": ({}, "quota"),
}


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(TASKS))


@pytest.fixture
def few(mine: Installation) -> Installation:
    """At most 8 requests at a time."""
    return mine.but(CONCURRENCY=str(CONCURRENCY))


def test_with_faults_every_task_is_labelled_and_none_wrongly(
    mine: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn
) -> None:
    project = StudioProject.made(label_studio, messages(400), truths(400, of=400))
    tag = mine.save("topic", project.id)
    stand_in.control(rate_limited=0.05, server_error=0.02, malformed=0.01, retry_after=0.05, seed=2)
    troubled = mine.app.evaluate(tag, options=NO_PUSH)
    stats = stand_in.stats()
    assert set(stats["faults"]) == {"rate_limited", "server_error", "malformed"}
    assert stats["requests"] == 400 + sum(stats["faults"].values()) == troubled.summary.requests
    assert stats["max_asked_after_good"] == 0
    assert troubled.summary.usable == 400
    stand_in.reset()
    calm = Installation.made(mine.folder / "calm", stand_in.url, **label_studio.env)
    undisturbed = calm.app.evaluate(calm.save("topic", project.id), options=NO_PUSH)
    assert _answers(mine, troubled) == _answers(calm, undisturbed)
    assert troubled.score is not None
    assert troubled.score.accuracy == 1
    assert mine.app.run(tag, ALL, NO_PUSH).summary.requests == 0


def test_no_rejection_is_asked_about_again(few: Installation, project: StudioProject, stand_in: RunningStandIn) -> None:
    tag = few.save("topic", project.id)
    stand_in.control(malformed=0.5, seed=3)
    first = few.app.run(tag, ALL)
    unusable = first.summary.rejections["not_json"]
    assert first.summary.usable + unusable == TASKS
    assert first.pushed == PushResult(TASKS - unusable, 0, 0)
    assert len(project.predictions()) == TASKS - unusable
    asked = stand_in.requests()
    again = few.app.run(tag, ALL)
    assert (stand_in.requests(), again.summary.rejections) == (asked, {"not_json": unusable})
    assert again.pushed == PushResult(0, 0, TASKS - unusable)


@pytest.mark.parametrize("trouble", STOPS)
def test_a_hopeless_provider_stops_the_run_at_once(
    few: Installation, project: StudioProject, stand_in: RunningStandIn, trouble: str
) -> None:
    env, named = STOPS[trouble]
    stand_in.control(api_key="sk-of-a-test")
    model = {"unknown model": "missing-model", "no quota": "no-quota"}.get(trouble, "stand-in")
    few.save("topic", project.id, model=model)
    done = few.but(**env).command("run", "topic@1", "--on", "all", "--json", code=1)
    assert named in _sentence(done)
    assert stand_in.requests() == 1
    assert project.predictions() == []


def test_what_came_before_the_stop_is_kept(few: Installation, project: StudioProject, stand_in: RunningStandIn) -> None:
    few.save("topic", project.id)
    stand_in.control(latency_ms=60)
    process = few.start("run", "topic@1", "--on", "all", "--json")
    until(lambda: stand_in.stats()["answered"] >= 20)
    stand_in.control(api_key="sk-another")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert "OPENAI_API_KEY" in _sentence(Done(1, out, err))
    answered = stand_in.stats()["answered"]
    assert 20 <= answered < TASKS
    stand_in.control(api_key="")
    again = few.app.run("topic@1", ALL).summary
    assert (again.requests, again.reused) == (TASKS - answered, answered)
    assert stand_in.stats()["max_asked_after_good"] == 0
    assert project.versions() == {"topic@1": TASKS}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_goes_on_where_it_was(
    few: Installation, project: StudioProject, stand_in: RunningStandIn, how: signal.Signals
) -> None:
    few.save("topic", project.id)
    stand_in.control(latency_ms=80)
    process = few.start("run", "topic@1", "--on", "all")
    until(lambda: stand_in.stats()["answered"] >= 20)
    process.send_signal(how)
    out, err = process.communicate(timeout=60)
    if how == signal.SIGINT:
        assert "run the command again to continue" in _sentence(Done(process.wait(), out, err))
    assert process.returncode == (130 if how == signal.SIGINT else -how)
    assert stand_in.stats()["answered"] < TASKS
    again = few.app.run("topic@1", ALL).summary
    assert again.usable == TASKS
    assert again.reused >= 20 - LOST
    assert stand_in.requests() <= TASKS + LOST
    assert project.versions() == {"topic@1": TASKS}


def test_bad_tasks_are_failures_and_the_rest_goes_on(
    few: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn
) -> None:
    good = [{**message, "extra": "x"} for message in messages(4)]
    project = StudioProject.made(label_studio, good)
    few.save("topic", project.id, "{extra}: {text}")
    lacking: list[dict[str, Any]] = [{"text": "a refund"}, {"text": "a refund", "extra": None}]
    project.add(lacking)  # one empty text of two is a text
    bad: list[dict[str, Any]] = [
        {"text": "a refund", "extra": {"an": "object"}},
        {"text": "", "extra": "  "},
        {"text": "a refund" * 130_000, "extra": "x"},
    ]
    wrong = project.add(bad)
    done = few.command("run", "topic@1", "--on", "all", "--json")
    assert (done.json["tasks"], done.json["outputs"]) == (9, 6)
    assert done.json["failures"] == {"bad_task": 3}
    assert stand_in.requests() == 5
    assert project.predicted("topic@1") == set(project.task_ids()) - set(wrong)
    rows = few.command("results", "topic@1", "--failed", "--json").json
    reasons = {row["task"]: row["reason"] for row in rows}
    assert set(reasons) == set(wrong)
    assert "the most is 1,000,000" in reasons[wrong[2]]


def test_a_bad_task_can_be_tried(few: Installation, label_studio: RunningLabelStudio) -> None:
    project = StudioProject.made(label_studio, [{"text": ""}])
    few.save("topic", project.id)
    shown = few.command("try", "topic@1", "--task", project.task_ids()[0]).out
    assert "failed, bad_task" in shown


def test_a_changed_labelling_config_is_refused_by_every_command(few: Installation, project: StudioProject) -> None:
    few.save("topic", project.id)
    project.change(label_config=WIDER)
    app, task = few.app, project.task_ids()[0]
    for refused in (
        app.evaluate,
        app.push,
        partial(app.run, subset=ALL),
        partial(app.try_task, task=task),
    ):
        with pytest.raises(ConfigChangedError, match="changed since topic@1 was saved: save the prompt again"):
            refused("topic@1")
    assert app.results("topic@1") == []
    assert "ls-prompts save topic" in _sentence(few.command("run", "topic@1", "--on", "all", code=1))
    assert few.save("topic", project.id) == "topic@2"
    project.change(label_config=CONFIG.replace("<View>", '<View><Header value="Only the looks changed"/>'))
    assert few.app.run("topic@1", Subset("sample", size=2), NO_PUSH).summary.usable == 2


def test_equal_texts_are_asked_about_once(
    few: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn
) -> None:
    project = StudioProject.made(label_studio, messages(5) * 20)
    finished = few.app.run(few.save("topic", project.id), ALL)
    assert (finished.summary.requests, finished.summary.reused, stand_in.requests()) == (5, 95, 5)
    tasks = project.task_ids()
    assert {p["task"]: label_of(p["result"]) for p in project.predictions()} == {
        task: topic_of(place % 5) for place, task in enumerate(tasks)
    }


def _answers(of: Installation, finished: RunResult) -> dict[int, Any]:
    return {outcome.task_id: (outcome.answer, outcome.confidence) for outcome in of.app.outcomes(finished.run.id)}


def _sentence(done: Done) -> str:
    """The one error on stderr, its last line; there is nothing on stdout."""
    assert done.out == ""
    lines = done.err.strip().splitlines()
    assert [line for line in lines if line.startswith("Error: ")] == lines[-1:], done.err
    return lines[-1]
