"""Push: makes the predictions in Label Studio what the record says they should be.

A reconciliation, not a sequence of steps: what is there is compared with what should be, the missing is imported in few
large requests, and only then is what was replaced deleted. So nothing is ever missing in between, a second push changes
nothing, and an interrupted one is finished by the next. However large the project is, no more is held of it than a page
of tasks, a request, and some bytes for each prediction.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.domain.predictions.diff import WantedPrediction, compare
from backend.domain.prompts.version import PromptVersion
from backend.services.predictions.importer import PredictionImporter
from backend.services.predictions.target_project import Notify, TargetProject

LARGE_DELETE = 500
LARGE_RESCORE = 1000


@dataclass(frozen=True, slots=True)
class PushResult:
    """Numbers of predictions. `rescored`: kept, with other scores."""

    created: int
    deleted: int
    unchanged: int
    rescored: int = 0


def push(
    place: TargetProject, version: PromptVersion, pages: Iterable[WantedPrediction], keep: bool, take_over: bool = False
) -> PushResult:
    """Makes what `pages` want what Label Studio has; unless `keep`, other versions of the prompt give way on those
    tasks. No task may be in two pages. What others pushed under the prompt's name stays, unless `take_over`.

    Raises StudioError when Label Studio did not take all.
    """
    there = place.there(version.names, take_over)
    imports = PredictionImporter(place, version, there.counts[version.tag])
    obsolete: dict[str, array[int]] = {}
    others = Counter[str]()
    unchanged = rescored = 0
    for wanted in pages:
        changes = compare(there.of(wanted.tasks), wanted, keep)
        for known in changes.obsolete:
            obsolete.setdefault(known.version, array("q")).append(known.id)
        others.update(known.version for known in changes.others)
        unchanged += changes.unchanged
        rescored = _rescore(place, changes.rescored, rescored)
        imports.add(changes.missing)
    imports.finish()
    deleted = delete(place, obsolete, there.counts)
    place.show_again(version.names, instead=version.tag)
    if others:
        place.notify(f"{foreign(others)} stay there; `ls-prompts push {version.tag} --take-over` replaces them too.")
    return PushResult(imports.created, deleted, unchanged, rescored)


def foreign(versions: Mapping[str, int]) -> str:
    """Predictions of others, counted by version, as the subject of a sentence about several."""
    which = ", ".join(f"{number:,} of {version}" for version, number in sorted(versions.items()))
    return f"Predictions that this database did not push ({which})"


def _rescore(place: TargetProject, changes: Sequence[tuple[int, Mapping[str, Any]]], before: int) -> int:
    """One by one: an annotation made of a prediction keeps knowing it. How many there were in all, with those
    `before`; says so once when they take long."""
    if before <= LARGE_RESCORE < before + len(changes):
        place.notify("Thousands of scores change; Label Studio takes about a minute for each thousand.")
    for prediction, item in changes:
        place.rescore(prediction, item)
    return before + len(changes)


def warn_of_lock(deletions: int, notify: Notify) -> None:
    """Says so before a delete that will lock a Label Studio on SQLite for seconds."""
    if deletions > LARGE_DELETE:
        notify(f"Deleting {deletions:,} predictions; a Label Studio on SQLite lets nobody save meanwhile.")


def delete(place: TargetProject, obsolete: Mapping[str, Sequence[int]], there: Mapping[str, int]) -> int:
    """Deletes predictions, whose ids come by version: a whole version at once when all of it goes, else one by one.

    The number deleted.
    """
    number = sum(map(len, obsolete.values()))
    warn_of_lock(number, place.notify)
    for version, ids in obsolete.items():
        if len(ids) == there[version] == place.count(version):
            place.delete_version(version)
        else:
            for prediction in ids:
                place.delete_prediction(prediction)
    return number
