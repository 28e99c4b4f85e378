"""What is missing, there twice or has another score is set right, with one reading where all is well."""

import pytest

from backend.services.predictions import completer
from backend.services.predictions.completer import Completer, Rescored, UnsettledError, parts
from backend.services.predictions.importer import ImportLine, PredictionImporter
from tests.unit.services.predictions.conftest import Board, PushTarget

READING = "GET /api/predictions/"


class Completed:
    """A completer, and what tasks 1 to 10 should have."""

    def __init__(self, place: PushTarget, there: int) -> None:
        imports = PredictionImporter(place.target, place.version, there)
        self.completer = Completer(place.target, place.version, imports, take_over=False)
        self.lines = {task: imports.line(place.item(task), ()) for task in range(1, 11)}


@pytest.fixture
def made(place: PushTarget, board: Board, monkeypatch: pytest.MonkeyPatch) -> Completed:
    monkeypatch.setattr(completer, "PART", 3)
    board.predictions = [{"id": task, **place.target.marked(place.item(task))} for task in range(1, 11)]
    return Completed(place, 10)


def test_where_all_is_well_it_is_read_once(made: Completed, board: Board) -> None:
    made.completer.complete(made.lines)
    assert (made.completer.settled, board.calls[READING], board.sent) == (10, 1, [])


def test_only_parts_with_something_amiss_are_looked_at_again(made: Completed, place: PushTarget, board: Board) -> None:
    board.predictions = [item for item in board.predictions if item["task"] not in (2, 9)]
    board.predictions.append({"id": 20, **place.target.marked(place.item(5))})
    board.predictions[-2]["score"] = 0.1
    made.completer.complete(made.lines)
    assert board.sent == [[2, 9]], "one import, because Label Studio recounts the project after each"
    assert board.of("mood@1") == list(range(1, 11))
    assert {item["score"] for item in board.predictions} == {0.5}
    assert (made.completer.settled, board.calls[READING]) == (10, 2)


def test_a_task_that_does_not_exist_any_more_is_left_out(made: Completed, board: Board) -> None:
    board.tasks.remove(4)
    board.predictions = [item for item in board.predictions if item["task"] != 4]
    made.completer.complete(made.lines)
    assert made.completer.settled == 9


def test_what_never_becomes_right_is_an_error(made: Completed, board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    board.predictions.clear()
    monkeypatch.setattr(board, "_import", lambda items: (201, {"created": len(items)}))
    with pytest.raises(UnsettledError, match="change while they are pushed"):
        made.completer.complete(made.lines)


def test_a_prediction_that_is_gone_cannot_get_a_score(made: Completed) -> None:
    line: ImportLine = made.lines[1]
    assert made.completer.rescore(Rescored(1, line))
    assert not made.completer.rescore(Rescored(99, line))


def test_parts_have_a_size() -> None:
    assert list(parts([1, 2, 3], 2)) == [[1, 2], [3]]
