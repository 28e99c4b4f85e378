"""Annotate: which predictions are sure enough to become annotations. The others stay predictions, for people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain.labels.regions import SCORE_DIGITS
from backend.domain.predictions.diff import compare, wanted_of
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.predictions.target_project import Notify, TargetProject
from backend.services.runs.lifecycle import Runs


@dataclass(frozen=True, slots=True)
class ChosenTasks:
    """`tasks`: whose prediction is to become an annotation; `unsure`: how many stay predictions; `annotated`: tasks
    that have an annotation already; `unlike`: sure answers that Label Studio's predictions do not say (yet)."""

    least: float
    tasks: Sequence[int]
    unsure: int
    annotated: int
    unlike: int


def choose(runs: Runs, resolved: ResolvedVersion, least: float, notify: Notify) -> ChosenTasks:
    """Predictions with a raw confidence of `least` or more, in the digits that people see, on tasks without an
    annotation, which say in Label Studio what is stored: an old or doubled one becomes none."""
    place = TargetProject(runs.studio, runs.store, resolved.project.id, notify)
    there = place.there(resolved.version.names)
    done = runs.studio.annotated_ids(resolved.project.id)
    tasks: list[int] = []
    count = Counter[str]()
    for page in runs.outcomes.of_version(resolved):
        usable = [outcome for outcome in page if outcome.answer is not None]
        sure = [outcome for outcome in usable if _reaches(outcome.confidence, least)]
        free = [outcome for outcome in sure if outcome.task_id not in done]
        wanted = wanted_of(free, resolved.schema, resolved.version, resolved.calibrators)
        changes = compare(there.of(wanted.tasks), wanted, keep=True)
        other = {item["task"] for item in changes.missing} | {known.task_id for known in changes.obsolete}
        tasks += [outcome.task_id for outcome in free if outcome.task_id not in other]
        count.update(unsure=len(usable) - len(sure), annotated=len(sure) - len(free), unlike=len(other))
    return ChosenTasks(least, tasks, count["unsure"], count["annotated"], count["unlike"])


def _reaches(confidence: float | None, least: float) -> bool:
    return confidence is not None and round(confidence, SCORE_DIGITS) >= round(least, SCORE_DIGITS)
