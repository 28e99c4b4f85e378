"""A thousand real questions through a real Label Studio: evaluated, pushed, and counted over its REST API."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from backend.domain.dataset.subset import Subset
from backend.services.runs.options import RunOptions
from tests.installation import Done, Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, chosen, label_of
from tests.running import RunningStandIn

TASKS, TRUTHS = 1000, 320
QUESTIONS = Path(__file__).resolve().parents[1] / "data" / "banking77.csv"
PROMPT = "What does the customer of a bank ask about?\n\n{text}"


@dataclass
class Bank:
    """A project of real questions, every third with its intent as ground truth."""

    project: StudioProject
    questions: dict[int, str]
    truths: dict[int, str]


@pytest.fixture
def bank(label_studio: RunningLabelStudio) -> Bank:
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = sorted({row["category"] for row in rows})
    choices = "".join(f'<Choice value="{label}"/>' for label in labels)
    config = f'<View><Text name="text" value="$text"/><Choices name="intent" toName="text">{choices}</Choices></View>'
    truths = [chosen(row["category"], "intent") if i < TRUTHS else None for i, row in enumerate(rows)]
    project = StudioProject.made(label_studio, [{"text": row["text"]} for row in rows], truths, config)
    ids = project.task_ids()
    intents = {task: row["category"] for task, row in zip(ids[:TRUTHS], rows, strict=False)}
    return Bank(project, {task: row["text"] for task, row in zip(ids, rows, strict=True)}, intents)


def test_a_thousand_tasks_are_evaluated_and_pushed(mine: Installation, bank: Bank, stand_in: RunningStandIn) -> None:
    mine.save("intent", bank.project.id, PROMPT)
    _evaluate(mine, bank)
    evaluated = stand_in.requests()
    done = mine.command("run", "intent@1", "--on", "all", "--json")
    distinct = len(set(bank.questions.values()))
    _check_run(done, distinct - evaluated)
    assert stand_in.requests() == stand_in.stats()["distinct"] == distinct
    _check_predictions(bank)
    again = mine.command("run", "intent@1", "--on", "all", "--json").json
    assert (again["requests"], again["reused"], again["seconds"]) == (0, TASKS, 0)
    assert again["predictions"] == {"created": 0, "deleted": 0, "unchanged": TASKS, "rescored": 0}
    assert stand_in.requests() == distinct
    assert bank.project.versions() == {"intent@1": TASKS}


def test_no_request_line_is_too_long_for_a_proxy(
    mine: Installation, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Web servers before Label Studio refuse lines of more than 4 or 8 kB; ids may have nine digits."""
    lengths = []
    studio = mine.app.container.studio.http
    call = studio.call

    def noted(method: str, path: str, **more: Any) -> Any:
        lengths.append(len(urlencode({name: value for name, value in more.items() if name != "body"})))
        lengths[-1] += str(more.get("query")).count(",") * (9 - len(str(min(bank.questions))))
        return call(method, path, **more)

    monkeypatch.setattr(studio, "call", noted)
    tag = mine.save("intent", bank.project.id, PROMPT)
    finished = mine.app.run(tag, Subset("ids", ids=tuple(bank.questions)), RunOptions(push=False))
    assert finished.summary.usable == TASKS
    assert max(lengths) < 4000


def _evaluate(mine: Installation, bank: Bank) -> None:
    """Everything the evaluation says, counted again from Label Studio's own data."""
    found = mine.command("evaluate", "intent@1", "--json").json
    assert (found["tasks"], found["outputs"], found["coverage"]) == (TRUTHS, TRUTHS, 1)
    assert bank.project.versions() == {"intent@1": TRUTHS}
    predicted = {p["task"]: label_of(p["result"]) for p in bank.project.predictions()}
    annotated = {t["id"]: label_of(t["annotations"][0]["result"]) for t in bank.project.tasks() if t["annotations"]}
    assert annotated == bank.truths
    truth = [annotated[task] for task in sorted(annotated)]
    answer = [predicted[task] for task in sorted(annotated)]
    assert found["correct"] == sum(map(str.__eq__, truth, answer))
    assert found["accuracy"] == pytest.approx(accuracy_score(truth, answer))
    for average in ("macro", "micro", "weighted"):
        expected = f1_score(truth, answer, average=average, zero_division=0)
        assert found[f"f1_{average}"] == pytest.approx(expected)
    _check_labels(found["per_label"], truth, answer)
    assert 0.3 < found["accuracy"] < 1


def _check_labels(found: dict[str, dict[str, float | None]], truth: list[str], answer: list[str]) -> None:
    labels = sorted({*truth, *answer})
    assert sorted(found) == labels
    numbers = precision_recall_fscore_support(truth, answer, labels=labels, zero_division=0)
    for label, precision, recall, f1, support in zip(labels, *numbers, strict=True):
        score = found[label]
        assert (score["precision"] or 0, score["recall"] or 0, score["f1"]) == pytest.approx((precision, recall, f1))
        assert score["support"] == support
        assert (score["precision"] is None) == (label not in answer)


def _check_run(done: Done, requests: int) -> None:
    found = done.json
    assert (found["tasks"], found["outputs"], found["coverage"]) == (TASKS, TASKS, 1)
    assert found["requests"] == requests
    assert found["rejections"] == found["failures"] == {}
    assert found["predictions"] == {"created": TASKS - TRUTHS, "deleted": 0, "unchanged": TRUTHS, "rescored": 0}


def _check_predictions(bank: Bank) -> None:
    predictions = bank.project.predictions()
    assert len(predictions) == TASKS
    assert {p["task"] for p in predictions} == set(bank.questions)
    assert {p["model_version"] for p in predictions} == {"intent@1"}
    assert all(0 < p["score"] <= 1 for p in predictions)
    counted = bank.project.get(f"/api/projects/{bank.project.id}/")
    assert (counted["task_number"], counted["total_predictions_number"]) == (TASKS, TASKS)
    assert bank.project.get(f"/api/projects/{bank.project.id}/model-versions/") == {"intent@1": TASKS}
