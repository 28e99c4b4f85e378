"""Selects examples for a version that is saved, from the project's present ground truths."""

from collections.abc import Iterator
from dataclasses import dataclass

from backend.adapters.label_studio.client import LabelStudioClient
from backend.advice import Advice
from backend.domain.dataset.split import DEV, Split
from backend.domain.dataset.subset import Subset
from backend.domain.few_shot.selection import Candidate, kept
from backend.domain.labels.reading import as_read
from backend.domain.labels.related import json_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure
from backend.domain.project import Project
from backend.domain.prompts.examples import Example, Examples, check_way
from backend.domain.prompts.version import PromptVersion
from backend.errors import PromptError
from backend.services.dataset.task_selection import ground_truths

HALF = Split(DEV, 0.5)
"""By default the other half stays untouched, to judge on."""


@dataclass(frozen=True, slots=True)
class FewShotRequest:
    """`number` examples with each task, see `domain.prompts.examples`; `split`: the part of the ground truths they are
    taken from, None for all."""

    number: int
    select: str = "similar"
    embed: str | None = None
    split: Split | None = HALF


def gathered(
    studio: LabelStudioClient, project: Project, schema: LabelSchema, version: PromptVersion, request: FewShotRequest
) -> Examples:
    """Raises PromptError when there are too few ground truths, SubsetError when there are none."""
    check_way(request.number, request.select, request.embed)
    subset = Subset("ground-truth", split=request.split)
    pool = kept(list(_candidates(studio, project, schema, version, subset)), request.number, request.select)
    if len(pool) < request.number:
        part = "" if request.split is None else f" in {request.split}"
        raise PromptError(
            f"Project {project.id} has {len(pool)} different ground truths{part} to take examples from, not "
            f"{request.number}:",
            Advice.FEWER_EXAMPLES,
        )
    return Examples(request.number, request.select, pool, request.embed)


def _candidates(
    studio: LabelStudioClient, project: Project, schema: LabelSchema, version: PromptVersion, subset: Subset
) -> Iterator[Candidate]:
    selected = ground_truths(studio, project, schema, subset)
    truths = {truth.task_id: truth.answer for truth in selected.truths}
    for task in (task for page in selected.pages for task in page):
        values, resolved = version.values(as_read(task, schema)), schema.for_task(task.contents)
        if not isinstance(values, Failure) and not isinstance(resolved, Failure):
            answer = truths[task.id]
            chosen = json_of(answer, resolved.fields)
            yield Candidate(Example(task.id, values, chosen), resolved.labels(answer))
