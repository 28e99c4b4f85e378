"""Reconcile: what Label Studio has against what it should have, a page of tasks at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.domain.calibration.calibrators import RAW, Calibrators
from backend.domain.labels.regions import answer_print, fingerprint, rounded, to_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Rejection
from backend.domain.predictions.index import IndexedPrediction
from backend.domain.prompts.version import PromptVersion


@dataclass(frozen=True, slots=True)
class WantedPrediction:
    """What should be there: `items` by task, as Label Studio imports them. On tasks in `given_up` the answer can't be
    used, so an older prediction of this very version goes. Tasks in neither are not touched. `tags`: see
    PromptVersion, the first is the one that predictions should bear."""

    tags: tuple[str, ...]
    items: Mapping[int, Mapping[str, Any]]
    given_up: frozenset[int] = frozenset()

    @property
    def tasks(self) -> list[int]:
        return [*self.items, *self.given_up]


@dataclass(frozen=True, slots=True)
class PredictionDiff:
    """`rescored`: ids of predictions that say the right answer with other scores than the items beside them; `others`:
    predictions that would be replaced if they were ours."""

    missing: list[Mapping[str, Any]]
    obsolete: list[IndexedPrediction]
    unchanged: int
    rescored: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    others: list[IndexedPrediction] = field(default_factory=list)


def wanted_of(
    outcomes: Sequence[Outcome], schema: LabelSchema, version: PromptVersion, calibrators: Calibrators = RAW
) -> WantedPrediction:
    """What outcomes amount to in Label Studio, their confidences calibrated."""
    items = {
        o.task_id: {
            "task": o.task_id,
            "model_version": version.tag,
            "score": rounded(calibrators.score(o)),
            "result": to_result(o.answer, schema, calibrators.scores(o)),
        }
        for o in outcomes
        if o.answer is not None
    }
    given_up = frozenset(outcome.task_id for outcome in outcomes if isinstance(outcome.verdict, Rejection))
    return WantedPrediction(version.tags, items, given_up)


def compare(there: Iterable[IndexedPrediction], wanted: WantedPrediction, keep: bool) -> PredictionDiff:
    """What is missing and what is replaced; unless `keep`, other versions of the prompt give way. Predictions that are
    not ours neither count nor go."""
    settled: dict[int, tuple[int, Mapping[str, Any]] | None] = {}
    obsolete: list[IndexedPrediction] = []
    others: list[IndexedPrediction] = []
    former = wanted.tags[1:]
    for known in there:
        task = known.task_id
        item = wanted.items.get(task)
        gone = obsolete if known.ours else others
        if known.version not in wanted.tags:
            if item is not None and not keep:
                gone.append(known)
        elif (
            known.ours
            and item is not None
            and known.version not in former
            and task not in settled
            and _answers(known, item)
        ):
            settled[task] = None if _says(known, item) else (known.id, item)
        elif item is not None or task in wanted.given_up:
            gone.append(known)
    missing = [item for task, item in wanted.items.items() if task not in settled]
    rescored = [change for change in settled.values() if change is not None]
    return PredictionDiff(missing, obsolete, len(settled) - len(rescored), rescored, others)


def _answers(known: IndexedPrediction, item: Mapping[str, Any]) -> bool:
    return known.answer == answer_print(item["result"])


def _says(known: IndexedPrediction, item: Mapping[str, Any]) -> bool:
    return known.says == fingerprint(item["score"], item["result"])
