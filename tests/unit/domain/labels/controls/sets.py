"""Sets of a labelling config, tasks, answers, annotations and predictions, as Label Studio showed and saved them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class ControlSet:
    """`truths`, `predicted`: the `result` of each task's annotation and prediction."""

    schema: LabelSchema
    tasks: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    truths: list[list[dict[str, Any]]]
    predicted: list[list[dict[str, Any]]]
    json_schema: dict[str, Any]


def control_set(name: str) -> ControlSet:
    """The set in the folder of that name."""

    def read(file: str) -> Any:
        return json.loads((DATA / name / file).read_text(encoding="utf-8"))

    return ControlSet(
        schema=read_config((DATA / name / "config.xml").read_text(encoding="utf-8")),
        tasks=read("tasks.json"),
        answers=read("answers.json"),
        truths=[one["result"] for one in read("annotations.json")],
        predicted=[one["result"] for one in read("predictions.json")],
        json_schema=read("schema.json"),
    )
