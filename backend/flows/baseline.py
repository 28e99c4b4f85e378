"""Baseline: the tasks of a subset, a page at a time, and their truths where the subset is about those."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from backend.core.labels.schema import LabelSchema
from backend.core.outcomes import Failure, Truth
from backend.core.prompts import PromptVersion
from backend.core.shots import Owners
from backend.core.subsets import Subset
from backend.core.tasks import Task
from backend.core.truths import truth_of
from backend.edges.studio import Annotated, Project, Studio
from backend.errors import SubsetError

if TYPE_CHECKING:
    from backend.flows.prompts import Bound


@dataclass(frozen=True, slots=True)
class Baseline:
    """`size`: number of tasks, None when it is only known at the end; `examples`: ground truths that were left out
    because the version shows them, or copies of them, to others."""

    pages: Iterable[list[Task]]
    size: int | None
    truths: list[Truth] = field(default_factory=list)
    examples: int = 0


def baseline(studio: Studio, bound: "Bound", subset: Subset) -> Baseline:
    """Raises SubsetError when there is nothing in it, StudioError when Label Studio can't be read."""
    project = bound.project
    if subset.kind == "ground-truth":
        found = ground_truths(studio, project, bound.schema, subset)
        return found if subset.leave_one_out else without_examples(found, bound.version)
    if subset.kind == "all":
        return Baseline(studio.tasks(project.id), project.tasks)
    if subset.kind == "view":
        return Baseline(studio.tasks(project.id, view=subset.view), None)
    if subset.kind == "sample" and subset.seed is None:
        page = next(studio.tasks(project.id, page=subset.size), [])
        return Baseline([page], len(page))
    if subset.kind == "missing":
        return missing(studio, project, bound.version.tag)
    ids = _ids(studio, project, subset)
    return Baseline(studio.tasks_by_id(project.id, ids), len(ids))


def task_ids(studio: Studio, bound: "Bound", subset: Subset) -> Iterator[list[int]]:
    """The tasks of a subset by their ids alone, a page at a time. Raises what `baseline` raises."""
    if subset.kind in ("all", "view"):
        yield from studio.id_pages(bound.project.id, subset.view)
    elif subset.kind in ("ids", "rest") or subset.seed is not None:
        yield _ids(studio, bound.project, subset)
    else:
        for page in baseline(studio, bound, subset).pages:
            yield [task.id for task in page]


def ground_truths(studio: Studio, project: Project, schema: LabelSchema, subset: Subset) -> Baseline:
    """Tasks that have a truth, of the kind and in the split that `subset` names. Raises SubsetError for none."""
    found = list(_truths(studio.annotated(project.id), schema, subset.truth))
    if not found:
        raise SubsetError(_none(project, subset.truth))
    if (split := subset.split) is not None:
        there = [(task, truth) for task, truth in found if split.has(task.data)]
        if not there:
            raise SubsetError(f"None of the {len(found)} ground truths is in {split}: mark more of them.")
        found = there
    return Baseline([[task for task, _ in found]], len(found), [truth for _, truth in found])


def without_examples(found: Baseline, version: PromptVersion) -> Baseline:
    """Without tasks whose answers the version tells the model. Raises SubsetError when none is left."""
    if version.examples is None:
        return found
    owners = Owners(version)
    tasks = [task for page in found.pages for task in page]
    kept = [task for task in tasks if not owners.has(task)]
    if not kept:
        raise SubsetError(
            f"All {len(tasks)} ground truths are examples of {version.tag}: mark more, or judge them too, each shown "
            "the others, with --leave-one-out."
        )
    ids = {task.id for task in kept}
    return Baseline([kept], len(kept), [t for t in found.truths if t.task_id in ids], len(tasks) - len(kept))


def _none(project: Project, kind: str) -> str:
    if kind == "any":
        return f"Project {project.id} has no annotations that fit its labels: annotate some of its tasks."
    return (
        f"Project {project.id} has no ground truths that fit its labels: open an annotated task in Label Studio "
        "and press the star (Set as Ground Truth), or take the latest annotations with --truth any."
    )


def _truths(annotated: Iterable[Annotated], schema: LabelSchema, kind: str) -> Iterator[tuple[Task, Truth]]:
    for item in annotated:
        bound = schema.for_task(item.task.data)
        known = schema if isinstance(bound, Failure) else bound
        truth = truth_of(item.task.id, item.annotations, kind, known)
        if truth is not None:
            yield item.task, truth


def missing(studio: Studio, project: Project, tag: str) -> Baseline:
    """Tasks without a prediction of exactly this version.

    Label Studio finds them by a part of the version only: `s@1` is in `s@12` too, on SQLite also in `S@1`. Where there
    are such versions, tasks that have one of them are looked at one by one.
    """
    there = studio.model_versions(project.id)
    if tag not in there:
        return Baseline(studio.tasks(project.id), project.tasks)
    certain = studio.tasks_by_version(project.id, "not_contains", [tag])
    alike = [version for version in there if tag.casefold() in version.casefold() and version != tag]
    if not alike:
        return Baseline(certain, studio.count_by_version(project.id, "not_contains", [tag]))
    done = {p.task_id for p in studio.predictions(project.id) if p.model_version == tag}
    doubtful = studio.tasks_by_version(project.id, "contains", alike)
    rest = ([task for task in page if task.id not in done] for page in doubtful)
    return Baseline(chain(certain, rest), None)


def _ids(studio: Studio, project: Project, subset: Subset) -> list[int]:
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
    return sorted(random.Random(subset.seed).sample(existing, min(subset.size, len(existing))))  # noqa: S311
