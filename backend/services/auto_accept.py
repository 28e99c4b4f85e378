"""Auto accept: which predictions are confident enough to become annotations. People label the others."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote

from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.dataset.draw import TruthBasis
from backend.domain.labels.controls.region_score import SCORE_DIGITS
from backend.domain.labels.regions import is_submittable
from backend.domain.predictions.diff import compare, wanted_of
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.predictions.target_project import Notify, TargetProject
from backend.services.runs.stored_outcomes import StoredOutcomes


@dataclass(frozen=True, slots=True)
class ChosenTasks:
    """The tasks of a version, by what `annotate` does with them.

    tasks: their prediction becomes an annotation
    unsure: how many stay predictions
    annotated: tasks that have an annotation already
    unlike: confident answers that differ from Label Studio's predictions
    basis: what the guarantee of an accuracy rests on, if one was asked for
    """

    least: float
    tasks: Sequence[int]
    unsure: int
    annotated: int
    unlike: int
    basis: TruthBasis | None = None


def choose(target: TargetProject, stored: StoredOutcomes, resolved: ResolvedVersion, least: float) -> ChosenTasks:
    """Tasks whose prediction has a raw confidence of `least` or more, as people see it, and no annotation yet.

    The prediction in Label Studio must equal the stored answer: an old or doubled one does not become an annotation.
    """
    index = target.there(resolved.version.names)
    done = target.studio.annotated_ids(resolved.project.id)
    tasks: list[int] = []
    count = Counter[str]()
    for page in stored.of_version(resolved):
        usable = [outcome for outcome in page if outcome.answer is not None]
        sure = [outcome for outcome in usable if _reaches(outcome.confidence, least)]
        free = [outcome for outcome in sure if outcome.task_id not in done]
        expected = wanted_of(free, resolved.schema, resolved.version, resolved.calibrators)
        changes = compare(index.of(expected.tasks), expected, keep=True)
        other = {item["task"] for item in changes.missing} | {prediction.task_id for prediction in changes.obsolete}
        tasks += [outcome.task_id for outcome in free if outcome.task_id not in other]
        count.update(unsure=len(usable) - len(sure), annotated=len(sure) - len(free), unlike=len(other))
    return ChosenTasks(least, tasks, count["unsure"], count["annotated"], count["unlike"])


def submittable(
    studio: LabelStudioClient, resolved: ResolvedVersion, tasks: Sequence[int] | None, notify: Notify
) -> Sequence[int] | None:
    """Those of `tasks` (None: all) whose predictions a person could submit from the screen; None for all of all.

    An early release that did not read conditions pushed values of hidden controls, and left required ones empty.
    """
    schema = resolved.schema
    checked = schema.conditional or any(field.required for field in schema.fields)
    if not checked or any(field.dynamic for field in schema.fields):
        return tasks
    predictions = [p for p in studio.predictions(resolved.project.id) if p.model_version in resolved.version.tags]
    bad = {prediction.task_id for prediction in predictions if not is_submittable(prediction.result, schema)}
    chosen = {prediction.task_id for prediction in predictions} if tasks is None else set(tasks)
    if left := len(chosen & bad):
        notify(
            f"{left} of its predictions would not be submitted by the screen (values of hidden controls, or none where "
            "a control is required) and are left alone: "
            f"`ls-prompts push {quote(resolved.version.tag)}` brings them up to date."
        )
    return sorted(chosen - bad)


def _reaches(confidence: float | None, least: float) -> bool:
    """Without rounding: models are often so certain that thresholds differ in the tenth digit alone. But a score that
    Label Studio shows, which is rounded, reaches itself."""
    if confidence is None:
        return False
    return confidence >= least or (least < 1 and round(confidence, SCORE_DIGITS) == least)
