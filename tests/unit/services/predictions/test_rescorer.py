"""Many new scores are imported anew; an annotation, a draft or another prediction keeps a task's prediction."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backend.adapters.label_studio.http import RequestTooLarge
from backend.adapters.label_studio.lone_predictions import LonePredictions
from backend.domain.predictions.diff import WantedPrediction
from backend.errors import StudioError
from backend.interfaces.cli.render.notices import in_commands
from backend.services.predictions import rescorer
from backend.services.predictions.sync import PushResult, push
from tests.unit.services.predictions.conftest import Answer, Board, PushTarget

TAG = "mood@1"
MANY = range(1, 11)


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescorer, "MANY", 2)
    monkeypatch.setattr(rescorer, "PART", 3)


def pushed(place: PushTarget, score: float, tasks: Any = MANY, alone: Any = ()) -> PushResult:
    items = {task: place.item(task, score=score) for task in tasks}
    wanted = WantedPrediction((TAG,), items, alone=frozenset(alone))
    return push(place.target, place.version, [wanted], keep=True)


def scores(board: Board) -> dict[int, float]:
    assert board.of(TAG) == sorted({item["task"] for item in board.predictions}), "one prediction for each task"
    return {item["task"]: item["score"] for item in board.predictions if item["model_version"] == TAG}


def locked(_do: Callable[[], Answer]) -> Answer:
    return 500, {"detail": "database is locked"}


def array(versions: list[str]) -> list[str]:
    """How PostgreSQL compares them."""
    return versions


@pytest.mark.parametrize("forms", [None, array])
def test_many_scores_are_imported_anew(place: PushTarget, board: Board, forms: Any) -> None:
    board.forms = forms or board.forms
    pushed(place, 0.5)
    assert pushed(place, 0.75) == PushResult(0, 0, 0, 10)
    assert scores(board) == dict.fromkeys(MANY, 0.75)
    assert (board.calls["POST /api/dm/actions/"], len(board.sent)) == (4, 2)
    assert place.told == [rescorer.QUICK]
    assert pushed(place, 0.75) == PushResult(0, 0, 10)


def test_few_scores_are_changed_in_place(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)
    assert pushed(place, 0.75, [1, 2]).rescored == 2
    assert board.calls["POST /api/dm/actions/"] == 0


def test_a_recount_of_a_large_project_is_not_worth_it(place: PushTarget, board: Board) -> None:
    board.tasks = list(range(1, 1000))
    pushed(place, 0.5)
    assert pushed(place, 0.75).rescored == 10
    assert board.calls["POST /api/dm/actions/"] == 0
    assert place.told == [rescorer.SLOW]


def test_no_more_tasks_than_a_portion_are_without_a_prediction(
    place: PushTarget, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescorer, "PORTION", 5)
    pushed(place, 0.5)
    assert pushed(place, 0.75).rescored == 10
    assert (board.sent[1:], scores(board)) == ([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]], dict.fromkeys(MANY, 0.75))


def test_what_was_imported_is_compared_once(place: PushTarget, board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """All predictions are read for it, which takes long in a large project."""
    monkeypatch.setattr(rescorer, "PORTION", 3)
    pushed(place, 0.5)
    before = board.calls["GET /api/predictions/"]
    assert pushed(place, 0.75).rescored == 10
    assert board.calls["GET /api/predictions/"] - before == 2, "when the push begins, and at the end"
    assert scores(board) == dict.fromkeys(MANY, 0.75)


def test_not_more_is_imported_than_memory_holds_before_it_is_compared(
    place: PushTarget, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescorer, "PORTION", 3)
    monkeypatch.setattr(rescorer, "UNCHECKED", 1)
    pushed(place, 0.5)
    before = board.calls["GET /api/predictions/"]
    assert pushed(place, 0.75).rescored == 10
    assert board.calls["GET /api/predictions/"] - before == 4
    assert scores(board) == dict.fromkeys(MANY, 0.75)


def test_a_count_that_hides_what_is_still_there_does_no_harm(place: PushTarget, board: Board) -> None:
    """Label Studio counts before it deletes, so somebody may annotate in between."""
    pushed(place, 0.5)
    before = {item["task"]: item["id"] for item in board.predictions}

    def more(do: Callable[[], Answer]) -> Answer:
        board.annotated.add(2)
        status, answer = do()
        return status, {"processed_items": answer["processed_items"] + 1}

    board.deletions = [more]
    assert pushed(place, 0.75).rescored == 10
    assert [item["id"] for item in board.predictions if item["task"] == 2] == [before[2]]
    assert scores(board) == dict.fromkeys(MANY, 0.75)


def test_new_scores_that_cannot_be_checked_are_told(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)

    def last(do: Callable[[], Answer]) -> Answer:
        answer = do()
        board.down = True
        return answer

    board.troubles = [last]
    with pytest.raises(StudioError, match="10 predictions were given new scores that are not checked yet") as error:
        pushed(place, 0.75)
    assert in_commands(error.value.notice).endswith(" `ls-prompts push mood@1` completes this.")
    board.down = False
    assert pushed(place, 0.75) == PushResult(0, 0, 10)


def test_tasks_with_an_annotation_or_another_prediction_keep_theirs(place: PushTarget, board: Board) -> None:
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


def test_what_the_import_would_drop_is_changed_in_place(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)
    before = {item["task"]: item["id"] for item in board.predictions}
    assert pushed(place, 0.75, alone=[4]).rescored == 10
    assert [item["id"] for item in board.predictions if item["task"] == 4] == [before[4]]


def test_an_annotation_made_meanwhile_keeps_the_prediction(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)
    before = {item["task"]: item["id"] for item in board.predictions}
    board.meanwhile = lambda: board.annotated.add(2)
    assert pushed(place, 0.75).rescored == 10
    assert [item["id"] for item in board.predictions if item["task"] == 2] == [before[2]]
    assert scores(board) == dict.fromkeys(MANY, 0.75)


def test_what_is_there_counts_and_not_a_counter(place: PushTarget, board: Board) -> None:
    """Where Label Studio has Redis, it counts the predictions of a task later."""
    pushed(place, 0.5)
    board.counters = dict.fromkeys(MANY, 1)
    board.meanwhile = lambda: board.annotated.add(2)
    assert pushed(place, 0.75).rescored == 10
    assert scores(board) == dict.fromkeys(MANY, 0.75)


def test_a_deletion_that_ends_late_is_waited_for(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)

    def late(do: Callable[[], Answer]) -> Answer:
        board.later = [lambda: None, do]
        return 504, {}

    board.deletions = [late]
    assert pushed(place, 0.75).rescored == 10
    assert scores(board) == dict.fromkeys(MANY, 0.75)
    assert board.calls["POST /api/dm/actions/"] == 4, "it is not repeated"


def test_a_deletion_that_may_still_come_is_told(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)
    still: list[Callable[[], Answer]] = []

    def never(do: Callable[[], Answer]) -> Answer:
        still.append(do)
        return 504, {}

    board.deletions = [never]
    with pytest.raises(StudioError, match="delete 3 predictions") as error:
        pushed(place, 0.75)
    assert in_commands(error.value.notice).endswith(" `ls-prompts push mood@1` completes this.")
    assert (scores(board), board.calls["POST /api/dm/actions/"]) == (dict.fromkeys(MANY, 0.75), 1)
    still[0]()
    assert len(board.predictions) == 7
    assert pushed(place, 0.75) == PushResult(3, 0, 7)


def test_what_a_late_deletion_deleted_is_imported_at_the_end(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)

    def after_the_rest(do: Callable[[], Answer]) -> Answer:
        board.changed[10] = do
        return 504, {}

    board.deletions = [after_the_rest]
    with pytest.raises(StudioError, match="did not finish"):
        pushed(place, 0.75)
    assert scores(board) == dict.fromkeys(MANY, 0.75)


@pytest.mark.parametrize("carried_out", [True, False])
def test_after_a_restart_of_label_studio_the_push_goes_on(place: PushTarget, board: Board, carried_out: bool) -> None:
    pushed(place, 0.5)

    def cut(do: Callable[[], Answer]) -> Answer:
        if carried_out:
            do()
        return 502, {}

    board.deletions = [cut]
    assert pushed(place, 0.75).rescored == 10
    assert scores(board) == dict.fromkeys(MANY, 0.75)
    assert board.calls["POST /api/dm/actions/"] == (4 if carried_out else 1)


def test_where_a_deletion_is_refused_scores_are_changed_in_place(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)
    before = {item["task"]: item["id"] for item in board.predictions}
    board.deletions = [lambda do: do(), locked]
    assert pushed(place, 0.75).rescored == 10
    assert scores(board) == dict.fromkeys(MANY, 0.75)
    assert {item["task"] for item in board.predictions if item["id"] == before[item["task"]]} == {4, 5, 6}


@pytest.mark.parametrize("refused", [True, False])
def test_predictions_of_others_are_taken_over_once(place: PushTarget, board: Board, refused: bool) -> None:
    board.predictions = [{"id": task, **place.item(task)} for task in MANY]
    board.deletions = [locked] if refused else []
    wanted = WantedPrediction((TAG,), {task: place.item(task) for task in MANY})
    assert push(place.target, place.version, [wanted], keep=True, take_over=True) == PushResult(0, 0, 0, 10)
    assert scores(board) == dict.fromkeys(MANY, 0.5)
    assert pushed(place, 0.5) == PushResult(0, 0, 10)


def test_an_import_that_is_refused_once_is_sent_again(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)
    board.troubles = [locked]
    assert pushed(place, 0.75).rescored == 10
    assert scores(board) == dict.fromkeys(MANY, 0.75)


def test_an_outage_names_the_command_that_completes_the_push(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)

    def last(do: Callable[[], Answer]) -> Answer:
        board.down = True
        return do()

    board.deletions = [last]
    with pytest.raises(StudioError, match="Up to 3 tasks have no prediction now") as error:
        pushed(place, 0.75)
    assert in_commands(error.value.notice).endswith(" `ls-prompts push mood@1` completes this.")
    board.down = False
    assert pushed(place, 0.75) == PushResult(3, 0, 0, 7)
    assert scores(board) == dict.fromkeys(MANY, 0.75)


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_stop_leaves_no_task_without_a_prediction(
    place: PushTarget, board: Board, monkeypatch: pytest.MonkeyPatch, carried_out: bool
) -> None:
    pushed(place, 0.5)
    delete, turns = LonePredictions.delete, iter(range(10))

    def stopped(*args: Any) -> int:
        turn = next(turns)
        deleted = delete(*args) if carried_out or not turn else 0
        if turn:
            raise KeyboardInterrupt
        return deleted

    monkeypatch.setattr(LonePredictions, "delete", stopped)
    with pytest.raises(KeyboardInterrupt):
        pushed(place, 0.75)
    assert scores(board) == {task: 0.75 if task <= 6 else 0.5 for task in MANY}
    assert "Stopping when predictions that were deleted are back." in place.told


def test_a_prediction_that_a_proxy_may_refuse_is_not_deleted(place: PushTarget, board: Board) -> None:
    long = {**place.item(4), "result": [{**place.item(4)["result"][0], "meta": {"text": ["x" * 150_000]}}]}
    push_long = WantedPrediction((TAG,), {**{task: place.item(task) for task in MANY}, 4: long})
    push(place.target, place.version, [push_long], keep=True)
    board.most = 120_000
    items = {**{task: place.item(task, score=0.75) for task in MANY}, 4: {**long, "score": 0.75}}
    with pytest.raises(RequestTooLarge):
        push(place.target, place.version, [WantedPrediction((TAG,), items)], keep=True)
    assert scores(board) == {**dict.fromkeys(MANY, 0.75), 4: 0.5}


def test_a_refusal_of_a_proxy_is_told_at_once(place: PushTarget, board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    pushed(place, 0.5)
    board.most = 10

    def deleted(_lone: LonePredictions, tasks: list[int]) -> int:
        board.predictions.clear()
        return len(tasks)

    monkeypatch.setattr(LonePredictions, "delete", deleted)
    with pytest.raises(StudioError, match=r"refuses 3 prediction\(s\).*, then push the predictions again\."):
        pushed(place, 0.75)


def test_a_task_that_was_deleted_meanwhile_is_left_out(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)

    def task_deleted(do: Callable[[], Answer]) -> Answer:
        board.tasks.remove(3)
        board.predictions = [item for item in board.predictions if item["task"] != 3]
        return do()

    board.deletions = [task_deleted]
    assert pushed(place, 0.75).rescored == 9
    assert scores(board) == {task: 0.75 for task in MANY if task != 3}


def test_what_is_never_as_it_should_be_is_told(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)

    def never_there(items: list[dict[str, Any]]) -> Answer:
        return 201, {"created": len(items)}

    board._import = never_there  # type: ignore[method-assign]
    with pytest.raises(StudioError, match="change while they are pushed"):
        pushed(place, 0.75)


def test_a_prediction_that_was_deleted_meanwhile_is_imported(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)

    def pages() -> Iterator[WantedPrediction]:
        board.predictions = [item for item in board.predictions if item["task"] != 2]
        yield WantedPrediction((TAG,), {task: place.item(task, score=0.75) for task in (1, 2)})

    assert push(place.target, place.version, pages(), keep=True) == PushResult(0, 0, 0, 2)
    assert scores(board) == {**dict.fromkeys(MANY, 0.5), 1: 0.75, 2: 0.75}


def test_the_next_push_completes_one_that_ended_between(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)
    board.lost = set(MANY)
    with pytest.raises(StudioError, match="took only 0 of 10"):
        pushed(place, 0.75)
    assert board.predictions == []
    board.lost = set()
    assert pushed(place, 0.75) == PushResult(10, 0, 0)
    assert scores(board) == dict.fromkeys(MANY, 0.75)


def test_an_import_without_an_answer_is_not_repeated(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)

    def stored_unheard(do: Callable[[], Answer]) -> Answer:
        do()
        return 504, {}

    board.troubles = [stored_unheard]
    assert pushed(place, 0.75).rescored == 10
    assert scores(board) == dict.fromkeys(MANY, 0.75)


def test_a_prediction_that_a_backend_gave_meanwhile_is_deleted(place: PushTarget, board: Board) -> None:
    pushed(place, 0.5)
    board.backends = [TAG]

    def opened(do: Callable[[], Answer]) -> Answer:
        given = place.target.marked(place.item(6, score=0.1))
        board.predictions.append({"id": 70, **given})
        return do()

    board.troubles = [opened]
    assert pushed(place, 0.75).rescored == 10
    assert scores(board) == dict.fromkeys(MANY, 0.75)
