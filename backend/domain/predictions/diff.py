"""Prediction diff: the predictions in Label Studio compared with those that it should have, one page of tasks at a
time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.domain.calibration.calibrators import RAW, Calibrators
from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.brought_labels import labels_of_config
from backend.domain.labels.controls.lists.repeated import RepeatedControl
from backend.domain.labels.regions import answer_print, fingerprint, rounded, to_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Rejection
from backend.domain.predictions.index import IndexedPrediction
from backend.domain.prompts.version import PromptVersion


@dataclass(frozen=True, slots=True)
class WantedPrediction:
    """The predictions that Label Studio should have. Tasks in neither `items` nor `given_up` are not changed.

    items: by task, as Label Studio imports them
    given_up: tasks whose answer cannot be used, so that an older prediction of this version is deleted
    tags: see PromptVersion; the first one is the tag that predictions should carry
    alone: tasks whose prediction goes in a request of its own, see `takes`
    """

    tags: tuple[str, ...]
    items: Mapping[int, Mapping[str, Any]]
    given_up: frozenset[int] = frozenset()
    alone: frozenset[int] = frozenset()

    @property
    def tasks(self) -> list[int]:
        return [*self.items, *self.given_up]


@dataclass(frozen=True, slots=True)
class PredictionDiff:
    """The changes that a push makes.

    rescored: ids of predictions with the right answer and other scores, each with the wanted item
    others: predictions that would be replaced if they were ours
    """

    missing: list[Mapping[str, Any]]
    obsolete: list[IndexedPrediction]
    unchanged: int
    rescored: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    others: list[IndexedPrediction] = field(default_factory=list)


def wanted_of(
    outcomes: Sequence[Outcome], schema: LabelSchema, version: PromptVersion, calibrators: Calibrators = RAW
) -> WantedPrediction:
    """The wanted predictions for these outcomes, with calibrated confidences."""
    results = {o.task_id: to_result(o.answer, schema, calibrators.scores(o)) for o in outcomes if o.answer is not None}
    items = {
        o.task_id: {
            "task": o.task_id,
            "model_version": version.tag,
            "score": rounded(calibrators.score(o)),
            "result": results[o.task_id],
        }
        for o in outcomes
        if o.task_id in results
    }
    given_up = frozenset(outcome.task_id for outcome in outcomes if isinstance(outcome.verdict, Rejection))
    alone = frozenset(task for task, result in results.items() if not takes(result, schema))
    return WantedPrediction(version.tags, items, given_up, alone)


def compare(existing: Iterable[IndexedPrediction], expected: WantedPrediction, keep: bool) -> PredictionDiff:
    """What is missing and what is replaced. Predictions of others neither count nor are deleted.

    keep: whether other versions of the prompt keep their predictions
    """
    settled: dict[int, tuple[int, Mapping[str, Any]] | None] = {}
    obsolete: list[IndexedPrediction] = []
    others: list[IndexedPrediction] = []
    former = expected.tags[1:]
    for prediction in existing:
        task = prediction.task_id
        item = expected.items.get(task)
        replaced = obsolete if prediction.ours else others
        if prediction.version not in expected.tags:
            if item is not None and not keep:
                replaced.append(prediction)
        elif (
            prediction.ours
            and item is not None
            and prediction.version not in former
            and task not in settled
            and _answers(prediction, item)
        ):
            settled[task] = None if _says(prediction, item) else (prediction.id, item)
        elif item is not None or task in expected.given_up:
            replaced.append(prediction)
    missing = [item for task, item in expected.items.items() if task not in settled]
    rescored = [change for change in settled.values() if change is not None]
    return PredictionDiff(missing, obsolete, len(settled) - len(rescored), rescored, others)


def _answers(prediction: IndexedPrediction, item: Mapping[str, Any]) -> bool:
    return prediction.answer == answer_print(item["result"])


def _says(prediction: IndexedPrediction, item: Mapping[str, Any]) -> bool:
    return prediction.says == fingerprint(item["score"], item["result"])


def takes(result: Sequence[Mapping[str, Any]], schema: LabelSchema) -> bool:
    """Whether Label Studio's bulk import takes a prediction with these regions.

    It checks predictions with the SDK, which does not know all that the labelling screen shows, and drops without a
    word the paths of nested choices, names that are not in the labelling config as they stand, because an item's number
    is in them, labels that the task brings where the config lists others, and what goes beyond an attribute whose name
    it does not read. One request for each prediction checks nothing.
    """
    return schema.read_by_import and _takes(result, schema.fields)


def _takes(result: Sequence[Mapping[str, Any]], fields: Sequence[Control]) -> bool:
    names = {str(region.get("from_name")) for region in result}
    repeated = any(isinstance(field, RepeatedControl) and field.from_names(names) for field in fields)
    listed = {field.name: labels for field in fields if (labels := labels_of_config(field))}
    return not repeated and not any(_has_paths(region.get("value")) or _is_brought(region, listed) for region in result)


def _is_brought(region: Mapping[str, Any], listed: Mapping[str, frozenset[str]]) -> bool:
    control, value = listed.get(str(region.get("from_name"))), region.get("value")
    labels = value.get(str(region.get("type"))) if control and isinstance(value, Mapping) else None
    return control is not None and isinstance(labels, list) and not control.issuperset(_flat(labels))


def _flat(labels: Iterable[Any]) -> Iterator[Any]:
    """Labels, and the names on paths."""
    return (name for label in labels for name in (label if isinstance(label, list) else [label]))


def _has_paths(value: Any) -> bool:
    chosen = value.get("choices") if isinstance(value, Mapping) else None
    return isinstance(chosen, list) and any(isinstance(choice, list) for choice in chosen)
