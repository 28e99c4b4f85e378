"""Rescorer: gives predictions in Label Studio other scores.

Label Studio changes one prediction at a time, which takes it five times as long as to delete and import many. So where
many scores change, predictions that are all that their task has are deleted and imported anew. All others are changed
one by one, so that an annotation keeps the prediction from which it was made. A kill between deleting and importing
leaves tasks without a prediction until the next push, which imports what is missing.
"""

import json
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from backend.adapters.label_studio.lone_predictions import LonePredictions
from backend.domain.prompts.version import PromptVersion
from backend.services.predictions.importer import AT_ONCE, ImportLine, PredictionImporter
from backend.services.predictions.target_project import TargetProject

MANY = 1000
PART = 500
"""Predictions deleted in one request: SQLite is locked for some 2 s, and lets somebody who saves wait for 5 s."""
TASKS_OF_AN_IMPORT = 25
"""Label Studio recounts all tasks of a project after an import. So many are recounted while one score is changed."""


class Rescored(NamedTuple):
    """A prediction by its id, and what it should be."""

    prediction: int
    line: ImportLine


class Rescorer:
    """For predictions of one version. `rescored`: how many have their new scores."""

    def __init__(self, place: TargetProject, version: PromptVersion, imports: PredictionImporter) -> None:
        self.rescored = 0
        self._place = place
        self._version = version
        self._imports = imports
        self._lone = LonePredictions(place.studio.http, place.project, version.tag)
        self._changes: list[Rescored] = []
        self._size = 0
        self._replaced = array("q")
        self._told = False

    def add(self, changes: Iterable[tuple[int, Mapping[str, Any]]], alone: Collection[int]) -> None:
        """Raises StudioError.

        changes: ids of predictions, each with the wanted item
        alone: tasks whose prediction the bulk import drops
        """
        for prediction, item in changes:
            line = self._imports.line(item, alone)
            self._changes.append(Rescored(prediction, line))
            self._size += len(line.body)
            if self._size >= AT_ONCE:
                self._flush()

    def finish(self) -> None:
        """Changes the rest. Raises StudioError."""
        self._flush()
        if len(self._replaced) and self._place.surely(lambda: self._place.studio.backends(self._place.project)):
            self._delete_doubles()

    def _flush(self) -> None:
        changes, self._changes, self._size = self._changes, [], 0
        self._warn_of_many(len(changes))
        left = changes
        if len(changes) > MANY and len(changes) * TASKS_OF_AN_IMPORT > self._tasks():
            deleted = self._delete_lone([change for change in changes if not change.line.alone])
            left = [change for change in changes if change.line.task not in deleted]
            if deleted:
                again = [change.line for change in changes if change.line.task in deleted]
                self.rescored += self._imports.restore(again)
        for change in left:
            self._change(change)

    def _tasks(self) -> int:
        return self._place.surely(lambda: self._place.studio.project(self._place.project)).tasks

    def _warn_of_many(self, number: int) -> None:
        if number > MANY and not self._told:
            self._told = True
            self._place.notify(
                "Thousands of scores change; Label Studio takes some seconds for each thousand, "
                "and half a minute where tasks have annotations, drafts or other predictions."
            )

    def _delete_lone(self, changes: Sequence[Rescored]) -> set[int]:
        """The tasks whose prediction is deleted."""
        deleted = set[int]()
        for tasks in _parts([change.line.task for change in changes]):
            deleted |= self._deleted(tasks)
        self._replaced.extend(deleted)
        return deleted

    def _deleted(self, tasks: list[int]) -> set[int]:
        found = self._place.surely(lambda: self._lone.among(tasks))
        if not found:
            return set()
        number = self._place.surely(lambda: self._lone.delete(found))
        if number == len(found):
            return set(found)
        # Somebody was at work on them meanwhile, or the request was repeated because its answer was lost.
        return set(found) - set(self._place.surely(lambda: self._lone.kept(found)))

    def _change(self, change: Rescored) -> None:
        item = json.loads(change.line.body)
        self._place.surely(lambda: self._place.studio.rescore(change.prediction, item["score"], item["result"]))
        self.rescored += 1

    def _delete_doubles(self) -> None:
        """A connected backend may have given a prediction to a task that was opened while it had none."""
        index = self._place.there(self._version.names)
        for task in self._replaced:
            ours = [one.id for one in index.of([task]) if one.ours and one.version == self._version.tag]
            for double in sorted(ours)[:-1]:
                self._place.delete_prediction(double)


def _parts(tasks: list[int]) -> Iterator[list[int]]:
    return (tasks[start : start + PART] for start in range(0, len(tasks), PART))
