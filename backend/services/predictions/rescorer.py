"""Rescorer: gives predictions in Label Studio other scores.

Label Studio changes one prediction at a time, which takes it much longer than to delete and import many. So if many
scores change, predictions on tasks that have nothing else are deleted and imported again. All others are changed in
place, so that an annotation keeps the prediction from which it was made.

What was deleted is imported at once, also after an error or a stop. Then it is compared with what should be there until
nothing is missing or there twice; many at a time, because all predictions of the project are read for it. A kill in
between leaves tasks without a prediction until the next push.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from backend.adapters.label_studio.http import Refused, Unreachable
from backend.adapters.label_studio.lone_predictions import LonePredictions
from backend.advice import Advice
from backend.domain.prompts.version import PromptVersion
from backend.errors import StudioError
from backend.services.predictions.completer import Completer, Rescored, UnsettledError, parts
from backend.services.predictions.importer import AT_ONCE, ImportLine, PredictionImporter
from backend.services.predictions.target_project import TargetProject

MANY = 1000
PART = 500
"""Predictions deleted in one request: SQLite is locked for some 2 s, and lets somebody who saves wait for 5 s."""
PORTION = 10_000
"""Tasks that have no prediction at the same time, at most."""
TASKS_OF_AN_IMPORT = 25
"""Label Studio recounts all tasks of a project after an import. So many are recounted while one score is changed."""
UNCHECKED = 20_000_000
"""Bytes of imported predictions that are compared with what should be there at once: some 100,000 of one label."""
QUICK = (
    "Thousands of scores change; Label Studio takes some seconds for each thousand, and half a minute where tasks have "
    "annotations, drafts or other predictions."
)
SLOW = "Thousands of scores change; each thousand takes Label Studio about half a minute."


class Rescorer:
    """For predictions of one version."""

    def __init__(
        self, target: TargetProject, version: PromptVersion, imports: PredictionImporter, completer: Completer
    ) -> None:
        """`completer`: for the same version; it counts for this one alone."""
        self._changed = 0
        self._completer = completer
        self._target = target
        self._version = version
        self._imports = imports
        self._lone = LonePredictions(target.studio.http, target.project, version.tag)
        self._changes: list[Rescored] = []
        self._size = 0
        self._has_notified = False
        self._deleted: dict[int, ImportLine] = {}
        """By task; maybe deleted, and not yet known to be back."""
        self._deleted_count = 0
        """How many of these Label Studio said that it deleted."""
        self._unchecked: dict[int, ImportLine] = {}
        """By task; deleted and imported, and not yet compared with what is there."""
        self._pending: list[int] = []
        """Tasks of a request to delete whose end is not known."""
        self._overdue: dict[int, ImportLine] = {}
        """By task; a request to delete them did not end in time."""

    def add(self, changes: Iterable[tuple[int, Mapping[str, Any]]], alone: Collection[int]) -> None:
        """Raises StudioError.

        changes: ids of predictions, each with the wanted item
        alone: tasks whose prediction the bulk import drops
        """
        for prediction, item in changes:
            line = self._imports.line(item, alone)
            self._changes.append(Rescored(prediction, line))
            self._size += len(line.body)
            if len(self._changes) >= PORTION or self._size >= AT_ONCE:
                self._flush()

    def finish(self) -> None:
        """Changes the rest. Raises StudioError, also if Label Studio may still delete what was imported."""
        self._flush()
        self._check()
        if self._overdue:
            self._deleted = self._overdue
            self._bring_back()
            raise StudioError(
                f"Label Studio did not finish a request to delete {len(self._overdue):,} predictions within two "
                "minutes and may do so later: wait until it has less to do.",
                Advice.COMPLETE_PUSH,
                tag=self._version.tag,
            )

    @property
    def rescored(self) -> int:
        """How many predictions have their new scores."""
        return self._changed + self._completer.settled

    def _flush(self) -> None:
        changes, self._changes, self._size = self._changes, [], 0
        if self._is_worth_an_import(len(changes)):
            self._notify_once(QUICK)
            changes = self._replace(changes)
        elif len(changes) > MANY:
            self._notify_once(SLOW)
        self._change(changes)

    def _is_worth_an_import(self, number: int) -> bool:
        return number > MANY and not self._overdue and number * TASKS_OF_AN_IMPORT > self._tasks()

    def _tasks(self) -> int:
        return self._target.surely(lambda: self._target.studio.project(self._target.project)).tasks

    def _notify_once(self, sentence: str) -> None:
        if not self._has_notified:
            self._has_notified = True
            self._target.notify(sentence)

    def _replace(self, changes: Sequence[Rescored]) -> list[Rescored]:
        """Returns those that are to be changed in place."""
        lines = {change.line.task: change.line for change in changes if self._imports.takes(change.line)}
        replaced = set[int]()
        try:
            for part in parts(list(lines), PART):
                if not self._is_deleted(part, lines):
                    break
        except KeyboardInterrupt:
            self._target.notify("Stopping when predictions that were deleted are back.")
            raise
        finally:
            replaced.update(self._deleted)
            self._bring_back()
        return [change for change in changes if change.line.task not in replaced]

    def _is_deleted(self, tasks: list[int], lines: Mapping[int, ImportLine]) -> bool:
        """Deletes what stands alone. Returns whether the request has ended; if it is refused, tasks keep theirs, which
        are then changed in place."""
        deleted = self._target.surely(lambda: self._lone.among(tasks))
        if not deleted:
            return True
        self._deleted.update((task, lines[task]) for task in deleted)
        self._pending = deleted
        try:
            with suppress(Refused):
                self._deleted_count += self._lone.delete(deleted)
        except Unreachable as error:
            has_ended = self._wait_for_deletion()
            if error.late and not has_ended:
                self._overdue.update((task, lines[task]) for task in deleted)
            return has_ended
        self._pending = []
        return True

    def _wait_for_deletion(self) -> bool:
        """What is imported before such a request ends would be deleted by it. Returns whether it has ended."""
        self._target.notify(
            "Label Studio did not answer; waiting for what it was asked to delete, two minutes at most."
        )
        ended = self._target.wait(lambda: not self._target.surely(lambda: self._lone.remain(self._pending)))
        self._pending = []
        return ended

    def _bring_back(self) -> None:
        """Raises StudioError that says how many tasks may have no prediction."""
        if not self._deleted:
            return
        try:
            if self._pending:
                self._wait_for_deletion()
            if self._are_all_gone() and self._are_imported():
                self._unchecked |= self._deleted
            else:
                self._completer.complete(self._deleted)
        except (Refused, Unreachable, UnsettledError) as error:
            raise StudioError(f"{error} {self._incomplete()}", Advice.COMPLETE_PUSH, tag=self._version.tag) from error
        self._deleted, self._deleted_count = {}, 0
        if sum(len(line.body) for line in self._unchecked.values()) >= UNCHECKED:
            self._check()

    def _are_all_gone(self) -> bool:
        """Whether Label Studio said so of each. A prediction that somebody made meanwhile may count for one that is
        still there, which then is there twice until `_check`."""
        return self._deleted_count == len(self._deleted)

    def _are_imported(self) -> bool:
        """Imports what is gone; False if that was not possible for all of it."""
        with suppress(Refused):
            return self._imports.restore(list(self._deleted.values())) == len(self._deleted)
        return False

    def _check(self) -> None:
        """Compares what was imported with what is there."""
        unchecked, self._unchecked = self._unchecked, {}
        if not unchecked:
            return
        try:
            self._completer.complete(unchecked)
        except (Refused, Unreachable, UnsettledError) as error:
            raise StudioError(
                f"{error} {len(unchecked):,} predictions were given new scores that are not checked yet.",
                Advice.COMPLETE_PUSH,
                tag=self._version.tag,
            ) from error

    def _incomplete(self) -> str:
        number = len(self._deleted)
        tasks = "1 task has" if number == 1 else f"{number:,} tasks have"
        return f"Up to {tasks} no prediction now."

    def _change(self, changes: Iterable[Rescored]) -> None:
        """In place; a prediction that was deleted meanwhile is imported."""
        vanished = [change.line for change in changes if not self._is_changed(change)]
        if vanished:
            self._changed += self._imports.restore(vanished)

    def _is_changed(self, change: Rescored) -> bool:
        is_there = self._completer.rescore(change)
        self._changed += is_there
        return is_there
