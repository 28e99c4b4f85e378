"""What Label Studio's import takes, and what it drops without a word."""

from typing import Any

import pytest

from backend.domain.predictions.bulk_import import takes


def region(kind: str, value: Any) -> dict[str, Any]:
    return {"from_name": "c", "to_name": "t", "type": kind, "value": {kind: value}}


@pytest.mark.parametrize(
    ("result", "taken"),
    [
        ([], True),
        ([region("choices", ["a", "b"])], True),
        ([region("taxonomy", [["a", "b"]])], True),
        ([region("choices", [["a"]])], False),
        ([region("rating", 3), region("choices", [["a", "b"], ["c"]])], False),
    ],
)
def test_paths_of_choices_are_dropped(result: list[dict[str, Any]], taken: bool) -> None:
    assert takes(result) is taken
