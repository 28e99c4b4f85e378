"""Which annotations no person has had to do with."""

from typing import Any

import pytest

from backend.domain.predictions.acceptance import is_unseen, seal
from backend.domain.predictions.marks import Marker

MADE: dict[str, Any] = {
    "id": 4,
    "result": [{"from_name": "topic"}],
    "completed_by": 1,
    "updated_at": "2026-01-01",
    "lead_time": None,
    "updated_by": None,
    "ground_truth": False,
    "was_cancelled": False,
    "parent_prediction": 9,
}


def test_one_made_of_a_prediction_is_unseen() -> None:
    assert is_unseen(MADE)


@pytest.mark.parametrize(
    "touched",
    [
        {"lead_time": 0.4},
        {"updated_by": 2},
        {"ground_truth": True},
        {"result": [{"from_name": "topic", "origin": "prediction"}]},
        {"result": [{"from_name": "topic", "origin": "manual"}]},
    ],
)
def test_a_person_is_seen(touched: dict[str, Any]) -> None:
    assert not is_unseen({**MADE, **touched})
    assert not is_unseen({**MADE, **touched}, accepted={4})


def test_without_its_prediction_it_is_known_by_its_mark_or_its_id() -> None:
    orphan = {**MADE, "parent_prediction": None}
    assert not is_unseen(orphan)
    assert is_unseen(orphan, accepted={4})
    assert is_unseen({**orphan, "result": Marker("ab" * 32).marked(1, "x@1", MADE["result"])})


@pytest.mark.parametrize("name", ["result", "completed_by", "updated_at", "was_cancelled"])
def test_a_change_breaks_the_seal(name: str) -> None:
    assert seal(MADE) == seal({**MADE, "created_ago": "3 minutes"})
    assert seal(MADE) != seal({**MADE, name: "another"})


@pytest.mark.parametrize("result", [None, 5, {}, [None]])
def test_any_result_can_be_looked_at(result: Any) -> None:
    assert is_unseen(MADE | {"result": result, "parent_prediction": None}) is False
