"""Push: makes the predictions in Label Studio what the record says they should be.

A reconciliation, not a sequence of steps: what is there is compared with what should be, the missing is imported in one
large request, and only then is what was replaced deleted. So nothing is ever missing in between, a second push changes
nothing, and an interrupted one is finished by the next.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.core.labels.schema import LabelSchema
from backend.core.outcomes import Outcome, Rejection
from backend.core.prompts import PromptVersion, belongs, parse_tag
from backend.core.results import same_result, to_result
from backend.edges.studio import Prediction
from backend.edges.studio_http import Refused
from backend.errors import StudioError
from backend.flows.place import Place, Tell

IMPORT_AT_ONCE = 50_000
LARGE_DELETE = 500
SCORE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Pushed:
    """Numbers of predictions."""

    created: int
    deleted: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should be there: `items` by task, as Label Studio imports them. On tasks in `given_up` the answer can't be
    used, so an older prediction of this very version goes. Tasks in neither are not touched. `former`: names the prompt
    had before, under which its predictions may still be there."""

    tag: str
    items: Mapping[int, Mapping[str, Any]]
    given_up: set[int]
    former: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (parse_tag(self.tag)[0], *self.former)

    @property
    def former_tags(self) -> set[str]:
        """This very version's, under former names."""
        number = parse_tag(self.tag)[1]
        return {f"{name}@{number}" for name in self.former}


@dataclass(frozen=True, slots=True)
class Changes:
    missing: list[dict[str, Any]]
    obsolete: list[Prediction]
    unchanged: int


def push(place: Place, wanted: Wanted, keep: bool) -> Pushed:
    """Makes `wanted` what Label Studio has; unless `keep`, other versions of the prompt give way on those tasks.

    Raises StudioError when Label Studio did not take all.
    """
    names = wanted.names
    there = [p for p in place.studio.predictions(place.project) if p.model_version and belongs(p.model_version, *names)]
    changes = compare(there, wanted, keep)
    created = 0
    for start in range(0, len(changes.missing), IMPORT_AT_ONCE):
        created += _import(place, changes.missing[start : start + IMPORT_AT_ONCE], wanted.tag)
    deleted = delete(place, changes.obsolete, Counter(p.model_version for p in there))
    place.show_again(names, instead=wanted.tag)
    return Pushed(created, deleted, changes.unchanged)


def _import(place: Place, items: Sequence[Mapping[str, Any]], tag: str) -> int:
    """Label Studio refuses them all when one is for a task that was deleted since it was labelled."""
    studio, project = place.studio, place.project
    try:
        created = studio.import_predictions(project, items)
    except Refused as refusal:
        if refusal.status != 400:
            raise
        existing = set(studio.task_ids(project))
        left = [item for item in items if item["task"] in existing]
        if len(left) == len(items):
            raise
        place.tell(f"Left out {len(items) - len(left):,} prediction(s) of tasks that are not there any more.")
        items, created = left, studio.import_predictions(project, left) if left else 0
    if created != len(items):
        raise StudioError(
            f"Label Studio took only {created} of {len(items)} predictions: its labelling config may have changed; "
            f"check it, then run `ls-prompts push {tag}`."
        )
    return created


def wanted_of(outcomes: Sequence[Outcome], schema: LabelSchema, version: PromptVersion) -> Wanted:
    """What outcomes amount to in Label Studio."""
    tag = version.tag
    items = {
        o.task_id: {
            "task": o.task_id,
            "model_version": tag,
            "score": rounded(o.confidence),
            "result": to_result(o.answer, schema),
        }
        for o in outcomes
        if o.answer is not None
    }
    given_up = {outcome.task_id for outcome in outcomes if isinstance(outcome.verdict, Rejection)}
    return Wanted(tag, items, given_up, version.former)


def rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, SCORE_DIGITS)


def compare(there: Sequence[Prediction], wanted: Wanted, keep: bool) -> Changes:
    """What is missing and what is replaced. Pure."""
    settled: set[int] = set()
    obsolete: list[Prediction] = []
    former = wanted.former_tags
    for prediction in there:
        task = prediction.task_id
        item = wanted.items.get(task)
        mine = prediction.model_version == wanted.tag
        if not mine and prediction.model_version not in former:
            if item is not None and not keep:
                obsolete.append(prediction)
        elif mine and item is not None and task not in settled and _says(prediction, item):
            settled.add(task)
        elif item is not None or task in wanted.given_up:
            obsolete.append(prediction)
    missing = [dict(item) for task, item in wanted.items.items() if task not in settled]
    return Changes(missing, obsolete, len(settled))


def warn_of_lock(deletions: int, tell: Tell) -> None:
    """Says so before a delete that will lock a Label Studio on SQLite for seconds."""
    if deletions > LARGE_DELETE:
        tell(f"Deleting {deletions:,} predictions; a Label Studio on SQLite lets nobody save meanwhile.")


def delete(place: Place, obsolete: Sequence[Prediction], there: Mapping[str | None, int]) -> int:
    """Deletes predictions: a whole version at once when all of it goes, else one by one. The number deleted."""
    warn_of_lock(len(obsolete), place.tell)
    deleted = 0
    for version, number in Counter(p.model_version for p in obsolete).items():
        if version and number == there[version] == place.studio.model_versions(place.project).get(version):
            deleted += place.delete_version(version)
            continue
        for prediction in (p for p in obsolete if p.model_version == version):
            place.studio.delete_prediction(prediction.id)
            deleted += 1
    return deleted


def _says(prediction: Prediction, item: Mapping[str, Any]) -> bool:
    return rounded(prediction.score) == item["score"] and same_result(prediction.result, item["result"])
