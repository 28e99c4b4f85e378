"""Completer: makes sure that each of many tasks has its prediction of a version, once.

It reads the predictions that are there. Then it imports, changes or deletes what is wrong, until nothing is wrong. All
predictions of the project are read for that, so it should be done for many tasks at once.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from backend.adapters.label_studio.http import Refused
from backend.domain.predictions.diff import PredictionDiff, WantedPrediction, compare
from backend.domain.prompts.version import PromptVersion
from backend.errors import StudioError
from backend.services.predictions.importer import ImportLine, PredictionImporter
from backend.services.predictions.target_project import TargetProject

PART = 500
"""Tasks whose predictions are held in memory at once."""
ROUNDS = 4
"""Times that what is there is compared with what should be; two without trouble."""


class UnsettledError(StudioError):
    """The predictions in Label Studio are still wrong after several attempts."""


class Rescored(NamedTuple):
    """A prediction by its id, and what it should be."""

    prediction: int
    line: ImportLine


@dataclass(slots=True)
class Amiss:
    """Tasks that have no prediction, or not the one that they should have, or more than one.

    lines: what they should have, by task
    missing: the part of it that is not there
    obsolete: ids of predictions that a connected backend gave to a task that was opened while it had none
    """

    lines: dict[int, ImportLine] = field(default_factory=dict)
    missing: list[ImportLine] = field(default_factory=list)
    obsolete: list[int] = field(default_factory=list)
    rescored: list[Rescored] = field(default_factory=list)

    def add(self, diff: PredictionDiff, lines: Mapping[int, ImportLine]) -> None:
        self.lines.update(lines)
        self.missing += [lines[item["task"]] for item in diff.missing]
        self.obsolete += [prediction.id for prediction in diff.obsolete]
        self.rescored += [Rescored(number, lines[item["task"]]) for number, item in diff.rescored]


class Completer:
    """For predictions of one version. `settled`: tasks that were found to have their prediction."""

    def __init__(
        self, target: TargetProject, version: PromptVersion, imports: PredictionImporter, take_over: bool
    ) -> None:
        """`take_over`: as in `push`."""
        self.settled = 0
        self._target = target
        self._version = version
        self._imports = imports
        self._take_over = take_over

    def complete(self, lines: Mapping[int, ImportLine]) -> None:
        """`lines`: what tasks should have, by task. Raises Refused, Unreachable or UnsettledError if it cannot be."""
        for attempt in range(ROUNDS):
            amiss = self._amiss(lines)
            if not amiss.lines:
                return
            try:
                lines = self._set_right(amiss)
            except Refused:
                if attempt == ROUNDS - 1:
                    raise
                lines = amiss.lines
        raise UnsettledError("Predictions change while they are pushed.")

    def rescore(self, change: Rescored) -> bool:
        """Changes a prediction in place. Returns whether it was there."""
        item = json.loads(change.line.body)
        return self._target.surely(
            lambda: self._target.studio.rescore(change.prediction, item["score"], item["result"])
        )

    def _amiss(self, lines: Mapping[int, ImportLine]) -> Amiss:
        """The parts of these tasks in which something is to be done; the tasks of the others are counted."""
        amiss = Amiss()
        index = self._target.there(self._version.names, self._take_over)
        for tasks in parts(list(lines), PART):
            expected = WantedPrediction((self._version.tag,), {task: json.loads(lines[task].body) for task in tasks})
            diff = compare(sorted(index.of(tasks), key=lambda prediction: prediction.id), expected, keep=True)
            if diff.missing or diff.rescored or diff.obsolete:
                amiss.add(diff, {task: lines[task] for task in tasks})
            else:
                self.settled += diff.unchanged
        return amiss

    def _set_right(self, amiss: Amiss) -> Mapping[int, ImportLine]:
        """Returns the lines of tasks that still exist."""
        restored = self._imports.restore(amiss.missing) if amiss.missing else 0
        for number in amiss.obsolete:
            self._target.delete_prediction(number)
        for change in amiss.rescored:
            self.rescore(change)
        if restored == len(amiss.missing):
            return amiss.lines
        existing = set(self._target.surely(lambda: self._target.studio.task_ids(self._target.project)))
        return {task: line for task, line in amiss.lines.items() if task in existing}


def parts(tasks: list[int], size: int) -> Iterator[list[int]]:
    return (tasks[start : start + size] for start in range(0, len(tasks), size))
