"""Before money is spent, it is told which predictions will be replaced and what annotators will see."""

from dataclasses import replace
from typing import Any

import pytest

from backend.domain.predictions.diff import WantedPrediction
from backend.services.predictions.forecast import PushForecast, alike, changes, push_forecast
from backend.services.predictions.sync import push
from tests.unit.services.predictions.conftest import Board, PushTarget


def push_as(place: PushTarget, tag: str, *tasks: int) -> None:
    """Predictions of a version that this database pushed."""
    wanted = WantedPrediction((tag,), {task: place.item(task, tag=tag) for task in tasks})
    push(place.target, replace(place.version, number=int(tag[-1])), [wanted], keep=True)


def foresee(place: PushTarget, keep: bool = False) -> list[str]:
    return list(changes(place.target.studio, place.store, place.version, keep))


def test_each_task_is_new_replaced_or_kept(place: PushTarget, board: Board) -> None:
    push_as(place, "mood@1", 1, 2)
    push_as(place, "mood@2", 2, 3, 4)
    board.predictions.append({"id": 99, **place.item(9)})
    assert push_forecast(place.target, place.version, 10) == PushForecast(new=6, replaced=2, kept=2, foreign=1)
    assert push_forecast(place.target, place.version, 3).new == 0, "tasks were deleted meanwhile"


def test_versions_that_will_be_replaced_are_named(place: PushTarget, board: Board) -> None:
    board.predictions = [{"id": n, **place.item(n, tag=tag)} for n, tag in enumerate(["mood@2", "mood@2", "tone@1"])]
    board.shown = "mood@1"
    (sentence,) = foresee(place)
    assert "predictions of mood@1 will replace those that this database pushed of mood@2 (2)" in sentence
    assert foresee(place, keep=True) == []


@pytest.mark.parametrize(
    ("in_use", "shown", "backends", "told"),
    [
        ("mood@2", "mood@1", [], "Annotators of project 7 get mood@2; on these tasks they will see mood@1 too"),
        ("mood@1", "tone@1", [], "Annotators of project 7 are shown tone@1, and the Data Manager's score column"),
        (None, "", [], "Annotators of project 7 are shown nothing yet; they will see mood@1."),
        (None, "", ["Open Prompts"], None),
        (None, "mood@1", [], None),
    ],
)
def test_what_annotators_see(
    place: PushTarget, board: Board, in_use: str | None, shown: str, backends: list[str], told: Any
) -> None:
    place.store.set_connection(7, in_use=in_use)
    board.shown, board.backends = shown, backends
    sentences = foresee(place)
    assert len(sentences) == (told is not None)
    assert all(told in sentence for sentence in sentences)


def test_tags_that_could_be_taken_for_a_new_version(place: PushTarget, board: Board) -> None:
    tags = ["mood@1", "mood@1~0a1b", "mood@3", "tone@1"]
    board.predictions = [{"id": n, **place.item(n, tag=tag)} for n, tag in enumerate(tags)]
    studio, store = place.target.studio, place.store
    assert alike(studio, store, place.version) == ["mood@1", "mood@1~0a1b", "mood@3"], "the prompt is new"
    second, _ = store.save(replace(place.version, template="Another {text}"))
    assert alike(studio, store, second) == []
    assert alike(studio, store, place.version) == ["mood@1", "mood@1~0a1b"]
