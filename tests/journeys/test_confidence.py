"""Confidence on a real Label Studio: sampled, calibrated, promised, acted on. Its REST API tells what became of it."""

import json

import pytest

from backend.domain.dataset.subset import Subset, parse_subset
from backend.errors import RunError
from backend.services.predictions.sync import PushResult
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import TOPICS, StudioProject, chosen, topic_of
from tests.running import RunningStandIn
from tests.scripted import some

TASKS, VAGUE, WRONG = 48, 16, 14
TWO = """<View>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="text"><Choice value="Refund"/><Choice value="Delivery"/></Choices>
  <Choices name="urgent" toName="text"><Choice value="Today"/><Choice value="Later"/></Choices>
</View>"""


def text(number: int) -> str:
    """Clear for most tasks; of the last ones most name two topics, of which the first is meant."""
    other = f" or {TOPICS[(number + 1) % 3].lower()}" if number >= TASKS - VAGUE and number % 4 else ""
    return f"Message {number}, which is about {topic_of(number).lower()}{other}"


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """All but the last ten tasks have a ground truth; many are not what the text says: the model is too sure."""
    wrong = [number < WRONG or (number % 2 and number >= TASKS - VAGUE) for number in range(TASKS)]
    right = [chosen(topic_of(number + wrong[number])) for number in range(TASKS - 10)]
    data = [{"text": text(number)} for number in range(TASKS)]
    return StudioProject.made(label_studio, data, [*right, *[None] * 10])


def test_samples_are_asked_pushed_and_counted(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    stand_in.control(no_logprobs=True)
    ids = ",".join(map(str, project.task_ids()[-6:]))
    save = mine.command("save", "topic", "--project", project.id, "--confidence", "samples:5")
    assert save.out == "topic@1\n"
    assert mine.app.version("topic@1").confidence == "samples:5"
    estimate = mine.app.estimate("topic@1", parse_subset("ids", ids=ids))
    run = mine.command("run", "topic@1", "--ids", ids, "--json").json
    assert (run["tasks"], run["requests"], run["reused"]) == (6, 30, 0)
    low, high = estimate.completion_tokens
    assert low == 30 * 5
    assert high > run["completion_tokens"] > 0
    assert (stand_in.requests(), stand_in.stats()["completion_tokens"]) == (30, run["completion_tokens"])
    scores = [prediction["score"] for prediction in project.predictions()]
    assert len(scores) == 6
    assert all(score * 5 == pytest.approx(round(score * 5)) and 0 < score <= 1 for score in scores)
    assert any(score < 1 for score in scores)
    counts = mine.app.watch(run["run"]).counts
    assert (counts.done, counts.requests, counts.failed) == (6, 30, 0)
    again = mine.app.run("topic@1", parse_subset("ids", ids=ids))
    assert (again.summary.requests, again.summary.reused, again.pushed) == (0, 6, PushResult(0, 0, 6))


def test_a_model_without_log_probabilities_is_told_of_once(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    stand_in.control(no_logprobs=True)
    mine.save("topic", project.id)
    run = mine.command("run", "topic@1", "--on", "sample", "--sample-size", 3)
    assert run.err.count("--confidence samples:5") == 1
    assert {prediction["score"] for prediction in project.predictions()} == {None}
    assert "samples:5" in str(mine.app.try_task("topic@1", project.task_ids()[0]).caveat)
    silent = mine.save("topic", project.id, confidence="none")
    assert mine.app.try_task(silent, project.task_ids()[0]).caveat is None


def test_calibrated_scores_a_promise_and_annotations(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    mine.app.run(mine.save("topic", project.id), Subset("all"))
    raw = _scores(project)
    _calibrates(mine, project, raw)
    mine.app.use("topic@1")
    _orders(project)
    _promises(mine)
    _annotates(mine, project, raw)
    assert stand_in.requests() == TASKS, "nothing but the run asked anything"


def _scores(project: StudioProject) -> dict[int, float]:
    return {prediction["task"]: prediction["score"] for prediction in project.predictions()}


def _calibrates(mine: Installation, project: StudioProject, raw: dict[int, float]) -> None:
    assert mine.app.calibrated("topic@1") is None
    found = mine.command("calibrate", "topic@1", "--json").json
    assert (found["saved"], found["tasks"]) == (True, TASKS - 10)
    assert found["after"]["brier"] < found["before"]["brier"]
    assert sum(one["tasks"] for one in found["before"]["bins"]) == TASKS - 10
    before = {prediction["id"] for prediction in project.predictions()}
    assert f"0 predictions created, 0 replaced, 0 unchanged, {TASKS} rescored" in mine.command("push", "topic@1").out
    assert {prediction["id"] for prediction in project.predictions()} == before
    assert mine.app.push("topic@1") == PushResult(0, 0, TASKS)
    assert project.versions() == {"topic@1": TASKS}
    put = some(mine.app.calibrated("topic@1")).calibrators.put
    assert _scores(project) == pytest.approx({task: put(score) for task, score in raw.items()}, abs=1e-5)


def _orders(project: StudioProject) -> None:
    """As the Data Manager does when its column of scores is clicked on."""
    query = json.dumps({"ordering": ["tasks:predictions_score"]})
    listed = project.get("/api/tasks/", project=project.id, query=query, page_size=TASKS, fields="all")
    scores = [task["predictions_score"] for task in listed["tasks"]]
    assert scores == sorted(_scores(project).values()) == pytest.approx(sorted(scores))


def _promises(mine: Installation) -> None:
    none = mine.app.confidence_threshold("topic@1", 0.99).lowest
    assert (none.threshold, none.accuracy, none.tasks) == (None, None, 0)
    found = mine.command("threshold", "topic@1", "--accuracy", 0.2, "--json").json
    assert found.keys() >= {"threshold", "coverage", "accuracy", "tasks", "method"}
    assert found["accuracy"] > found["accuracy_low"] >= 0.2
    assert found["score"] == some(mine.app.calibrated("topic@1")).calibrators.put(found["threshold"])


def _annotates(mine: Installation, project: StudioProject, raw: dict[int, float]) -> None:
    """The last ten tasks have no annotation yet, and not all of them are equally sure."""
    with pytest.raises(RunError, match=r"No confidence of topic@1 guarantees an accuracy of 0\.99"):
        mine.app.confident_tasks("topic@1", accuracy=0.99)
    free = project.task_ids()[-10:]
    least = max(raw[task] for task in free)
    sure = {task for task in free if raw[task] == least}
    assert 0 < len(sure) < len(free)
    done = mine.command("annotate", "topic@1", "--min-confidence", least, "--yes")
    assert done.out == f"{len(sure)} annotations created from topic@1\n"
    assert _annotated(project) == sure
    assert mine.app.confident_tasks("topic@1", least).tasks == [], "what has an annotation gets no second one"
    (left,) = sorted(set(free) - sure)[:1]
    (gone,) = [prediction["id"] for prediction in project.predictions() if prediction["task"] == left]
    project.http.delete(f"/api/predictions/{gone}/").raise_for_status()
    rest = mine.app.confident_tasks("topic@1", 0)
    assert (set(rest.tasks), rest.unsure, rest.unlike) == (set(free) - sure - {left}, 0, 1)
    mine.app.push("topic@1")
    mine.app.annotate("topic@1", mine.app.confident_tasks("topic@1", 0).tasks)
    assert _annotated(project) == set(free)
    assert len(project.annotations()) == TASKS


def _annotated(project: StudioProject) -> set[int]:
    """Tasks with an annotation that is no ground truth, of which none has two."""
    made = [a["task"] for task in project.tasks() for a in task["annotations"] if not a["ground_truth"]]
    assert len(made) == len(set(made))
    return set(made)


def test_each_of_several_controls_has_a_score_of_its_own(
    mine: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn
) -> None:
    texts = ["refund, today", "delivery later", "refund or delivery, later", "today"]
    project = StudioProject.made(label_studio, [{"text": text} for text in texts], config=TWO)
    mine.app.run(mine.save("two", project.id), Subset("all"))
    for prediction in project.predictions():
        each = {region["from_name"]: region["score"] for region in prediction["result"]}
        assert each.keys() == {"topic", "urgent"}
        assert prediction["score"] == pytest.approx(each["topic"] * each["urgent"], abs=1e-5)
    assert mine.app.push("two@1") == PushResult(0, 0, 4)
    sure = mine.app.try_task("two@1", project.task_ids()[0]).outcome
    assert sure.controls is not None
    assert sure.confidence == pytest.approx(sure.controls["topic"] * sure.controls["urgent"])
