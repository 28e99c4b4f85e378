"""A push makes Label Studio's predictions those that are wanted, and a second one changes nothing."""

from dataclasses import replace

import pytest

from backend.domain.predictions.diff import WantedPrediction
from backend.services.predictions.sync import PushResult, push, warn_of_lock
from backend.services.run_control.termination import TakenOver
from tests.unit.services.predictions.conftest import Board, PushTarget

TAG = "mood@1"


def pushed(
    place: PushTarget, keep: bool = False, take_over: bool = False, score: float = 0.5, **said: str
) -> PushResult:
    """`said`: task, with a letter before it -> label; "" where the answer cannot be used."""
    labels = {int(name[1:]): label for name, label in said.items()}
    items = {task: place.item(task, label, score) for task, label in labels.items() if label}
    wanted = WantedPrediction((TAG,), items, frozenset(labels.keys() - items.keys()))
    return push(place.target, place.version, [wanted], keep, take_over)


def test_a_second_push_changes_nothing(place: PushTarget, board: Board) -> None:
    assert pushed(place, t1="Good", t2="Bad") == PushResult(2, 0, 0)
    before = list(board.predictions)
    assert pushed(place, t1="Good", t2="Bad") == PushResult(0, 0, 2)
    assert board.predictions == before


def test_another_answer_replaces_and_an_unusable_one_deletes(place: PushTarget, board: Board) -> None:
    pushed(place, t1="Good", t2="Bad", t3="Bad")
    assert pushed(place, t1="Bad", t2="") == PushResult(1, 2, 0)
    labels = {item["task"]: item["result"][0]["value"]["choices"] for item in board.predictions}
    assert labels == {1: ["Bad"], 3: ["Bad"]}, "task 3 was not in it"


def test_other_scores_keep_the_prediction(place: PushTarget, board: Board) -> None:
    pushed(place, t1="Good", t2="Good")
    before = [item["id"] for item in board.predictions]
    assert pushed(place, score=0.75, t1="Good", t2="Good") == PushResult(0, 0, 0, 2)
    assert [(item["id"], item["score"]) for item in board.predictions] == [(number, 0.75) for number in before]
    assert place.told == []


def test_a_version_that_goes_whole_is_deleted_at_once(place: PushTarget, board: Board) -> None:
    pushed(place, t1="Good", t2="Good")
    assert pushed(place, t1="", t2="") == PushResult(0, 2, 0)
    assert board.predictions == []
    assert board.calls["DELETE /api/projects/7/model-versions/"] == 1


def test_predictions_of_others_stay_unless_they_are_taken_over(place: PushTarget, board: Board) -> None:
    board.predictions = [{"id": 5, **place.item(1, "Bad")}]
    assert pushed(place, t1="Good") == PushResult(1, 0, 0)
    assert board.of(TAG) == [1, 1]
    assert "(1 of mood@1) stay there; `ls-prompts push mood@1 --take-over`" in place.told[0]
    assert pushed(place, take_over=True, t1="Good") == PushResult(0, 1, 1)
    assert [item["result"][0]["value"]["choices"] for item in board.predictions] == [["Good"]]


def test_another_prompts_predictions_do_not_count(place: PushTarget, board: Board) -> None:
    board.predictions = [{"id": 5, **place.item(1, tag="tone@1")}, {"id": 6, **place.item(1, tag="mood-2@1")}]
    pushed(place, take_over=True, t1="Good")
    assert [item["id"] for item in board.predictions] == [5, 6, 7]
    assert place.told == []


def test_a_large_delete_is_told_before(place: PushTarget) -> None:
    warn_of_lock(500, place.told.append)
    warn_of_lock(501, place.told.append)
    assert place.told == ["Deleting 501 predictions; a Label Studio on SQLite lets nobody save meanwhile."]


def test_a_push_stops_before_the_next_request_once_the_work_is_not_its_own(place: PushTarget, board: Board) -> None:
    """Another process pushes the same predictions, and both would import what is missing."""
    pushed(place, t1="Good")
    board.calls.clear()
    reads = 0

    def check() -> None:
        nonlocal reads
        reads += 1
        if reads > 1:
            raise TakenOver("1f3a9c04")

    place.target = replace(place.target, check=check)
    with pytest.raises(TakenOver):
        pushed(place, t1="Bad", t2="Good")
    assert board.of(TAG) == [1]
    assert {call.partition(" ")[0] for call in board.calls} == {"GET"}
