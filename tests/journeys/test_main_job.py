"""The main job, whole, on a real Label Studio: every count is read back over Label Studio's own REST API."""

import pytest

from backend.domain.dataset.subset import Subset, parse_subset
from backend.services.predictions.sync import PushResult
from backend.services.runs.options import RunOptions
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, chosen, label_of, messages, topic_of, truths
from tests.running import RunningStandIn

RUN_KEYS = {"version", "subset", "tasks", "outputs", "coverage", "prompt_tokens", "completion_tokens", "cost_usd"}
RUN_KEYS |= {"rejections", "failures", "requests", "reused", "seconds"}
EVALUATION_KEYS = RUN_KEYS | {"correct", "accuracy", "f1_macro", "f1_micro", "per_label"}
ALL = Subset("all")


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """Twelve messages, of which six have a ground truth and one of these is not what the text says."""
    return StudioProject.made(label_studio, messages(12), truths(6, of=12, wrong=1))


def test_the_whole_job_from_the_command_line(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    (mine.folder / "prompt.txt").write_text("Sort this message.\n\n{text}\n")
    saved = mine.command("save", "topic", "--project", project.id, "--file", "prompt.txt")
    assert (saved.out, saved.err) == ("topic@1\n", "")
    _tries(mine, project.task_ids()[4])
    _evaluates(mine, project)
    run = mine.command("run", "topic@1", "--on", "all", "--json").json
    assert run.keys() >= RUN_KEYS
    assert (run["tasks"], run["requests"], run["reused"], run["outputs"]) == (12, 6, 6, 12)
    assert project.versions() == {"topic@1": 12}
    counted = mine.command("predictions", project.id, "--json").json
    assert counted == {"versions": {"topic@1": 12}, "tasks": 12, "tasks_without": 0}
    assert "0 predictions created, 0 replaced, 12 unchanged" in mine.command("push", "topic@1").out
    assert mine.command("annotate", "topic@1", "--yes").out == "12 annotations created from topic@1\n"
    assert len(project.annotations()) == 6 + 12
    assert mine.command("withdraw", "topic@1", "--yes").out == "12 predictions of topic@1 deleted\n"
    assert project.versions() == {}
    assert stand_in.requests() == 12


def _tries(mine: Installation, task: int) -> None:
    trial = mine.command("try", "topic@1", "--task", task, "--json").json
    assert trial["answer"] == {"topic": [topic_of(4)]}
    assert trial["messages"][-1] == {"role": "user", "content": "Sort this message.\n\n" + messages(5)[4]["text"]}


def _evaluates(mine: Installation, project: StudioProject) -> None:
    found = mine.command("evaluate", "topic@1", "--json").json
    assert found.keys() >= EVALUATION_KEYS
    assert (found["version"], found["subset"], found["tasks"], found["outputs"]) == ("topic@1", "ground-truth", 6, 6)
    assert (found["correct"], found["accuracy"], found["coverage"]) == (5, 5 / 6, 1)
    assert (found["requests"], found["reused"], found["cost_usd"]) == (5, 1, None)
    assert found["rejections"] == found["failures"] == {}
    for label in found["per_label"].values():
        assert label.keys() >= {"precision", "recall", "f1", "support"}
    assert found["prompt_tokens"] > found["completion_tokens"] > 0
    assert found["seconds"] > 0
    assert project.predicted("topic@1") == set(project.task_ids()[:6])


def test_predictions_say_what_the_model_said(mine: Installation, project: StudioProject) -> None:
    finished = mine.app.run(mine.save("topic", project.id), ALL)
    sure = {outcome.task_id: outcome.confidence for outcome in mine.app.outcomes(finished.run.id)}
    texts = {task["id"]: task["data"]["text"] for task in project.tasks()}
    assert len(project.predictions()) == 12
    for prediction in project.predictions():
        assert label_of(prediction["result"]).lower() in texts[prediction["task"]]
        assert 0 < prediction["score"] < 1
        assert prediction["score"] == pytest.approx(sure[prediction["task"]], abs=1e-6)


def test_each_subset_takes_its_tasks(mine: Installation, project: StudioProject) -> None:
    ids = project.task_ids()
    mine.save("topic", project.id)
    assert _taken(mine, project, Subset("sample", size=5)) == ids[:5]
    assert _taken(mine, project, Subset("ground-truth")) == ids[:6]
    assert _taken(mine, project, parse_subset("ids", ids=f"{ids[7]},{ids[9]}-{ids[10]}")) == [ids[7], ids[9], ids[10]]
    view = project.tab("refund")
    refunds = [task["id"] for task in project.tasks() if "refund" in task["data"]["text"]]
    assert _taken(mine, project, parse_subset(f"view:{view}")) == refunds
    assert _taken(mine, project, ALL) == ids


def test_a_random_sample_is_the_same_for_the_same_seed(mine: Installation, project: StudioProject) -> None:
    mine.save("topic", project.id)
    first, again, other = (_taken(mine, project, Subset("sample", size=6, seed=seed)) for seed in (7, 7, 8))
    assert first == again != other
    assert len(first) == len(other) == 6
    assert _taken(mine, project, Subset("sample", size=50, seed=7)) == project.task_ids()


def test_missing_is_what_has_no_prediction_of_this_version(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id)
    mine.app.run(tag, Subset("sample", size=5))
    assert _taken(mine, project, Subset("missing")) == project.task_ids()[5:]
    assert mine.app.run(tag, Subset("missing")).pushed == PushResult(7, 0, 0)
    assert project.predicted(tag) == set(project.task_ids())
    assert _taken(mine, project, Subset("missing")) == []


def test_a_second_push_changes_nothing(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id)
    assert mine.app.run(tag, ALL).pushed == PushResult(12, 0, 0)
    there = project.predictions()
    assert mine.app.push(tag) == PushResult(0, 0, 12)
    assert mine.app.run(tag, ALL).pushed == PushResult(0, 0, 12)
    assert project.predictions() == there


def test_an_evaluation_again_costs_nothing_and_says_the_same(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id)
    first, again = mine.app.evaluate(tag), mine.app.evaluate(tag)
    assert (again.summary.requests, again.summary.reused, again.seconds) == (0, 6, 0)
    assert again.score == first.score
    assert again.summary.prompt_tokens == first.summary.prompt_tokens


def test_the_cost_is_that_of_the_models_price(mine: Installation, project: StudioProject) -> None:
    found = mine.app.run(mine.save("topic", project.id, model="gpt-4o-mini"), ALL).summary
    assert found.prompt_tokens
    assert found.completion_tokens
    per_million = 0.15 * found.prompt_tokens + 0.60 * found.completion_tokens
    assert found.cost_usd == pytest.approx(per_million / 1e6)


def test_no_push_leaves_label_studio_alone(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id)
    assert mine.app.run(tag, ALL, RunOptions(push=False)).pushed is None
    assert project.predictions() == []
    assert mine.app.push(tag) == PushResult(12, 0, 0)


def test_a_push_mends_what_happened_meanwhile(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id)
    mine.app.run(tag, ALL)
    one, other = project.predictions()[:2]
    project.http.delete(f"/api/predictions/{one['id']}/").raise_for_status()
    twice = {"task": other["task"], "model_version": tag, "score": other["score"], "result": other["result"]}
    stranger = {**twice, "model_version": "somebody-else"}
    project.http.post(f"/api/projects/{project.id}/import/predictions", json=[twice, stranger]).raise_for_status()
    assert mine.app.push(tag) == PushResult(1, 1, 11)
    assert project.versions() == {tag: 12, "somebody-else": 1}
    assert len(project.predicted(tag)) == 12


def test_a_push_leaves_out_tasks_that_were_deleted(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id)
    mine.app.run(tag, Subset("sample", size=6))
    mine.app.run(tag, ALL, RunOptions(push=False))
    ids = project.task_ids()
    for gone in (ids[0], ids[-1]):
        project.http.delete(f"/api/tasks/{gone}/").raise_for_status()
    told: list[str] = []
    assert mine.app.push(tag, notify=told.append) == PushResult(5, 0, 5)
    assert told == ["Left out 2 prediction(s) of tasks that are not there any more."]
    assert project.predicted(tag) == set(project.task_ids())
    assert mine.app.push(tag) == PushResult(0, 0, 10)


def test_a_new_version_replaces_the_old_on_exactly_its_baseline(mine: Installation, project: StudioProject) -> None:
    old = mine.save("topic", project.id)
    mine.app.run(old, ALL)
    new = mine.save("topic", project.id, "Another text.\n\n{text}")
    assert mine.app.run(new, Subset("sample", size=5)).pushed == PushResult(5, 5, 0)
    ids = project.task_ids()
    assert (project.predicted(new), project.predicted(old)) == (set(ids[:5]), set(ids[5:]))
    assert mine.app.run(new, ALL).pushed == PushResult(7, 7, 5)
    assert project.versions() == {new: 12}


def test_a_finished_run_is_as_the_record_has_it(mine: Installation, project: StudioProject) -> None:
    run = mine.app.run(mine.save("topic", project.id), ALL).run
    stored = mine.app.container.run_store.run(run.id)
    assert (run.status, run.tasks, run.worker) == (stored.status, stored.tasks, stored.worker)
    assert (stored.status, stored.tasks) == ("completed", 12)


def test_keep_keeps_the_old_version_beside(mine: Installation, project: StudioProject) -> None:
    old = mine.save("topic", project.id)
    mine.app.run(old, ALL)
    new = mine.save("topic", project.id, "Another text.\n\n{text}")
    assert mine.app.run(new, ALL, RunOptions(keep=True)).pushed == PushResult(12, 0, 0)
    assert project.versions() == {old: 12, new: 12}
    assert mine.app.push(new) == PushResult(0, 12, 12)
    assert project.versions() == {new: 12}


def test_another_prompt_is_left_alone(mine: Installation, project: StudioProject) -> None:
    one, other = mine.save("topic", project.id), mine.save("topic two", project.id)
    mine.app.run(one, ALL)
    mine.app.run(other, ALL)
    assert project.versions() == {one: 12, other: 12}
    assert mine.app.withdraw(one) == 12
    assert project.versions() == {other: 12}


def test_annotations_are_made_once_of_each_prediction(mine: Installation, project: StudioProject) -> None:
    tag, other = mine.save("topic", project.id), mine.save("other", project.id)
    mine.app.run(tag, Subset("sample", size=8))
    mine.app.run(other, ALL)
    assert mine.app.annotate(tag) == 8
    made = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    mothers = {p["id"]: p for p in project.predictions() if p["model_version"] == tag}
    assert {annotation["parent_prediction"] for annotation in made} == set(mothers)
    for annotation in made:
        mother = mothers[annotation["parent_prediction"]]
        assert label_of(annotation["result"]) == label_of(mother["result"])
        assert not annotation["ground_truth"]
    assert mine.app.annotate(tag) == 0
    assert len(project.annotations()) == 6 + 8
    second = mine.command("annotate", tag, "--yes")
    assert second.out == f"0 annotations created from {tag}\n"
    assert "has no predictions without an annotation" in second.err


def test_the_latest_annotation_may_serve_as_truth(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id)
    last = project.task_ids()[-1]
    for label in ("Praise", topic_of(11)):
        body = {"result": chosen(label), "ground_truth": False}
        project.http.post(f"/api/tasks/{last}/annotations/", json=body).raise_for_status()
    assert mine.app.evaluate(tag).summary.tasks == 6
    score = mine.app.evaluate(tag, truth="any").score
    assert score is not None
    assert (score.outputs, score.correct) == (7, 6)


def test_results_list_the_tasks_behind_the_numbers(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id)
    mine.app.evaluate(tag)
    (wrong,) = mine.command("results", tag, "--wrong", "--json").json
    assert (wrong["task"], wrong["truth"], wrong["answer"]) == (project.task_ids()[0], topic_of(1), topic_of(0))
    assert project.http.get(wrong["link"]).status_code in (200, 302)
    missing = mine.app.results(tag, ["missing"])
    assert [row.task for row in missing] == project.task_ids()[6:]


def _taken(mine: Installation, project: StudioProject, subset: Subset) -> list[int]:
    """The tasks that a run over `subset` labels, when it leaves Label Studio alone."""
    finished = mine.app.run("topic@1", subset, RunOptions(push=False))
    return sorted(outcome.task_id for outcome in mine.app.outcomes(finished.run.id))
