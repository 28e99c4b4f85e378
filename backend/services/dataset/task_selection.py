"""Task selection: the tasks of a subset, in pages, and their ground truths if the subset is about those."""

import random
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from backend.adapters.label_studio.client import LabelStudioClient
from backend.advice import Advice
from backend.domain.annotated_task import AnnotatedTask
from backend.domain.dataset.ground_truth import NOTHING, LeftOut, truth_of
from backend.domain.dataset.stratify import stratified, stratum
from backend.domain.dataset.subset import Subset
from backend.domain.labels.regions import from_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Truth
from backend.domain.project import Project
from backend.domain.prompts.version import PromptVersion
from backend.domain.task import Task
from backend.errors import NoTruthsError, SubsetError
from backend.services.dataset.task_texts import annotated_with_texts
from backend.services.dataset.truth_selection import TruthSelection, schema_of

if TYPE_CHECKING:
    from backend.services.dataset.resolved_version import ResolvedVersion


@dataclass(frozen=True, slots=True)
class TaskSelection:
    """`size`: number of tasks; None if it is only known at the end."""

    pages: Iterable[list[Task]]
    size: int | None
    truths: list[Truth] = field(default_factory=list)
    left_out: LeftOut = NOTHING


def select_tasks(studio: LabelStudioClient, resolved: "ResolvedVersion", subset: Subset) -> TaskSelection:
    """Raises SubsetError if it is empty, StudioError if Label Studio cannot be read."""
    project = resolved.project
    _check_strata(resolved, subset)
    if subset.kind in ("ground-truth", "truth-sample"):
        selected = ground_truths(studio, project, resolved.schema, subset, [resolved.version])
        return selected if subset.kind == "ground-truth" else _sampled(selected, resolved.schema, subset)
    if subset.kind == "all":
        return TaskSelection(studio.tasks(project.id), project.tasks)
    if subset.kind == "view":
        # Their ids first: tasks that leave the tab while a run works would move others to pages that were read.
        tab = array("q", chain.from_iterable(studio.id_pages(project.id, subset.view)))
        return TaskSelection(studio.tasks_by_id(project.id, tab), len(tab))
    if subset.kind == "sample" and subset.seed is None and not subset.stratify:
        page = next(studio.tasks(project.id, page=subset.size), [])
        return TaskSelection([page], len(page))
    if subset.kind == "missing":
        return missing(studio, project, resolved.version.tag)
    ids = _ids(studio, resolved, subset)
    return TaskSelection(studio.tasks_by_id(project.id, ids), len(ids))


def task_ids(studio: LabelStudioClient, resolved: "ResolvedVersion", subset: Subset) -> Iterator[list[int]]:
    """The ids of a subset's tasks, in pages. Raises what `select_tasks` raises."""
    _check_strata(resolved, subset)
    if subset.kind in ("all", "view"):
        yield from studio.id_pages(resolved.project.id, subset.view)
    elif subset.kind in ("ids", "rest") or (subset.kind == "sample" and (subset.stratify or subset.seed is not None)):
        yield _ids(studio, resolved, subset)
    else:
        for page in select_tasks(studio, resolved, subset).pages:
            yield [task.id for task in page]


def _check_strata(resolved: "ResolvedVersion", subset: Subset) -> None:
    if subset.stratify and not resolved.schema.classed.fields:
        raise SubsetError(
            f"{resolved.version.tag} asks for nothing that has labels to stratify by: draw a sample at random."
        )


def ground_truths(
    studio: LabelStudioClient,
    project: Project,
    schema: LabelSchema,
    subset: Subset,
    judged: Sequence[PromptVersion] = (),
) -> TaskSelection:
    """Tasks that have a ground truth, of the kind and in the split that `subset` names.

    Raises SubsetError if none is left.
    judged: versions to be evaluated; ground truths from their prompts' own predictions, and their examples, are left
        out unless the subset includes them
    """
    return truths_among(annotated_with_texts(studio, project.id, schema), project, schema, subset, judged)


def truths_among(
    annotated: Iterable[AnnotatedTask],
    project: Project,
    schema: LabelSchema,
    subset: Subset,
    judged: Sequence[PromptVersion],
) -> TaskSelection:
    """The same for these tasks."""
    selection = TruthSelection(schema, subset, judged)
    for item in annotated:
        selection.add(item)
    left_out = selection.left_out()
    if not selection.pairs:
        raise why_none(project.id, subset, left_out)
    return TaskSelection(
        [[task for task, _ in selection.pairs]], len(selection.pairs), [truth for _, truth in selection.pairs], left_out
    )


def missing(studio: LabelStudioClient, project: Project, tag: str) -> TaskSelection:
    """Tasks without a prediction of exactly this version.

    Label Studio finds them by a part of the version only: `s@1` is in `s@12` too, on SQLite also in `S@1`. If there are
    such versions, tasks that have one of them are checked one by one.
    """
    there = studio.model_versions(project.id)
    if tag not in there:
        return TaskSelection(studio.tasks(project.id), project.tasks)
    certain = studio.tasks_by_version(project.id, "not_contains", [tag])
    alike = [version for version in there if tag.casefold() in version.casefold() and version != tag]
    if not alike:
        return TaskSelection(certain, studio.count_by_version(project.id, "not_contains", [tag]))
    done = {p.task_id for p in studio.predictions(project.id) if p.model_version == tag}
    doubtful = studio.tasks_by_version(project.id, "contains", alike)
    rest = ([task for task in page if task.id not in done] for page in doubtful)
    return TaskSelection(chain(certain, rest), None)


def _ids(studio: LabelStudioClient, resolved: "ResolvedVersion", subset: Subset) -> list[int]:
    project = resolved.project
    existing = studio.task_ids(project.id)
    if subset.kind == "ids":
        unknown = sorted(set(subset.ids) - set(existing))
        if unknown:
            raise SubsetError(
                f"Project {project.id} has no task {unknown[0]} ({len(unknown)} of the ids are not there)."
            )
        return list(subset.ids)
    if subset.kind == "rest":
        return sorted(set(subset.ids) & set(existing))
    if not subset.stratify:
        return sorted(random.Random(subset.seed).sample(existing, min(subset.size, len(existing))))  # noqa: S311
    labels = _labels(studio, resolved)
    return stratified({task: labels.get(task, "") for task in _shuffled(existing, subset)}, subset.size)


def _sampled(selected: TaskSelection, schema: LabelSchema, subset: Subset) -> TaskSelection:
    """A sample of ground truths."""
    truths = {truth.task_id: truth for truth in selected.truths}
    order = _shuffled(list(truths), subset)
    strata = {task: stratum(truths[task].answer, schema) if subset.stratify else "" for task in order}
    chosen = set(stratified(strata, subset.size))
    tasks = [task for page in selected.pages for task in page if task.id in chosen]
    return replace(selected, pages=[tasks], size=len(tasks), truths=[truths[task.id] for task in tasks])


def _labels(studio: LabelStudioClient, resolved: "ResolvedVersion") -> dict[int, str]:
    """Tasks by their label: the ground truth, else that of the newest prediction. Raises SubsetError for none."""
    schema, project = resolved.schema, resolved.project.id
    strata: dict[int, str] = {}
    newest: dict[int, int] = {}
    for prediction in studio.predictions(project):
        if prediction.id > newest.get(prediction.task_id, 0):
            newest[prediction.task_id] = prediction.id
            strata[prediction.task_id] = stratum(from_result(prediction.result, schema), schema)
    for item in annotated_with_texts(studio, project, schema):
        truth = truth_of(item.task.id, item.annotations, "ground-truth", schema_of(item.task, schema))
        if truth is not None:
            strata[truth.task_id] = stratum(truth.answer, schema)
    if not strata:
        raise SubsetError(
            f"Project {project} has neither predictions nor ground truths to stratify by: draw a sample at "
            "random first."
        )
    return strata


def _shuffled(ids: list[int], subset: Subset) -> list[int]:
    """In their order, if there is no seed."""
    return ids if subset.seed is None else random.Random(subset.seed).sample(ids, len(ids))  # noqa: S311


def why_none(project: int, subset: Subset, left_out: LeftOut) -> NoTruthsError:
    """What to say where none of a project's ground truths is left."""
    if left_out.self_predicted:
        return NoTruthsError(
            f"All {len(left_out.self_predicted)} ground truths of project {project} that are left come from this "
            "prompt's own predictions, which would favour it:",
            Advice.ANNOTATE_OTHERS,
        )
    if left_out.examples:
        return NoTruthsError(
            f"All {len(left_out.examples)} ground truths of project {project} that are left are examples of the "
            "prompt:",
            Advice.MARK_OTHERS,
        )
    if left_out.unseen:
        return NoTruthsError(
            f"All {len(left_out.unseen)} annotations of project {project} that are left were made from predictions, "
            "and no person has looked at them since: submit or update some in Label Studio, or annotate other tasks."
        )
    if left_out.unknown_labels:
        names = ", ".join(left_out.unknown_labels)
        return NoTruthsError(
            f"The ground truths of project {project} have labels that its config does not have ({names}): add "
            "them to the config, or annotate the tasks again.",
            Advice.RELABEL_ALL,
        )
    if subset.split is not None:
        return NoTruthsError(f"Project {project} has no ground truths in {subset.split}:", Advice.MARK_MORE)
    return no_truths(project, subset.truth)


def no_truths(project: int, kind: str) -> NoTruthsError:
    """What to say where there are none."""
    if kind == "any":
        return NoTruthsError(f"Project {project} has no annotations that fit its labels: annotate some of its tasks.")
    return NoTruthsError(f"Project {project} has no ground truths that fit its labels:", Advice.MARK_TRUTHS)
