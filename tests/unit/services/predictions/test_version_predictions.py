"""The predictions of a version are counted and withdrawn, those of others stay."""

from backend.domain.predictions.diff import WantedPrediction
from backend.services.predictions.sync import push
from backend.services.predictions.version_predictions import VersionPredictions
from tests.unit.services.predictions.conftest import PROJECT, Board, PushTarget

TAG = "mood@1"


def test_our_predictions_of_a_version_are_counted_and_withdrawn(place: PushTarget, board: Board) -> None:
    predictions = VersionPredictions(place.store, place.target.studio)
    assert predictions.predicted(place.version) == {}
    board.predictions = [{"id": 5, **place.item(1, "Bad")}]
    push(place.target, place.version, [WantedPrediction((TAG,), {2: place.item(2)}, frozenset())], keep=False)
    assert predictions.predicted(place.version) == {TAG: 1}
    counted = predictions.predictions(PROJECT)
    assert (counted.versions, counted.tasks, counted.tasks_without) == ({TAG: 2}, 10, 8)
    told: list[str] = []
    assert predictions.withdraw(place.version, told.append) == 1
    assert [item["task"] for item in board.predictions] == [1]
    assert "`ls-prompts withdraw mood@1 --take-over` deletes them too." in told[0]
