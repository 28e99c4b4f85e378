"""Sets of a labelling config, tasks, answers, annotations and predictions, as Label Studio showed and saved them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema

DATA = Path(__file__).parent / "data"
LINKED = Path(__file__).parent / "linked"
"""Sets whose regions belong together by their ids."""


@dataclass(frozen=True)
class ControlSet:
    """`truths`, `predicted`: the `result` of each task's annotation and prediction."""

    schema: LabelSchema
    tasks: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    truths: list[list[dict[str, Any]]]
    predicted: list[list[dict[str, Any]]]
    json_schema: dict[str, Any]


def control_set(name: str, data: Path = DATA) -> ControlSet:
    """The set in the folder of that name."""

    def read(file: str) -> Any:
        return json.loads((data / name / file).read_text(encoding="utf-8"))

    return ControlSet(
        schema=read_config((data / name / "config.xml").read_text(encoding="utf-8")),
        tasks=read("tasks.json"),
        answers=read("answers.json"),
        truths=[one["result"] for one in read("annotations.json")],
        predicted=[one["result"] for one in read("predictions.json")],
        json_schema=read("schema.json"),
    )


def numbered(result: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same regions with ids in the order in which they come, so that results of different ids can be compared."""
    numbers: dict[str, int] = {}
    return [
        {
            key: numbers.setdefault(value, len(numbers)) if key in ("id", "from_id", "to_id") else value
            for key, value in region.items()
        }
        for region in result
    ]
