"""Push: makes the predictions in Label Studio what the record says they should be.

A reconciliation, not a sequence of steps: what is there is compared with what should be, the missing is imported in few
large requests, and only then is what was replaced deleted. So nothing is ever missing in between, a second push changes
nothing, and an interrupted one is finished by the next. However large the project is, no more is held of it than a page
of tasks, a request, and some bytes for each prediction.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.core.prompts import PromptVersion
from backend.core.reconcile import Wanted, compare
from backend.flows.imports import Imports
from backend.flows.place import Place, Tell

LARGE_DELETE = 500


@dataclass(frozen=True, slots=True)
class Pushed:
    """Numbers of predictions."""

    created: int
    deleted: int
    unchanged: int


def push(place: Place, version: PromptVersion, pages: Iterable[Wanted], keep: bool) -> Pushed:
    """Makes what `pages` want what Label Studio has; unless `keep`, other versions of the prompt give way on those
    tasks. No task may be in two pages.

    Raises StudioError when Label Studio did not take all.
    """
    there = place.there(version.names)
    imports = Imports(place, version, there.counts[version.tag])
    obsolete: dict[str, array[int]] = {}
    unchanged = 0
    for wanted in pages:
        changes = compare(there.of(wanted.tasks), wanted, keep)
        for known in changes.obsolete:
            obsolete.setdefault(known.version, array("q")).append(known.id)
        unchanged += changes.unchanged
        imports.add(changes.missing)
    imports.flush()
    deleted = delete(place, obsolete, there.counts)
    place.show_again(version.names, instead=version.tag)
    return Pushed(imports.created, deleted, unchanged)


def warn_of_lock(deletions: int, tell: Tell) -> None:
    """Says so before a delete that will lock a Label Studio on SQLite for seconds."""
    if deletions > LARGE_DELETE:
        tell(f"Deleting {deletions:,} predictions; a Label Studio on SQLite lets nobody save meanwhile.")


def delete(place: Place, obsolete: Mapping[str, Sequence[int]], there: Mapping[str, int]) -> int:
    """Deletes predictions, whose ids come by version: a whole version at once when all of it goes, else one by one.

    The number deleted.
    """
    number = sum(map(len, obsolete.values()))
    warn_of_lock(number, place.tell)
    for version, ids in obsolete.items():
        if len(ids) == there[version] == place.count(version):
            place.delete_version(version)
        else:
            for prediction in ids:
                place.delete_prediction(prediction)
    return number
