"""Push: makes the predictions in Label Studio equal to the stored answers.

Predictions in Label Studio are compared with the wanted ones, missing ones are imported in few large requests, and only
then replaced ones are deleted. So no prediction is missing in between (except for many new scores, see `rescorer`), a
second push changes nothing, and the next push completes an interrupted one. Memory holds a page of tasks, a request,
and some bytes per prediction.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from shlex import quote

from backend.domain.predictions.diff import WantedPrediction, compare
from backend.domain.predictions.index import PredictionIndex
from backend.domain.prompts.version import PromptVersion
from backend.services.predictions.completer import Completer
from backend.services.predictions.importer import PredictionImporter
from backend.services.predictions.rescorer import Rescorer
from backend.services.predictions.target_project import Notify, TargetProject

LARGE_DELETE = 500


@dataclass(frozen=True, slots=True)
class PushResult:
    """Numbers of predictions. `rescored`: the same answers with other scores."""

    created: int
    deleted: int
    unchanged: int
    rescored: int = 0


def push(
    target: TargetProject,
    version: PromptVersion,
    pages: Iterable[WantedPrediction],
    keep: bool,
    take_over: bool = False,
) -> PushResult:
    """Makes Label Studio's predictions equal to what `pages` want. No task may be in two pages.

    Raises StudioError if Label Studio did not accept all.
    keep: whether other versions of the prompt keep their predictions on these tasks
    take_over: whether predictions of others under the prompt's name are replaced too
    """
    work = _Push(target, version, target.there(version.names, take_over), take_over)
    for expected in pages:
        work.add(expected, keep)
    result = work.finish()
    target.show_again(version.names, instead=version.tag)
    if work.others:
        target.notify(
            f"{foreign(work.others)} stay there; `ls-prompts push {quote(version.tag)} --take-over` replaces them too."
        )
    return result


class _Push:
    """The changes of one push, page by page. `others`: predictions of others that stay, by version."""

    def __init__(self, target: TargetProject, version: PromptVersion, index: PredictionIndex, take_over: bool) -> None:
        self._target = target
        self._index = index
        self._imports = PredictionImporter(target, version, index.counts[version.tag])
        completer = Completer(target, version, self._imports, take_over)
        self._rescorer = Rescorer(target, version, self._imports, completer)
        self._obsolete: dict[str, array[int]] = {}
        self._unchanged = 0
        self.others = Counter[str]()

    def add(self, expected: WantedPrediction, keep: bool) -> None:
        changes = compare(self._index.of(expected.tasks), expected, keep)
        for prediction in changes.obsolete:
            self._obsolete.setdefault(prediction.version, array("q")).append(prediction.id)
        self.others.update(prediction.version for prediction in changes.others)
        self._unchanged += changes.unchanged
        self._rescorer.add(changes.rescored, expected.alone)
        self._imports.add(changes.missing, expected.alone)

    def finish(self) -> PushResult:
        """Imports what is missing, and only then deletes what is obsolete."""
        self._rescorer.finish()
        self._imports.finish()
        deleted = delete(self._target, self._obsolete, self._index.counts)
        return PushResult(self._imports.created, deleted, self._unchanged, self._rescorer.rescored)


def foreign(versions: Mapping[str, int]) -> str:
    """Predictions of others, counted by version, as the subject of a sentence in the plural."""
    which = ", ".join(f"{number:,} of {version}" for version, number in sorted(versions.items()))
    return f"Predictions that this database did not push ({which})"


def warn_of_lock(deletions: int, notify: Notify) -> None:
    """Tells the user before a delete that will lock a Label Studio on SQLite for seconds."""
    if deletions > LARGE_DELETE:
        notify(f"Deleting {deletions:,} predictions; a Label Studio on SQLite lets nobody save meanwhile.")


def delete(target: TargetProject, obsolete: Mapping[str, Sequence[int]], counts: Mapping[str, int]) -> int:
    """Deletes predictions, given as ids by version: a whole version at once if all of it goes, else one by one.

    Returns the number deleted.
    """
    number = sum(map(len, obsolete.values()))
    warn_of_lock(number, target.notify)
    for version, ids in obsolete.items():
        if len(ids) == counts[version] == target.count(version):
            target.delete_version(version)
        else:
            for prediction in ids:
                target.delete_prediction(prediction)
    return number
