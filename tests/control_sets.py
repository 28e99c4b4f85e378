"""Sets of a labelling config, tasks, answers, annotations and predictions, as Label Studio showed and saved them."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure

Json = dict[str, Any]

FOLDER = Path(__file__).parent / "data" / "controls"
SETS = tuple(sorted(folder.name for folder in FOLDER.iterdir()))


@dataclass(frozen=True)
class ControlSet:
    """`truths`, `predicted`: the `result` of each task's annotation and prediction."""

    config: str
    tasks: list[Json]
    answers: list[Json]
    truths: list[list[Json]]
    predicted: list[list[Json]]
    json_schema: Json

    @property
    def schema(self) -> LabelSchema:
        return read_config(self.config)

    def bound(self, number: int) -> LabelSchema:
        """The schema as it is for a task."""
        schema = self.schema.for_task(self.tasks[number])
        assert not isinstance(schema, Failure), schema
        return schema


def control_set(name: str) -> ControlSet:
    """The set in the folder of that name."""

    def read(file: str) -> Any:
        return json.loads((FOLDER / name / f"{file}.json").read_text(encoding="utf-8"))

    return ControlSet(
        config=(FOLDER / name / "config.xml").read_text(encoding="utf-8"),
        tasks=read("tasks"),
        answers=read("answers"),
        truths=[one["result"] for one in read("annotations")],
        predicted=[one["result"] for one in read("predictions")],
        json_schema=read("schema"),
    )


def linked(result: Sequence[Mapping[str, Any]]) -> list[Json]:
    """The same regions with numbers in place of ids, and no id where it links nothing, so that results of different ids
    can be compared."""
    links = ("id", "from_id", "to_id")
    used = Counter(region[key] for region in result for key in links if key in region)
    numbers = {name: number for number, name in enumerate(name for name in used if used[name] > 1)}
    kept = ([(key, said) for key, said in region.items() if key != "id" or said in numbers] for region in result)
    return [{key: numbers[said] if key in links else said for key, said in region} for region in kept]
