"""Many new scores are imported anew; an annotation, a draft or another prediction keeps a task's prediction."""

from collections.abc import Callable
from typing import Any

import pytest

from backend.domain.predictions.diff import WantedPrediction
from backend.errors import StudioError
from backend.services.predictions import rescorer
from backend.services.predictions.sync import PushResult, push
from tests.unit.services.predictions.conftest import Answer, Board, Place

TAG = "mood@1"
MANY = range(1, 11)


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescorer, "MANY", 2)
    monkeypatch.setattr(rescorer, "PART", 3)


def pushed(place: Place, score: float, tasks: Any = MANY, alone: Any = ()) -> PushResult:
    items = {task: place.item(task, score=score) for task in tasks}
    wanted = WantedPrediction((TAG,), items, alone=frozenset(alone))
    return push(place.target, place.version, [wanted], keep=True)


def scores(board: Board) -> dict[int, float]:
    assert board.of(TAG) == sorted({item["task"] for item in board.predictions}), "one prediction for each task"
    return {item["task"]: item["score"] for item in board.predictions if item["model_version"] == TAG}


def array(versions: list[str]) -> list[str]:
    """How PostgreSQL compares them."""
    return versions


@pytest.mark.parametrize("forms", [None, array])
def test_many_scores_are_imported_anew(place: Place, board: Board, forms: Any) -> None:
    board.forms = forms or board.forms
    pushed(place, 0.5)
    assert pushed(place, 0.75) == PushResult(0, 0, 0, 10)
    assert scores(board) == dict.fromkeys(MANY, 0.75)
    assert (board.calls["POST /api/dm/actions/"], len(board.sent)) == (4, 2)
    assert len(place.told) == 1
    assert pushed(place, 0.75) == PushResult(0, 0, 10)


def test_few_scores_are_changed_in_place(place: Place, board: Board) -> None:
    pushed(place, 0.5)
    assert pushed(place, 0.75, [1, 2]).rescored == 2
    assert board.calls["POST /api/dm/actions/"] == 0


def test_a_recount_of_a_large_project_is_not_worth_it(place: Place, board: Board) -> None:
    board.tasks = list(range(1, 1000))
    pushed(place, 0.5)
    assert pushed(place, 0.75).rescored == 10
    assert board.calls["POST /api/dm/actions/"] == 0


def test_tasks_with_an_annotation_or_another_prediction_keep_theirs(place: Place, board: Board) -> None:
    pushed(place, 0.5)
    board.annotated = {2}
    other = {"id": 50, **place.item(3, "Bad", tag="tone@1")}
    board.predictions.append(other)
    before = {item["task"]: item["id"] for item in board.predictions if item is not other}
    assert pushed(place, 0.75).rescored == 10
    after = {item["task"]: item["id"] for item in board.predictions if item["id"] != 50}
    assert {task for task in MANY if before[task] == after[task]} == {2, 3}
    assert other in board.predictions
    board.predictions.remove(other)
    assert scores(board) == dict.fromkeys(MANY, 0.75)


def test_what_the_import_would_drop_is_changed_in_place(place: Place, board: Board) -> None:
    pushed(place, 0.5)
    before = {item["task"]: item["id"] for item in board.predictions}
    assert pushed(place, 0.75, alone=[4]).rescored == 10
    assert [item["id"] for item in board.predictions if item["task"] == 4] == [before[4]]


def test_an_annotation_made_meanwhile_keeps_the_prediction(place: Place, board: Board) -> None:
    pushed(place, 0.5)
    before = {item["task"]: item["id"] for item in board.predictions}
    board.meanwhile = lambda: board.annotated.add(5)
    assert pushed(place, 0.75).rescored == 10
    assert [item["id"] for item in board.predictions if item["task"] == 5] == [before[5]]
    assert scores(board) == dict.fromkeys(MANY, 0.75)


def test_the_next_push_completes_one_that_ended_between(place: Place, board: Board) -> None:
    pushed(place, 0.5)
    board.lost = set(MANY)
    with pytest.raises(StudioError, match="took only 0 of 10"):
        pushed(place, 0.75)
    assert board.predictions == []
    board.lost = set()
    assert pushed(place, 0.75) == PushResult(10, 0, 0)
    assert scores(board) == dict.fromkeys(MANY, 0.75)


def test_an_import_without_an_answer_is_not_repeated(place: Place, board: Board) -> None:
    pushed(place, 0.5)

    def stored_unheard(do: Callable[[], Answer]) -> Answer:
        do()
        return 504, {}

    board.troubles = [stored_unheard]
    assert pushed(place, 0.75).rescored == 10
    assert scores(board) == dict.fromkeys(MANY, 0.75)


def test_a_prediction_that_a_backend_gave_meanwhile_is_deleted(place: Place, board: Board) -> None:
    pushed(place, 0.5)
    board.backends = [TAG]

    def opened(do: Callable[[], Answer]) -> Answer:
        given = place.target.marked(place.item(6, score=0.1))
        board.predictions.append({"id": 70, **given})
        return do()

    board.troubles = [opened]
    assert pushed(place, 0.75).rescored == 10
    assert scores(board) == dict.fromkeys(MANY, 0.75)
